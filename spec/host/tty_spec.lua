-- The line editor of a simulated device: what is typed, what is shown, what comes out.
local openssh = require "spec.support.openssh"
local server = require "host.server"
local task = require "moonwire.task"

describe("a tty of host.server", function()
  local lab, client, tty

  -- one login for all; the device's side is driven by the specs themselves
  setup(function()
    lab = assert(server.listen { authorize = function() return true end })
    client = openssh.start {
      port = lab:port(), host_key = lab:host_key(), has_pty = true,
    }
    tty = assert(lab:accept())
  end)

  teardown(function()
    tty:close()
    client:join()
    lab:close()
  end)

  before_each(function() tty:flush_input() end) -- after one that failed

  local serial = 0

  -- type these bytes and read a line: the line, how it ended, what was shown
  local function read(keys, options)
    serial = serial + 1
    local mark = ("{%d}"):format(serial)
    client:write(keys)
    local line, how = tty:read_line(options)
    tty:write(mark)
    return line, how, client:read_to(mark)
  end

  local function check(cases, options)
    for _, case in ipairs(cases) do
      local line, how, shown = read(case[1], options)
      assert.same(case, { case[1], line, how, shown })
    end
  end

  it("takes a line with any kind of end", function()
    check {
      { "show\r", "show", "enter", "show\r\n" },
      { "show\n", "show", "enter", "show\r\n" },
      { "\r", "", "enter", "\r\n" },
      { "two\r\nlines\r\0", "two", "enter", "two\r\n" },
    }
    local line, how, shown = read "" -- the rest of the last, without an empty line
    assert.same({ "lines", "enter", "lines\r\n" }, { line, how, shown })
    line, how, shown = read "x\n\n"
    assert.same({ "x", "enter", "x\r\n" }, { line, how, shown })
    line, how, shown = read ""
    assert.same({ "", "enter", "\r\n" }, { line, how, shown })
  end)

  it("edits at the end of the line", function()
    check {
      { "shoe\bw\r", "show", "enter", "shoe\b \bw\r\n" },
      { "shoe\127w\r", "show", "enter", "shoe\b \bw\r\n" },
      { "\b\r", "", "enter", "\r\n" },
      { "abc\21d\r", "d", "enter", "abc\b\b\b   \b\b\bd\r\n" },
      { "abc\24d\r", "d", "enter", "abc\b\b\b   \b\b\bd\r\n" },
      { "show  run\23x\r", "show  x", "enter", "show  run\b\b\b   \b\b\bx\r\n" },
      { "show \23x\r", "x", "enter", "show \b\b\b\b\b     \b\b\b\b\bx\r\n" },
    }
  end)

  it("edits inside of the line", function()
    check {
      { "bc\1a\r", "abc", "enter", "bc\b\babc\b\bbc\r\n" },
      { "bc\1\4x\r", "xc", "enter", "bc\b\bc \b\bxc\bc\r\n" },
      { "abc\2\2\11x\r", "ax", "enter", "abc\b\b  \b\bx\r\n" },
      { "ab\2\6\6c\r", "abc", "enter", "ab\bbc\r\n" },
      { "ab\1\5c\r", "abc", "enter", "ab\b\babc\r\n" },
      { "ac\27[Db\r", "abc", "enter", "ac\bbc\bc\r\n" },
      { "ac\27[D\27[Cb\r", "acb", "enter", "ac\bcb\r\n" },
      { "bc\27[Ha\27[Fd\r", "abcd", "enter", "bc\b\babc\b\bbcd\r\n" },
      { "bc\27[1~a\27[4~d\r", "abcd", "enter", "bc\b\babc\b\bbcd\r\n" },
      { "bc\27OHa\r", "abc", "enter", "bc\b\babc\b\bbc\r\n" },
      { "ab\27[D\27[3~\r", "a", "enter", "ab\b \b\r\n" },
      { "a\27[200~b\27[201~c\r", "abc", "enter", "abc\r\n" },
      { "a\27[1;5Xb\15c\r", "abc", "enter", "abc\r\n" },
      { "a\22?\r", "a?", "enter", "a?\r\n" },
    }
  end)

  it("calls earlier lines back", function()
    local own = { history = true }
    for _, line in ipairs { "one", "two", "two", "" } do
      read(line .. "\r")
    end
    local up, down = "\27[A", "\27[B"
    assert.equal("two", (read(up .. "\r", own)))
    assert.equal("one", (read(up .. up .. "\r", own)))
    read "two\r"
    assert.equal("onex", (read("\16\16x\r", own)))
    assert.equal("two", (read(up .. up .. up .. up .. down .. down .. "\r", own)))
    local line, _, shown = read(up .. down .. "new\r", own)
    assert.equal("new", line)
    assert.equal("two\b\b\b   \b\b\bnew\r\n", shown)
    assert.equal("\7\r\n", select(3, read("\27[B\r", own)))
    assert.equal("\7\r\n", select(3, read("\14\r", { history = false })))
    read("secret\r", { echo = false })
    assert.equal("new", (read(up .. "\r", own)))
    for i = 1, 400 do
      read(("command number %d\r"):format(i))
    end
    line = read(up:rep(1000) .. "\r", own) -- the oldest that is still there
    local oldest = tonumber(line:match "%d+")
    assert.is_true(oldest > 250 and oldest < 350)
  end)

  it("hides passwords, but not that they are over", function()
    check({
      { "secret\r", "secret", "enter", "\r\n" },
      { "sex\bcret?\r", "secret?", "enter", "\r\n" },
    }, { echo = false })
  end)

  it("stops at a key that asks for something, and goes on from there", function()
    local line, how, shown = read("show ?", { prompt = "r1#" })
    assert.same({ "show ", "help", "r1#show ?\r\n" }, { line, how, shown })
    line, how, shown = read("ver\2\2?", { prompt = "r1#", again = true })
    assert.same({ "show ver", "help", "r1#show ver\b\b?\r\n" }, { line, how, shown })
    line, how, shown = read("X\t", { prompt = "r1#", again = true })
    assert.same(
      { "show vXer", "tab", "r1#show ver\b\bXer\b\b" }, { line, how, shown }
    )
    line, how, shown = read("\r", { prompt = "r1#", again = true })
    assert.same({ "show vXer", "enter" }, { line, how })
    assert.equal("r1#show vXer\b\ber\r\n", shown)
    line, how, shown = read("sion\r", { prompt = "r1#", text = "show ver" })
    assert.same({ "show version", "enter" }, { line, how })
    assert.equal("r1#show version\r\n", shown)
  end)

  it("takes those keys for others where they mean nothing", function()
    check({ { "why?\r", "why?", "enter", "why?\r\n" } }, { help = false })
    check({ { "a\tb\r", "ab", "enter", "ab\r\n" } }, { tab = false })
    check({ { '"why?"\r', '"why?"', "enter", '"why?"\r\n' } })
    check({ { "a\26b\r", "ab", "enter", "ab\r\n" } })
  end)

  it("is interrupted and suspended", function()
    local line, how, shown = read("conf\3", { prompt = "r1#" })
    assert.same({ "conf", "interrupt", "r1#conf\r\n" }, { line, how, shown })
    line, how, shown = read("no\26", { suspend = true })
    assert.same({ "no", "suspend", "no^Z\r\n" }, { line, how, shown })
  end)

  it("repaints", function()
    local line, _, shown = read("ab\2\12\r", { prompt = "r1#" })
    assert.equal("ab", line)
    assert.equal("r1#ab\b\r\nr1#ab\bb\r\n", shown)
  end)

  it("rings when the line is full", function()
    local line, _, shown = read("abcdef\r", { limit = 4 })
    assert.equal("abcd", line)
    assert.equal("abcd\a\a\r\n", shown)
  end)

  it("shows what was typed ahead only when it is read", function()
    client:write "first\rsecond\r"
    while tty:pending() < 13 do
      task.sleep(0.002)
    end
    tty:write "busy\r\n"
    local _, _, shown = read("", { prompt = "r1#" })
    assert.equal("busy\r\nr1#first\r\n", shown)
    assert.equal(7, tty:pending())
    tty:flush_input()
    assert.equal(0, tty:pending())
    assert.equal("third", (read "third\r"))
  end)

  it("reads single keys", function()
    client:write "q\r\n \27"
    assert.equal("q", tty:read_key())
    assert.equal("\r", tty:read_key())
    assert.equal(" ", tty:read_key()) -- the newline belonged to the return
    assert.equal("\27", tty:read_key(10))
    assert.equal("timeout", select(3, tty:read_key(0)))
  end)

  it("keeps what was typed when a read is given up", function()
    client:write "half"
    while tty:pending() < 4 do
      task.sleep(0.002)
    end
    assert.equal("timeout", select(3, tty:read_line { timeout = 0 }))
    local line, how = read(" done\r", { again = true })
    assert.same({ "half done", "enter" }, { line, how })
  end)

  it("passes on any byte", function()
    local bytes = {}
    for byte = 128, 255 do
      bytes[#bytes + 1] = string.char(byte)
    end
    bytes = table.concat(bytes)
    local line, _, shown = read(bytes .. "\r")
    assert.equal(bytes, line)
    assert.equal(bytes .. "\r\n", shown)
  end)

  it("raises on misuse", function()
    assert.error_matches(function() tty:read_line(7) end, "table expected")
    assert.error_matches(function() tty:read_line { prompt = {} } end, "strings")
    assert.error_matches(function() tty:read_line { limit = -1 } end, "negative")
    assert.error_matches(function() tty:read_line { timeout = "soon" } end, "number")
    assert.error_matches(function() tty:read_key "soon" end, "number expected")
    assert.error_matches(function() tty:write() end, "string expected")
    assert.error_matches(function() tty:close(256) end, "exit status")
    assert.error_matches(function() tty.write(lab, "x") end, "moonwire.tty expected")
    local reader = task.spawn(function() return tty:read_line() end)
    task.sleep(0)
    assert.error_matches(function() tty:read_key() end, "another task")
    reader:cancel()
    reader:join()
  end)
end)
