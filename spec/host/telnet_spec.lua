local telnet = require "host.telnet"

local IAC, DONT, DO, WONT, WILL = "\255", "\254", "\253", "\252", "\251"
local SB, SE = "\255\250", "\255\240"
local ECHO, SGA, TTYPE, NAWS, LINEMODE = "\1", "\3", "\24", "\31", "\34"

local function client_that_has_offered()
  local client = telnet.open(false)
  client:offer()
  return client
end

describe("host.telnet", function()
  it("asks for echo and for going ahead, and offers a terminal", function()
    local offer = telnet.open(false):offer()
    for _, one in ipairs { DO .. ECHO, DO .. SGA, WILL .. TTYPE, WILL .. NAWS } do
      assert.is_truthy(offer:find(IAC .. one, 1, true))
    end
    assert.is_nil(offer:find(IAC .. WILL .. ECHO, 1, true))
  end)

  it("tells the terminal when it is asked, not before", function()
    local client = client_that_has_offered()
    local ask = SB .. TTYPE .. "\1" .. SE
    assert.same({ "", "" }, { client:feed(ask) })
    local _, reply = client:feed(IAC .. DO .. NAWS)
    assert.equal(SB .. NAWS .. "\0\80\0\24" .. SE, reply)
    client:feed(IAC .. DO .. TTYPE)
    _, reply = client:feed(ask)
    assert.equal(SB .. TTYPE .. "\0vt100" .. SE, reply)
  end)

  it("refuses what it does not know, once for each request", function()
    local client = client_that_has_offered()
    local _, reply = client:feed(IAC .. DO .. LINEMODE .. IAC .. WILL .. LINEMODE)
    assert.equal(IAC .. WONT .. LINEMODE .. IAC .. DONT .. LINEMODE, reply)
    _, reply = client:feed(IAC .. DONT .. LINEMODE .. IAC .. WONT .. LINEMODE)
    assert.equal("", reply) -- an end of what never began
    _, reply = client:feed(IAC .. DO .. ECHO)
    assert.equal(IAC .. WONT .. ECHO, reply) -- a client does not echo
  end)

  it("answers a change and nothing else, so that two of them come to rest", function()
    local client, server = telnet.open(false), telnet.open(true)
    local to_server, to_client = client:offer(), server:offer()
    local rounds = 0
    while to_server ~= "" or to_client ~= "" do
      rounds = rounds + 1
      assert.is_true(rounds < 6)
      local _, from_server = server:feed(to_server)
      local _, from_client = client:feed(to_client)
      to_server, to_client = from_client, from_server
    end
    assert.same({ "vt100", 80, 24 }, { server:terminal() })
    local _, reply = client:feed((IAC .. WILL .. ECHO):rep(1000))
    assert.equal("", reply)
    _, reply = client:feed(IAC .. WONT .. ECHO)
    assert.equal(IAC .. DONT .. ECHO, reply)
    _, reply = client:feed(IAC .. WONT .. ECHO)
    assert.equal("", reply)
  end)

  it("splits at any byte", function()
    local stream = "a\255\255b" .. IAC .. WILL .. SGA .. "c\r\0d\r\n"
      .. SB .. TTYPE .. "\1" .. SE .. IAC .. "\241e" .. IAC .. DO .. NAWS .. "f"
    local whole = client_that_has_offered()
    local text, reply = whole:feed(stream)
    assert.equal("a\255bc\rd\r\nef", text)
    for size = 1, #stream do
      local split, texts, replies = client_that_has_offered(), {}, {}
      for at = 1, #stream, size do
        texts[#texts + 1], replies[#replies + 1] =
          split:feed(stream:sub(at, at + size - 1))
      end
      assert.equal(text, table.concat(texts))
      assert.equal(reply, table.concat(replies))
    end
  end)

  it("takes one Enter for one Enter, and sends it as the network has it", function()
    local client, server = telnet.open(false), telnet.open(true)
    assert.equal("show\r\nx\r\0y\r\nz\255\255", client:encode "show\nx\ry\r\nz\255")
    assert.equal("show\rx\ry\r", (server:feed(client:encode "show\nx\ry\r\n")))
  end)

  it("is not moved by a subnegotiation of any length", function()
    local server = telnet.open(true)
    server:feed(SB .. TTYPE .. "\0" .. ("x"):rep(100000) .. SE)
    assert.equal("vt100", (server:terminal()))
    server:feed(SB .. NAWS .. "\0\80" .. SE .. SB .. SE .. SB .. NAWS .. SE)
    local _, width, height = server:terminal()
    assert.same({ 80, 24 }, { width, height })
    server:feed(SB .. NAWS .. "\255\255\255\255\1\0" .. SE)
    _, width, height = server:terminal()
    assert.same({ 65535, 256 }, { width, height })
  end)
end)
