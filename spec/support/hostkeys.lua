-- Keys, files and commands for the specs of host.hostkeys.
local hostkeys = require "host.hostkeys"
local luv = require "luv"

local fixture = {}

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

local function base64(bytes)
  local text = {}
  for i = 1, #bytes, 3 do
    local a, b, c = bytes:byte(i, i + 2)
    local bits = a << 16 | (b or 0) << 8 | (c or 0)
    for shift = 18, 0, -6 do
      local digit = bits >> shift & 63
      text[#text + 1] = ALPHABET:sub(digit + 1, digit + 1)
    end
    if not c then
      text[#text] = "="
    end
    if not b then
      text[#text - 1] = "="
    end
  end
  return table.concat(text)
end

-- the n-th of as many keys as anybody wants; nobody has the private half
function fixture.key_of(n, type)
  type = type or "ssh-ed25519"
  local body = string.pack(">I8", n) .. ("\1"):rep(24)
  return type .. " " .. base64(string.pack(">s4s4", type, body))
end

-- a store with what the lines of a known_hosts say
function fixture.open(text)
  return assert(hostkeys.open { text = text })
end

function fixture.read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

function fixture.write(path, text)
  local file <close> = assert(io.open(path, "wb"))
  assert(file:write(text))
  return path
end

function fixture.run(command, ...)
  local pipe = assert(io.popen(command:format(...) .. " 2>&1"))
  local output = pipe:read "a"
  return output, pipe:close()
end

function fixture.mode_of(path)
  return assert(luv.fs_stat(path)).mode & 511 -- 0777
end

return fixture
