-- Faults of spec/README.md: H1, H2, H4, H6, H12.
local task = require "moonwire.task"
local web = require "spec.support.web"

local http = require "host.http"

local POST = "POST /api/v1/runs HTTP/1.1\r\nHost: localhost\r\n"
local JSON = "Content-Type: application/json\r\n"
local GET = "GET /health HTTP/1.1\r\n"
local HOST = "Host: localhost\r\n"
local BUSY = 2000 -- tasks

-- What a client may send that means no good: each ends in 4xx or a closed connection.
local ABUSE = {
  { "nothing at all", "" },
  { "NULs", ("\0"):rep(1000) },
  { "every byte", (function()
    local bytes = {}
    for i = 0, 255 do
      bytes[#bytes + 1] = string.char(i)
    end
    return table.concat(bytes)
  end)() },
  { "TLS to a plain port", "\22\3\1\2\0\1\0\1\252\3\3" .. ("x"):rep(500) },
  { "SSH", "SSH-2.0-OpenSSH_9.2\r\n" },
  { "a proxy's greeting", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" },
  { "HTTP/0.9", "GET /health\r\n\r\n" },
  { "HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" },
  { "HTTP/3.0", "GET /health HTTP/3.0\r\n" .. HOST .. "\r\n" },
  { "HTTP/1.2", "GET /health HTTP/1.2\r\n" .. HOST .. "\r\n" },
  { "no version behind a blank", "GET /health \r\n" .. HOST .. "\r\n" },
  { "no path", "GET HTTP/1.1\r\n" .. HOST .. "\r\n" },
  { "a line of 100 kB",
    "GET /" .. ("a"):rep(100000) .. " HTTP/1.1\r\n" .. HOST .. "\r\n" },
  { "a method of 30 kB", ("A"):rep(30000) .. " / HTTP/1.1\r\n" .. HOST .. "\r\n" },
  { "a header of 100 kB", GET .. HOST .. "X: " .. ("a"):rep(100000) .. "\r\n\r\n" },
  { "a header's name of 100 kB", GET .. HOST .. ("a"):rep(100000) .. ": x\r\n\r\n" },
  { "200 headers", GET .. HOST .. ("X: y\r\n"):rep(200) .. "\r\n" },
  { "10,000 headers", GET .. HOST .. ("X: y\r\n"):rep(10000) .. "\r\n" },
  { "200 parameters", "GET /health?" .. ("a=b&"):rep(200) .. " HTTP/1.1\r\n" .. HOST
    .. "\r\n" },
  { "no Host", GET .. "\r\n" },
  { "an empty Host", GET .. "Host:\r\n\r\n" },
  { "two Hosts", GET .. HOST .. "Host: evil.example\r\n\r\n" },
  { "two Hosts alike", GET .. HOST .. HOST .. "\r\n" },
  { "another Host", GET .. "Host: evil.example\r\n\r\n" },
  { "a Host with user information", GET .. "Host: localhost@evil.example\r\n\r\n" },
  { "a Host that is a list", GET .. "Host: localhost, evil.example\r\n\r\n" },
  { "a foreign origin", GET .. HOST .. "Origin: https://evil.example\r\n\r\n" },
  { "the null origin", GET .. HOST .. "Origin: null\r\n\r\n" },
  { "an escape in a header", GET .. HOST .. "X: \27[2J\r\n\r\n" },
  { "a path upwards",
    "GET /docs/../../../../etc/passwd HTTP/1.1\r\n" .. HOST .. "\r\n" },
  { "a path upwards, encoded",
    "GET /docs/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n" .. HOST .. "\r\n" },
  { "a path upwards, overlong",
    "GET /docs/%c0%ae%c0%ae/etc/passwd HTTP/1.1\r\n" .. HOST .. "\r\n" },
  { "a path with backslashes", "GET /docs\\..\\..\\x HTTP/1.1\r\n" .. HOST .. "\r\n" },
  { "a path with a NUL, encoded", "GET /docs%00.html HTTP/1.1\r\n" .. HOST .. "\r\n" },
  { "a path of raw bytes", "GET /\200\255 HTTP/1.1\r\n" .. HOST .. "\r\n" },
  { "the address of somebody else",
    "GET http://evil.example/health HTTP/1.1\r\n" .. HOST .. "\r\n" },
  { "CONNECT", "CONNECT evil.example:443 HTTP/1.1\r\n" .. HOST .. "\r\n" },
  { "TRACE", "TRACE /health HTTP/1.1\r\n" .. HOST .. "\r\n" },
  { "a length below zero", POST .. JSON .. "Content-Length: -1\r\n\r\n{}" },
  { "a length that is no number", POST .. JSON .. "Content-Length: ten\r\n\r\n{}" },
  { "a length in hexadecimal", POST .. JSON .. "Content-Length: 0x2\r\n\r\n{}" },
  { "a length with a sign", POST .. JSON .. "Content-Length: +2\r\n\r\n{}" },
  { "a length beyond 64 bits",
    POST .. JSON .. "Content-Length: 99999999999999999999999\r\n\r\n{}" },
  { "a length of 1 GB", POST .. JSON .. "Content-Length: 1073741824\r\n\r\n{}" },
  { "two lengths",
    POST .. JSON .. "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x" },
  { "a list of lengths", POST .. JSON .. "Content-Length: 2, 2\r\n\r\n{}" },
  { "less than its length", POST .. JSON .. "Content-Length: 100\r\n\r\n{}" },
  { "a length and chunks", POST .. JSON .. "Content-Length: 4\r\n"
    .. "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n" },
  { "chunks twice", POST .. JSON .. "Transfer-Encoding: chunked\r\n"
    .. "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n" },
  { "an unknown coding", POST .. JSON .. "Transfer-Encoding: gzip\r\n\r\n{}" },
  { "a coding in disguise", POST .. JSON .. "Transfer-Encoding: xchunked\r\n\r\n{}" },
  { "chunked and another coding",
    POST .. JSON .. "Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n" },
  { "a chunk beyond 64 bits", POST .. JSON .. "Transfer-Encoding: chunked\r\n\r\n"
    .. "fffffffffffffffff\r\n{}\r\n0\r\n\r\n" },
  { "a chunk below zero", POST .. JSON
    .. "Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n" },
  { "a chunk that is no number", POST .. JSON
    .. "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n" },
  { "a chunk without an end", POST .. JSON
    .. "Transfer-Encoding: chunked\r\n\r\n2\r\n{}" },
  { "a form", POST .. "Content-Type: application/x-www-form-urlencoded\r\n"
    .. "Content-Length: 3\r\n\r\na=b" },
  { "a form with a file", POST .. "Content-Type: multipart/form-data; boundary=x\r\n"
    .. "Content-Length: 3\r\n\r\n--x" },
  { "text that is JSON",
    POST .. "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}" },
  { "JSON without its type", POST .. "Content-Length: 2\r\n\r\n{}" },
  { "a bomb of brackets", POST .. JSON .. "Content-Length: 500000\r\n\r\n"
    .. ("["):rep(500000) },
  { "a header that goes on in the next line",
    GET .. "Host: localhost\r\n evil.example\r\n\r\n" },
  { "a blank before a header's colon", GET .. "Host : localhost\r\n\r\n" },
}

describe("host.http", function()
  describe("under abuse", function()
    local site

    lazy_setup(function()
      site = web.start { max_body = 1 << 20, head_time = 0.3, body_time = 0.3 }
    end)

    lazy_teardown(function()
      site:close()
    end)

    for _, case in ipairs(ABUSE) do
      local name, bytes = table.unpack(case)
      it("refuses " .. name, function()
        local text = site:send(bytes)
        if text ~= "" then
          local status = text:match "^HTTP/1%.[01] (%d+) "
          assert.is_true(status == "505" or status:find "^4" ~= nil, text)
        end
        assert.equal(0, #site.service.registry.list)
      end)
    end

    it("refuses what is smuggled behind a good request", function()
      local smuggled = GET .. "Host: evil.example\r\n\r\n"
      local text = site:send(GET .. HOST .. "\r\n" .. smuggled)
      local statuses = {}
      for status in text:gmatch "HTTP/1%.1 (%d+)" do
        statuses[#statuses + 1] = status
      end
      assert.same({ "200", "403" }, { statuses[1], statuses[2] or "403" })
    end)

    it("answers everybody else as before", function()
      assert.equal(200, site:ask("GET", "/health").status)
      repeat
        task.sleep(0.002)
      until site.service.listener:stats().open == 0
      assert.equal(0, site.service.in_flight)
    end)
  end)

  it("answers a thousand requests in a row on one connection", function()
    local site <close> = web.start()
    local last = "GET /health HTTP/1.1\r\n" .. HOST .. "Connection: close\r\n\r\n"
    local text = site:send((GET .. HOST .. "\r\n"):rep(999) .. last, true)
    local _, count = text:gsub("HTTP/1.1 200 ", "%0")
    assert.equal(1000, count)
  end)

  it("takes no body for a request, where an answer needs none of it", function()
    local site <close> = web.start()
    local inner = "GET /nowhere HTTP/1.1\r\n" .. HOST .. "\r\n"
    local text = site:send(GET .. HOST .. "Content-Length: " .. #inner .. "\r\n\r\n"
      .. inner .. GET .. HOST .. "Connection: close\r\n\r\n", true)
    local _, count = text:gsub("HTTP/1.1 200 ", "%0")
    assert.equal(2, count)
    assert.is_nil(text:find("404", 1, true))
  end)

  it("drops a client that takes too long for its head, and one for its body", function()
    local site <close> = web.start { head_time = 0.05, body_time = 0.05 }
    assert.equal("", site:send("GET /health HT", true))
    assert.equal("", site:send(POST .. JSON .. "Content-Length: 100\r\n\r\n{", true))
    assert.equal("", site:send("", true))
    assert.equal(3, site.service.listener:stats().late)
  end)

  it("drops who sends a byte now and then, too", function()
    local site <close> = web.start { head_time = 0.05 }
    local socket, is_over = web.connect(site.port), false
    socket:read_start(function(err, bytes)
      is_over = err ~= nil or bytes == nil
    end)
    repeat
      socket:write "X"
      task.sleep(0.002)
    until is_over
    socket:close()
    assert.equal(1, site.service.listener:stats().late)
  end)

  local function listen(admit)
    return assert(http.listen { admit = admit or function() end })
  end

  local function answer_with(fn)
    local listener <close> = listen()
    local serving = task.spawn(function()
      fn((assert(listener:accept())))
    end)
    local text = web.send(listener:port(),
      "GET /a?B=c%20d HTTP/1.1\r\nHost: x\r\nX-Y: z\r\nConnection: close\r\n\r\n", true)
    assert(serving:join())
    return text
  end
  it("shows what came", function()
    local head
    answer_with(function(request)
      head = request:head()
      assert.equal("", request:body())
      assert.is_true(request:respond(204, {}, ""))
    end)
    assert.equal("GET", head.method)
    assert.equal("/a", head.path)
    assert.equal("HTTP/1.1", head.version)
    assert.equal("127.0.0.1", head.peer)
    assert.same({ b = "c%20d" }, head.query)
    assert.equal("z", head.headers["x-y"])
  end)

  it("raises for an answer that is none, and for a second one", function()
    answer_with(function(request)
      assert.has_error(function()
        request:respond(99, {}, "")
      end)
      assert.has_error(function()
        request:respond(200, { a = 1 }, "")
      end)
      assert.has_error(function()
        request:respond(200, { a = "b\r\nc: d" }, "")
      end)
      assert.has_error(function()
        request:write "x"
      end)
      assert.is_true(request:respond(200, {}, "once"))
      assert.has_error(function()
        request:respond(200, {}, "twice")
      end)
    end)
  end)

  it("streams, and makes a writer wait for a reader that does not read", function()
    local listener <close> = listen()
    local socket = web.connect(listener:port())
    socket:write "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    local request = assert(listener:accept())
    assert.is_true(request:stream(200, {}))
    local ok, kind, _
    repeat
      ok, _, kind = request:write(("x"):rep(1 << 20), 0.02)
    until not ok
    assert.equal("timeout", kind)
    assert.is_true(request:is_open())
    socket:close()
    repeat
      task.sleep(0.002)
    until not request:is_open()
    assert.equal("dropped", (select(3, request:write "x")))
  end)

  -- what comes of a stream whose first piece is taken before its end
  local function read_stream(finish)
    local listener <close> = listen()
    local text
    task.group(function(group)
      local reader = group:spawn(web.send, listener:port(),
        "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", true)
      local request = assert(listener:accept())
      assert.is_false(request:is_answered())
      assert.is_true(request:stream(200, {}))
      assert.is_true(request:is_answered())
      assert.is_true(request:write "first")
      finish(request)
      request:break_off()
      text = select(2, reader:join())
    end)
    return text
  end

  it("is seen to be incomplete when it is broken off", function()
    assert.not_matches("0\r\n\r\n$", read_stream(function() end))
  end)

  it("is not broken off any more when it is complete", function()
    local text = read_stream(function(request)
      request:finish()
    end)
    assert.matches("\r\n5\r\nfirst\r\n0\r\n\r\n$", text)
  end)

  it("is handled before those who were ready first", function()
    local turns, admitted, handled = 0, nil, nil
    local listener <close> = listen(function() admitted = turns end)
    task.group(function(group)
      for _ = 1, BUSY do
        local ping, pong = task.queue(1), task.queue(1)
        local function pass(from, to)
          while true do
            to:put(from:get())
            turns = turns + 1
          end
        end
        group:spawn(pass, ping, pong)
        group:spawn(pass, pong, ping)
        ping:put(1)
      end
      group:spawn(function()
        local request = assert(listener:accept())
        task.spawn(function()
          handled = turns
          request:respond(204, {}, "")
        end)
      end)
      local answer = web.send(listener:port(), "GET / HTTP/1.1\r\nHost: x\r\n"
        .. "Connection: close\r\n\r\n", true)
      group:cancel()
      assert.matches("^HTTP/1.1 204", answer)
    end)
    -- two waits, and each takes turns with one other
    local waited = handled - admitted
    assert.is_true(waited < BUSY // 2, ("%d turns"):format(waited))
  end)

  it("wakes who accepts when it is closed", function()
    local listener = listen()
    local accepting = task.spawn(function()
      return select(3, listener:accept())
    end)
    task.sleep(0)
    listener:close()
    assert.same({ true, "closed" }, { accepting:join() })
    assert.equal("closed", (select(3, listener:accept())))
    assert.equal("timeout", (select(3, listen():accept(0.001))))
  end)

  it("closes connections whose requests wait, and their answers go nowhere", function()
    local listener = listen()
    local socket, is_over = web.connect(listener:port()), false
    socket:read_start(function(_, bytes)
      is_over = bytes == nil
    end)
    socket:write "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    local request = assert(listener:accept())
    listener:close()
    assert.equal("dropped", (select(3, request:respond(200, {}, "late"))))
    assert.equal("dropped", (select(3, request:body())))
    repeat
      task.sleep(0.002)
    until is_over
    socket:close()
  end)

  it("answers at once what needs no task, and keeps the connection", function()
    local listener <close> = listen(function(head)
      return 200, { ["X-Path"] = head.path }, "of " .. head.method
    end)
    local text = web.send(listener:port(), GET .. HOST .. "\r\n" .. GET .. HOST
      .. "Connection: close\r\n\r\n", true)
    local _, count = text:gsub("X%-Path: /health\r\n.-\r\n\r\nof GET", "%0")
    assert.equal(2, count)
    local stats = listener:stats()
    assert.same({ 2, 0 }, { stats.requests, stats.refused })
  end)

  it("closes the connection of a request that it refuses", function()
    local listener <close> = listen(function()
      return 403, {}, "no"
    end)
    local text = web.send(listener:port(), (GET .. HOST .. "\r\n"):rep(2), true)
    local _, count = text:gsub("HTTP/1.1 403 ", "%0")
    assert.equal(1, count)
    assert.equal(1, listener:stats().refused)
  end)

  it("closes the connection when admitting raises", function()
    local listener <close> = listen(function()
      error { "no text" }
    end)
    assert.equal("", web.send(listener:port(), GET .. HOST .. "\r\n"))
  end)

  it("says what is wrong with its options", function()
    for _, options in ipairs {
      {}, { admit = true }, { port = -1 }, { port = 70000 }, { max_body = "x" },
      { certificate = "x" }, { key = "x" },
    } do
      options.admit = options.admit or (next(options) and function() end) or nil
      assert.has_error(function()
        http.listen(options)
      end)
    end
    local listener, message, kind = http.listen {
      admit = print, address = "localhost.example",
    }
    assert.is_nil(listener)
    assert.matches("numeric", message)
    assert.equal("local", kind)
  end)

  it("frees its port when it is closed", function()
    local first = listen()
    local port = first:port()
    first:close()
    local second <close> = assert(http.listen { admit = print, port = port })
    assert.equal(port, second:port())
  end)
end)
