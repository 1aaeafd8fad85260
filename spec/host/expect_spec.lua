local term = require "host.term"

local MARK = "!mw-7f3a9c-12"

local function open(settings)
  local expect = term.expect()
  expect:await(settings.mark or MARK)
  expect:host(settings.host)
  return expect
end

-- What is reported when the bytes come in two pieces, checked after each.
local function events_of(bytes, cut, settings)
  local expect <close> = open(settings)
  local events = {}
  for _, piece in ipairs { bytes:sub(1, cut), bytes:sub(cut + 1) } do
    expect:feed(piece)
    events[#events + 1] = expect:check()
  end
  return events[#events], expect:answer()
end

-- However the bytes are cut, this is the answer and this the prompt.
local function assert_answer(bytes, answer, prompt, settings)
  for cut = 0, #bytes do
    local event, found, stood = events_of(bytes, cut, settings or { host = "R1" })
    assert.equal("mark", event, ("cut after byte %d"):format(cut))
    assert.equal(answer, found)
    assert.equal(prompt, stood)
  end
end

local function assert_no_mark(bytes, settings)
  for cut = 0, #bytes do
    local event = events_of(bytes, cut, settings or { host = "R1" })
    assert.not_equal("mark", event, ("cut after byte %d"):format(cut))
  end
end

-- The one thing that is reported for bytes in one piece.
local function event_of(bytes, settings)
  return (events_of(bytes, 0, settings))
end

describe("expect, the mark", function()
  it("ends the answer behind a prompt", function()
    assert_answer("show clock\r\n12:00:01\r\nR1#" .. MARK .. "\r\nR1#",
      "show clock\n12:00:01\n", "R1#")
  end)

  it("may follow at once: an empty answer is an answer", function()
    assert_answer("R1#" .. MARK .. "\r\n", "", "R1#")
    assert_answer("R1# " .. MARK .. "  \r\n", "", "R1# ")
  end)

  it("passes by prompts in the output, whatever pauses there are (C1)", function()
    local output = "show run\r\nbanner motd R1#\r\nR1#\r\nR1#show nothing\r\nend\r\n"
    assert_answer(output .. "R1#" .. MARK .. "\r\nR1#", output:gsub("\r", ""), "R1#")
  end)

  it("belongs to a finished line", function()
    assert_no_mark("show clock\r\n12:00\r\nR1#" .. MARK)
  end)

  it("stands at the end of its line, whole", function()
    assert_no_mark("R1#" .. MARK .. "4\r\n")
    assert_no_mark("R1#x" .. MARK:sub(2) .. "\r\nR1#" .. MARK:sub(1, -2) .. "\r\n")
    assert_no_mark("R1#" .. MARK .. "\r\n", { host = "R1", mark = MARK .. "3" })
  end)

  it("is not what a terminal echoes ahead of the prompt", function()
    assert_no_mark(MARK .. "\r\n12:00\r\n")
    assert_no_mark("Building the configuration of R1" .. MARK .. "\r\n")
    assert_no_mark("50%" .. MARK .. "\r\n")
    assert_no_mark("   " .. MARK .. "\r\n", {})
    assert_no_mark("Building" .. MARK .. "\r\n", {})
  end)

  it("is awaited on through such echoes, which stay in the text", function()
    assert_answer("show clock\r\n" .. MARK .. "\r\nR1#show clock\r\n12:00" .. MARK ..
      "\r\nR1#" .. MARK .. "\r\n",
      "show clock\n" .. MARK .. "\nR1#show clock\n12:00" .. MARK .. "\n", "R1#")
  end)

  it("may be echoed twice in place (C4)", function()
    assert_answer("R1#" .. MARK .. MARK .. "\r\n", "", "R1#")
  end)

  it("is found behind any prompt while the host is unknown", function()
    for _, prompt in ipairs {
      "R1>", "R1#", "a@R1:~$", "R1%", "[R1]", "(R1)", "Router:", "R1 # ",
    } do
      assert_answer("up\r\n" .. prompt .. MARK .. "\r\n", "up\n", prompt, {})
    end
  end)

  it("is found behind the prompts of the host only, once that is known", function()
    for _, prompt in ipairs {
      "R1(config-if)#", "<R1>", "[~R1]", "a@R1>", "RP/0/0/CPU0:R1#",
    } do
      assert_answer(prompt .. MARK .. "\r\n", "", prompt)
    end
    assert_no_mark("R2#" .. MARK .. "\r\n")
  end)

  it("survives wrapping, backspaces, colours and repainting", function()
    local long = "R1" .. ("x"):rep(70) .. "#"
    local typed = long .. MARK
    for _, echo in ipairs {
      "R1#!mw-9\b7f3a9x\b \bc-12", "R1#\27[1m!mw-7f3a9c\27[0m-12\27[K",
      "R1#" .. MARK:gsub(".", "%0 \27[1D"), "R1#" .. MARK .. "    \b\b\b\b\27[K",
      "\27[24;1HR1#\27[24;4H" .. MARK:gsub(".", "%0\27[?25h"), "R1#\rR1#" .. MARK,
      "\0R1#\0" .. MARK .. "\a",
    } do
      assert_answer("up\r\n" .. echo .. "\r\nR1#", "up\n", "R1#")
    end
    assert_answer(typed:sub(1, 80) .. " \r" .. typed:sub(81) .. "\r\n", "", long)
  end)

  it("comes after a pager that was answered (C7)", function()
    local expect <close> = open { host = "R1" }
    expect:feed "one\r\n --More-- "
    assert.equal("tail", expect:check())
    assert.equal(" --More-- ", expect:tail())
    expect:feed("\r          \rtwo\r\nR1#" .. MARK .. "\r\n")
    assert.equal("mark", expect:check())
    assert.equal("one\ntwo\n", (expect:answer()))
  end)

  it("keeps every byte of the answer (C17)", function()
    local bytes = "\195\169 \233 \255\254 \226\130 \128"
    assert_answer(bytes .. "\r\nR1#" .. MARK .. "\r\n", bytes .. "\n", "R1#")
  end)
end)

describe("expect, taking answers", function()
  it("takes pipelined answers one after the other", function()
    local expect <close> = open { host = "R1", mark = "!mw-1" }
    expect:feed "show a\r\na\r\nR1#!mw-1\r\nR1#show b\r\nb\r\nR1#!mw-2\r\nR1#"
    assert.equal("mark", expect:check())
    assert.equal("mark", expect:check())
    assert.same({ "show a\na\n", "R1#" }, { expect:take() })
    expect:await "!mw-2"
    assert.equal("mark", expect:check())
    assert.same({ "R1#show b\nb\n", "R1#" }, { expect:take() })
    assert.equal("R1#", expect:tail())
    assert.equal("tail", expect:check())
  end)

  it("finds a mark that was there before it was awaited", function()
    local expect <close> = term.expect()
    expect:feed "R1#!mw-1\r\nR1#"
    assert.equal("tail", expect:check())
    expect:await "!mw-1"
    assert.equal("mark", expect:check())
  end)

  it("looks again for a mark that takes the place of another", function()
    local expect <close> = open { host = "R1", mark = "!mw-1" }
    expect:feed "R1#!mw-2\r\nR1#!mw-3\r\n"
    assert.is_nil(expect:check())
    expect:await "!mw-2"
    assert.equal("mark", expect:check())
    assert.same({ "", "R1#" }, { expect:take() })
    expect:await "!mw-3"
    assert.equal("mark", expect:check())
    assert.same({ "", "R1#" }, { expect:take() })
  end)

  it("does not take what is not there", function()
    local expect <close> = open { host = "R1" }
    expect:feed "up\r\nR1"
    assert.same({ "up\n", "" }, { expect:take() })
    assert.same({ "up\n", "" }, { expect:answer() })
  end)

  it("leaves an earlier mark in the text of the next (C25)", function()
    assert_answer("late\r\nR1#!mw-1\r\nR1#show b\r\nb\r\nR1#!mw-2\r\n",
      "late\nR1#!mw-1\nR1#show b\nb\n", "R1#", { host = "R1", mark = "!mw-2" })
  end)

  it("takes all, and forgets the mark", function()
    local expect <close> = open { host = "R1" }
    expect:feed("up\r\nR1#" .. MARK)
    assert.same({ "up\n", "R1#" .. MARK }, { expect:take_all() })
    expect:feed "\r\n"
    assert.is_nil(expect:check())
    expect:feed "R1#"
    assert.equal("tail", expect:check())
  end)

  it("stores a long answer as it comes, and loses no mark by that", function()
    local expect <close> = open { host = "R1" }
    local stored = {}
    local function store()
      local text = expect:answer()
      local before = #text
      expect:drop(before)
      stored[#stored + 1] = text:sub(1, before - #expect:answer())
    end
    for i = 1, 200 do
      expect:feed(("line %d\r\nR1#"):format(i))
      if i % 3 == 0 then
        expect:check()
      end
      store()
    end
    expect:feed(MARK .. "\r\nR1#")
    store()
    assert.equal("mark", expect:check())
    local answer, prompt = expect:take()
    local all = table.concat(stored) .. answer
    assert.equal("R1#", prompt)
    assert.equal(200, select(2, all:gsub("line %d+\n", "")))
    assert.equal("R1#line 200\n", all:sub(-12))
    assert.equal("R1#", expect:tail())
  end)

  it("drops a part of an answer that is complete", function()
    local expect <close> = open { host = "R1" }
    expect:feed("one\r\ntwo\r\nR1#" .. MARK .. "\r\nR1#next\r\n")
    assert.equal("mark", expect:check())
    expect:drop(4)
    assert.same({ "two\n", "R1#" }, { expect:answer() })
    expect:drop(100)
    assert.same({ "", "R1#" }, { expect:take() })
    assert.same({ "R1#next\n", "" }, { expect:answer() })
  end)
end)

describe("expect, the tail", function()
  local none = { mark = "" }

  it("is reported when it may wait for an answer", function()
    for _, tail in ipairs {
      "R1#", "R1>", "a@r1:~$ ", "R1%", "Password: ", "[confirm]", "(y/n)",
      "Really?", "--More--", "{master}", "Enter 'yes'",
      'Enter "yes"', "Overwrite? [y]  \t ",
    } do
      assert.equal("tail", event_of("text\r\n" .. tail, none), tail)
    end
  end)

  it("is not reported when it is empty or ends otherwise", function()
    for _, tail in ipairs { "", "   ", "half a line", "R1#show", "\27[K" } do
      assert.is_nil(event_of("text\r\n" .. tail, none), tail)
    end
  end)

  it("may end in other bytes where the platform says so", function()
    local expect <close> = term.expect()
    expect:terminators "4\255"
    expect:feed "R1#"
    assert.is_nil(expect:check())
    expect:feed "\r\nlines 1-24"
    assert.equal("tail", expect:check())
    expect:feed "\r\n\255"
    assert.equal("tail", expect:check())
    expect:terminators ""
    expect:feed "\r\nlines 1-24"
    assert.is_nil(expect:check())
  end)

  it("is reported once, until it has changed", function()
    local expect <close> = term.expect()
    expect:feed "Really?"
    assert.equal("tail", expect:check())
    assert.is_nil(expect:check())
    expect:feed " \0 "
    assert.is_nil(expect:check())
    expect:feed "\rReally?  \r"
    assert.is_nil(expect:check())
    expect:feed "\rReally? [yes]"
    assert.equal("tail", expect:check())
  end)

  it("is reported again when it looks the same after more lines", function()
    local expect <close> = term.expect()
    expect:feed "--More--"
    assert.equal("tail", expect:check())
    expect:feed "\r        \rtext\r\n--More--"
    assert.equal("tail", expect:check())
    expect:take_all()
    expect:feed "--More--"
    assert.equal("tail", expect:check())
  end)

  it("is not the known prompt while the mark is on its way", function()
    for _, prompt in ipairs {
      "R1#", "R1(config)# ", "R1>", "<R1>", "a@R1>", "R1$", "R1%",
    } do
      local bytes = "up\r\n" .. prompt
      assert.is_nil(event_of(bytes, { host = "R1" }), prompt)
      assert.equal("tail", event_of(bytes, { host = "R1", mark = "" }), prompt)
      assert.equal("tail", event_of(bytes, { host = "" }), prompt)
    end
  end)

  it("is no echo while the mark is on its way, byte by byte", function()
    local command = "show run | include [a-z]> (up) $ %% 'x' ? }"
    for _, prompt in ipairs { "R1#", "a@R1:~$ ", "R1(config-if)# ", "<R1>" } do
      local expect <close> = open { host = "R1" }
      local bytes = prompt .. command .. "\r\nup\r\n" .. prompt .. MARK .. "\r\n"
      local events = {}
      for byte in bytes:gmatch "." do
        expect:feed(byte)
        events[#events + 1] = expect:check()
      end
      assert.same({ "mark" }, events)
    end
  end)

  it("is no part of the mark behind any known prompt", function()
    for _, prompt in ipairs { "R1 (global) # ", "(R1) #", "R1#" } do
      for length = 1, #MARK do
        local bytes = prompt .. MARK:sub(1, length)
        assert.is_nil(event_of(bytes, { host = "R1" }), bytes)
      end
      assert.equal("tail", event_of(prompt .. "now: !mw-", { host = "R2" }))
    end
    assert.equal("tail", event_of("Reload R1 [y]: !mw-", { host = "R1" }))
  end)

  it("is a question even if that names the host", function()
    for _, tail in ipairs {
      "R1 [confirm]", "Reload R1 now?", "Password for R1: ", "Erase R1 #", "R2#",
    } do
      assert.equal("tail", event_of("up\r\n" .. tail, { host = "R1" }), tail)
    end
  end)

  it("is a question even if it has the host's name in a word", function()
    for host, tail in pairs {
      sw = "Password:", More = "--More--", on = "Continue? [y/n]:", e = "---(more)---",
    } do
      assert.equal("tail", event_of("up\r\n" .. tail, { host = host }), tail)
    end
    assert.is_nil(event_of("asw@sw#", { host = "sw" }))
    assert.is_nil(event_of("ProCurve Switch(config-", { host = "ProCurve Switch" }))
    assert.is_nil(event_of("ProCurve Switch# show (", { host = "ProCurve Switch" }))
  end)

  it("is the known prompt too once the mark was echoed without it (C6)", function()
    local expect <close> = open { host = "R1" }
    expect:feed "up\r\nR1#"
    assert.is_nil(expect:check())
    assert.is_false(expect:is_echoed())
    expect:feed("%SYS-5-CONFIG_I: Configured from console\r\n" .. MARK .. "\r\nR1#")
    assert.equal("tail", expect:check())
    assert.is_true(expect:is_echoed())
    expect:await "!mw-2"
    assert.is_false(expect:is_echoed())
    expect:feed "!mw-2\r\nR1#"
    assert.equal("mark", expect:check())
  end)

  it("is never sought further back than its end", function()
    assert.equal("tail", event_of(("x"):rep(2000) .. "#" .. (" "):rep(200), none))
    assert.is_nil(event_of(("x"):rep(2000) .. "#" .. (" "):rep(300), none))
  end)

  it("has changed when it has become longer", function()
    local expect <close> = term.expect()
    expect:feed(("x"):rep(300) .. "#")
    assert.equal("tail", expect:check())
    expect:feed "\bx#"
    assert.equal("tail", expect:check())
    assert.is_nil(expect:check())
  end)
end)

describe("expect, bounds", function()
  it("reports too much text until it is taken", function()
    local expect <close> = open { host = "R1" }
    expect:limit(100)
    expect:feed(("x"):rep(50) .. "\r\n" .. ("y"):rep(49))
    assert.is_nil(expect:check())
    expect:feed "#"
    assert.equal("limit", expect:check())
    assert.equal("limit", expect:check())
    expect:take_all()
    assert.is_nil(expect:check())
    expect:limit(0)
    expect:feed(("x"):rep(1000))
    assert.is_nil(expect:check())
  end)

  it("prefers a complete answer to the limit", function()
    local expect <close> = open { host = "R1" }
    expect:limit(10)
    expect:feed("show clock\r\n12:00\r\nR1#" .. MARK .. "\r\n")
    assert.equal("mark", expect:check())
  end)

  local function work(bytes, piece)
    local expect <close> = open { host = "R1" }
    for at = 1, #bytes, piece do
      expect:feed(bytes:sub(at, at + piece - 1))
      expect:check()
    end
    return (expect:work())
  end

  it("looks at each byte of many lines a few times, however they are cut", function()
    local lines = ("R1# interface " .. MARK .. " is up?\r\n"):rep(20000)
    for _, piece in ipairs { 64, 1000, 4096, #lines } do
      assert.is_true(work(lines, piece) <= 12 * #lines, piece)
    end
  end)

  it("looks at a line of a megabyte a few times (C19)", function()
    for _, byte in ipairs { "x", "#", " " } do
      local line = byte:rep(2^20)
      assert.is_true(work(line, 1024) <= 5 * #line, byte)
    end
  end)

  it("holds no heap with a prompt at rest", function()
    local expect <close> = open { host = "R1" }
    expect:feed(("text\r\n"):rep(1000) .. "R1#" .. MARK .. "\r\nR1#")
    assert.equal("mark", expect:check())
    assert.is_true(select(2, expect:work()) > 0)
    expect:take()
    assert.equal("R1#", expect:tail())
    assert.equal(0, select(2, expect:work()))
  end)
end)

describe("expect, misuse", function()
  it("is closed once and for all, and closing again is harmless", function()
    local expect = open { host = "R1" }
    expect:feed(("x"):rep(1000))
    expect:close()
    expect:close()
    for _, method in ipairs {
      "feed", "await", "host", "limit", "terminators", "check", "answer", "tail",
      "take", "take_all", "drop", "is_echoed", "work",
    } do
      assert.error_matches(function() expect[method](expect, "1") end, "closed")
    end
  end)

  it("refuses marks and hosts that are too long, and keeps the old ones", function()
    local expect <close> = open { host = "R1" }
    assert.has_error(function() expect:await(("m"):rep(64)) end)
    assert.has_error(function() expect:host(("h"):rep(128)) end)
    assert.has_error(function() expect:limit(-1) end)
    assert.has_error(function() expect:drop(-1) end)
    assert.has_error(function() expect:feed() end)
    assert.has_error(function() expect.feed(term.screen(), "x") end)
    expect:feed("R1#" .. MARK .. "\r\n")
    assert.equal("mark", expect:check())
  end)

  it("takes the longest mark and host there may be", function()
    local mark, host = "!" .. ("m"):rep(62), ("h"):rep(127)
    local settings = { host = host, mark = mark }
    assert_answer(host .. "#" .. mark .. "\r\n", "", host .. "#", settings)
  end)
end)
