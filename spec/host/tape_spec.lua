local lfs = require "lfs"

local files = require "spec.support.files"
local json = require "dkjson"
local needle = require "moonwire.platform.needle"
local platforms = require "moonwire.platform"
local secrets = require "host.secret"
local tape = require "host.tape"

local STARS = "********"
local CANARY = 'c4n"ary/+\\% é'

local function scrubber(words, lines)
  local scrub = tape.scrubber()
  for _, word in ipairs(words) do
    scrub:hide(secrets.from_string(word))
  end
  for _, line in ipairs(lines or {}) do
    scrub:hide(line)
  end
  return scrub
end

local function scrub_pieces(words, lines, pieces)
  local scrub <close> = scrubber(words, lines)
  local out = {}
  for i, piece in ipairs(pieces) do
    out[i] = scrub:feed(piece)
  end
  out[#out + 1] = scrub:finish()
  return table.concat(out)
end

-- Every cut into two pieces, and byte by byte.
local function scrub(text, words, lines)
  local whole = scrub_pieces(words, lines, { text })
  for i = 0, #text do
    local cut = { text:sub(1, i), text:sub(i + 1) }
    assert.equal(whole, scrub_pieces(words, lines, cut))
  end
  local bytes = {}
  for i = 1, #text do
    bytes[i] = text:sub(i, i)
  end
  assert.equal(whole, scrub_pieces(words, lines, bytes))
  return whole
end

local DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

-- Of whole groups of three bytes.
local function base64(text)
  return (text:gsub("(.)(.)(.)", function(...)
    local a, b, c = table.concat({ ... }):byte(1, 3)
    local value, out = a << 16 | b << 8 | c, {}
    for i = 0, 3 do
      local digit = value >> (18 - 6 * i) & 63
      out[i + 1] = DIGITS:sub(digit + 1, digit + 1)
    end
    return table.concat(out)
  end))
end

local function escaped(text, pattern, format)
  return (text:gsub(pattern, function(byte)
    return format:format(byte:byte())
  end))
end

describe("the scrubber", function()
  it("puts stars where a secret was, however it is cut", function()
    assert.equal("a " .. STARS .. " b", scrub("a swordfish b", { "swordfish" }))
    assert.equal(STARS, scrub("swordfish", { "swordfish" }))
    assert.equal("x" .. STARS .. "y" .. STARS,
      scrub("xswordfishyswordfish", { "swordfish" }))
  end)

  it("hides secrets that lie over each other or in one another", function()
    local words = { "swordfish", "fishmonger", "word" }
    assert.equal("a" .. STARS .. "b", scrub("aswordfishmongerb", words))
    assert.equal("a s" .. STARS .. " b", scrub("a sword b", words))
    assert.equal(STARS, scrub("aaaaaaa", { "aaaa" }))
  end)

  it("lets the beginning of a secret out only when it is none", function()
    local one <close> = scrubber { "swordfish" }
    assert.equal("a ", one:feed "a sword")
    assert.equal("sword ", one:feed " ")
    assert.equal("", one:feed "swordfis")
    assert.equal(STARS, one:finish())
    assert.equal("swordfis.", scrub("swordfis.", { "swordfish" }))
  end)

  it("hides what a log or a page would make of a secret", function()
    local forms = {
      CANARY, escaped(CANARY, ".", "%02x"), escaped(CANARY, ".", "%02X"),
      escaped(CANARY, "[^%w%-_.~]", "%%%02X"), (CANARY:gsub('["\\]', "\\%0")),
    }
    for _, form in ipairs(forms) do
      assert.equal("<" .. STARS .. ">", scrub("<" .. form .. ">", { CANARY }))
    end
  end)

  it("hides it in base64, wherever it begins there", function()
    for before = 0, 5 do
      local behind = 3 + -(before + #CANARY) % 3
      local text = base64(("x"):rep(before) .. CANARY .. ("y"):rep(behind))
      local seen = scrub(text, { CANARY })
      assert.truthy(seen:find(STARS, 1, true))
      for at = 1, #text - 7 do -- a whole word of it is nowhere
        local last = (before + #CANARY) // 3 * 4
        if at > before // 3 * 4 + 4 and at + 7 < last then
          assert.falsy(seen:find(text:sub(at, at + 7), 1, true))
        end
      end
    end
  end)

  it("leaves a word of three letters, which stars would tell", function()
    assert.equal("the cat", scrub("the cat", { "cat" }))
    assert.equal("the ", scrub("the ", { "" }))
  end)

  it("hides the rest of a line behind the words of a rule", function()
    local lines = {
      { "enable secret ", first = true }, { "username ", " password ", first = true },
      { "community" }, { "<phash>" }, { "phash" },
    }
    local function seen(text)
      return scrub(text, {}, lines)
    end
    assert.equal("enable secret " .. STARS .. "\r\nnext\r\n",
      seen "enable secret 5 $1$x y\r\nnext\r\n")
    assert.equal("R1(config)#enable secret " .. STARS,
      seen "R1(config)#enable secret a")
    assert.equal("press enable secret x\n", seen "press enable secret x\n")
    assert.equal("username a\npassword 7 x\n", seen "username a\npassword 7 x\n")
    assert.equal("username a password " .. STARS .. "\n",
      seen "username a password 7 x\n")
    assert.equal("community: " .. STARS .. "\n", seen "community: public {\n")
    assert.equal("community:\r\nmore\r\n", seen "community:\r\nmore\r\n")
    assert.equal("<phash>" .. STARS, seen "<phash>abc</phash>")
  end)

  it("knows the secret lines of every platform, typed and shown", function()
    local count = 0
    for _, name in ipairs(platforms.names()) do
      local platform = platforms.get(name)
      local rules = needle.lines(platform.scrub or {})
      for _, line in ipairs(platform.secrets or {}) do
        local text = ("x\r\n%s\r\nR1#%s\r\n"):format(line, line)
        local seen = scrub_pieces({}, rules, { text })
        assert.falsy(seen:find("SECRET", 1, true), name .. ": " .. line)
        count = count + 1
      end
    end
    assert.is_true(count > 100)
  end)

  it("refuses what is no secret and no rule", function()
    local one <close> = tape.scrubber()
    for _, wrong in ipairs { "text", {}, { "" }, { {} }, 1 } do
      assert.has_error(function()
        one:hide(wrong)
      end)
    end
    one:close()
    one:close()
    assert.has_error(function()
      one:feed "x"
    end)
  end)
end)

describe("a tape", function()
  local folder = os.tmpname() .. ".tape"

  setup(function()
    lfs.mkdir(folder)
  end)

  teardown(function()
    for name in lfs.dir(folder) do
      os.remove(folder .. "/" .. name)
    end
    lfs.rmdir(folder)
  end)

  local function read(name)
    local list = {}
    for line in io.lines(folder .. "/" .. name) do
      list[#list + 1] = assert(json.decode(line))
    end
    return list
  end

  it("writes what was kept and what comes, for its owner, and then names it", function()
    local one <close> = tape.new()
    one:mark "before"
    assert(one:write(folder .. "/a.cast", '{"version":2}'))
    one:mark "behind"
    assert.equal(3, #read "a.cast.part")
    assert(one:finish())
    local lines = read "a.cast"
    assert.same({ version = 2 }, lines[1])
    assert.same({ "m", "before" }, { lines[2][2], lines[2][3] })
    assert.same({ "m", "behind" }, { lines[3][2], lines[3][3] })
    assert.is_true(lines[2][1] <= lines[3][1])
    assert.equal("rw-------", lfs.attributes(folder .. "/a.cast", "permissions"))
    assert.is_nil(lfs.attributes(folder .. "/a.cast.part"))
  end)

  it("is not written over another one, nor through a link", function()
    local one <close> = tape.new()
    assert(io.open(folder .. "/b.cast", "w")):close()
    local ok, message, kind = one:write(folder .. "/b.cast", "{}")
    assert.same({ nil, "file already exists", "exists" }, { ok, message, kind })
    lfs.link("/dev/null", folder .. "/c.cast.part", true)
    assert.equal("exists", select(3, one:write(folder .. "/c.cast", "{}")))
    assert.equal("local", select(3, one:write(folder .. "/none/c.cast", "{}")))
  end)

  it("keeps the beginning and the end, and says what is lost between them", function()
    local one <close> = tape.new(1024)
    for i = 1, 500 do
      one:mark(("event %d %s"):format(i, ("x"):rep(20)))
    end
    assert.is_true(one:memory() <= 2048 + 2 * 1024)
    assert(one:write(folder .. "/e.cast", "{}"))
    assert(one:finish())
    local lines = read "e.cast"
    assert.truthy(lines[2][3]:find "^event 1 ")
    assert.truthy(lines[#lines][3]:find "^event 500 ")
    local has_gap = false
    for _, line in ipairs(lines) do
      has_gap = has_gap or (line[3] or ""):find "^lost: %d+ bytes$"
    end
    assert.truthy(has_gap)
    assert.is_true(#lines < 100)
  end)

  it("keeps as much of a long event as there is room for", function()
    local one <close> = tape.new(1024)
    one:mark(("line of many\n"):rep(10000))
    for i = 1, 5 do
      one:mark("event " .. i)
    end
    assert(one:write(folder .. "/l.cast", "{}"))
    assert(one:finish())
    local lines = read "l.cast"
    assert.equal("event 5", lines[#lines][3])
    local size = 0
    for _, line in ipairs(lines) do
      size = size + #(line[3] or "")
    end
    assert.is_true(size > 800 and size <= 1024 + 64)
  end)

  it("leaves nothing of a line that was cut, wherever that is", function()
    for extra = 0, 40 do
      local one <close> = tape.new(256)
      one:hide(secrets.from_string "swordfish")
      one:mark(("x"):rep(3000)) -- the beginning is full
      one:mark(("y"):rep(100) .. "\n" .. ("swordfish"):rep(10) .. "\nend")
      one:mark(("z"):rep(70 + extra))
      local path = ("%s/cut-%d.cast"):format(folder, extra)
      assert(one:write(path, "{}"))
      assert(one:finish())
      local text = files.read(path)
      assert.falsy(text:find "[swordfi]+fish" or text:find("ish", 1, true))
    end
  end)

  it("writes bytes that are no text so that they can be read again", function()
    local one <close> = tape.new()
    local all = {}
    for byte = 0, 255 do
      all[byte + 1] = string.char(byte)
    end
    one:mark("é\u{10FFFF}\xe0\x80\x80\xed\xa0\x80\xf5" .. table.concat(all))
    assert(one:write(folder .. "/f.cast", "{}"))
    assert(one:finish())
    local text = read "f.cast"[2][3]:gsub("\xed\xb2([\x80-\xbf])", "%1")
      :gsub("\xed\xb3([\x80-\xbf])", function(byte)
        return string.char(byte:byte() + 0x40)
      end)
    assert.equal("é\u{10FFFF}\xe0\x80\x80\xed\xa0\x80\xf5" .. table.concat(all), text)
  end)

  it("takes no memory until something is said, and gives it back", function()
    local one = tape.new()
    assert.equal(0, one:memory())
    one:mark "x"
    assert.is_true(one:memory() <= 64)
    one:close()
    one:close()
    assert.has_error(function()
      one:mark "x"
    end)
  end)
end)
