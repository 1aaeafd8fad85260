--- Headless Chromium, as a person would have it before them. No network is needed: the
-- pages are files.
local process = require "moonwire.bench.process"
local uv = require "luv"

local browser = {}

local NAMES = { "chromium", "chromium-browser", "google-chrome" }

local function find()
  for folder in (os.getenv "PATH" or ""):gmatch "[^:]+" do
    for _, name in ipairs(NAMES) do
      local path = folder .. "/" .. name
      if uv.fs_access(path, "x") then
        return path
      end
    end
  end
end

local PATH = find()

--- Where it is; nil when there is none.
browser.path = PATH

--- Why there is no browser; nil when there is one.
function browser.obstacle()
  return not PATH and "no Chromium is installed" or nil
end

local function run(script, profile, ...)
  return assert(process.run {
    "sh", "-c", script, "sh", PATH, "--headless", "--no-sandbox", "--disable-gpu",
    "--hide-scrollbars", "--user-data-dir=" .. profile, ...
  })
end

-- A profile of its own, which goes when the browser has ended.
local function with_profile(fn)
  local profile = assert(uv.fs_mkdtemp "/tmp/moonwire-browser-XXXXXX")
  local ok, result = pcall(fn, profile)
  process.run { "rm", "-rf", profile }
  return ok and result or error(result, 0)
end

--- The document as the browser understood it.
function browser.dom(path)
  return with_profile(function(profile)
    return (run('exec "$@" 2>/dev/null', profile, "--dump-dom", "file://" .. path))
  end)
end

--- What the browser complains of: a line for each.
function browser.complaints(path)
  local text = with_profile(function(profile)
    return (run('exec "$@" 2>&1 >/dev/null', profile, "--enable-logging=stderr",
      "--dump-dom", "file://" .. path))
  end)
  local lines = {}
  for line in text:gmatch "[^\n]*CONSOLE[^\n]*" do
    lines[#lines + 1] = line
  end
  return lines
end

--- A picture of a page, as PNG; on a screen that is "light" or "dark".
function browser.picture(path, look)
  return with_profile(function(profile)
    local file = profile .. "/page.png"
    run('exec "$@" >/dev/null 2>&1', profile, "--window-size=1100,1600",
      "--screenshot=" .. file, "file://" .. path,
      look == "dark" and "--force-dark-mode" or nil)
    local stream = assert(io.open(file, "rb"))
    local bytes = stream:read "a"
    stream:close()
    return bytes
  end)
end

local ENTITIES = {
  amp = "&", lt = "<", gt = ">", quot = '"', nbsp = "\u{a0}", ["#39"] = "'",
}

--- A text of a serialised document as it was meant.
function browser.text(serialised)
  return (serialised:gsub("&(#?%w+);", ENTITIES))
end

return browser
