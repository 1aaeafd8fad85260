--- Servers of SFTP and SCP that break every rule: what comes of it is an error that has
-- a name, and nothing here that was not asked for.
local codec = require "moonwire.codec.sftp"
local files = require "spec.support.files"
local hostkeys = require "host.hostkeys"
local secrets = require "host.secret"
local server = require "host.server"
local ssh = require "host.ssh"
local scp = require "moonwire.transfer.scp"
local sftp = require "moonwire.transfer.sftp"
local task = require "moonwire.task"

local KIND, STATUS = codec.kind, codec.status
local TIMEOUT = 20

local function connect(listener)
  return ssh.connect {
    host = "127.0.0.1", port = listener:port(), user = "x",
    password = secrets.from_string "pw",
    pins = { hostkeys.fingerprint(listener:host_key()) },
  }
end

-- A server whose every channel is served by `play(tty)`, and a client of it.
local function against(play, fn)
  local listener <close> = assert(server.listen {
    authorize = function() return true end,
  })
  local results
  task.group(function(group)
    group:spawn(function()
      local tty = listener:accept()
      while tty do
        group:spawn(function()
          play(tty)
          tty:read_bytes(1, 1, TIMEOUT) -- the client's end
          tty:close(0)
        end)
        tty = listener:accept()
      end
    end)
    local client <close> = assert(connect(listener))
    results = table.pack(fn(client))
    client:close()
    listener:close()
  end)
  return table.unpack(results, 1, results.n)
end

local function take(tty)
  return codec.read(function(count)
    return tty:read_bytes(count)
  end)
end

local HELLO = codec.packet(KIND.version, string.pack(">I4", 3))

-- A server that greets well, and then answers each request as `answers` says, by type.
local function sftp_server(answers)
  return function(tty)
    take(tty)
    tty:write(answers.hello or HELLO)
    local kind, body = take(tty)
    while kind do
      local answer = answers[kind]
      if type(answer) == "function" then
        answer = answer(body, tty)
      end
      if not answer then
        return
      end
      tty:write(answer)
      kind, body = take(tty)
    end
  end
end

local function reply(kind, rest)
  return function(body)
    return codec.packet(kind, body:sub(1, 4) .. rest)
  end
end

local ATTRS = reply(KIND.attrs, codec.pack_attributes { size = 100, mode = 420 })
local HANDLE = reply(KIND.handle, string.pack(">s4", "h"))
local OK = reply(KIND.status, string.pack(">I4s4s4", STATUS.ok, "", ""))
local END = reply(KIND.status, string.pack(">I4s4s4", STATUS.eof, "", ""))

local function with(changes)
  local answers = {
    [KIND.stat] = ATTRS, [KIND.open] = HANDLE, [KIND.close] = OK, [KIND.read] = END,
  }
  for kind, answer in pairs(changes) do
    answers[kind] = answer
  end
  return answers
end

-- what a client gets from a server with these answers
local function fetch(answers, keep)
  return against(sftp_server(answers), function(client)
    local channel <close>, message, kind = sftp.open(client, TIMEOUT)
    if not channel then
      return nil, message, kind
    end
    return channel:get {
      path = "x",
      begin = function() return true end,
      write = keep or function() return true end,
    }
  end)
end

describe("an SFTP client", function()
  it("is told the truth about a good server", function()
    local bytes, parts = files.bytes(100), {}
    local count = fetch(with {
      [KIND.read] = function(body)
        local _, offset, most = string.unpack(">s4I8I4", body, 5)
        local part = bytes:sub(offset + 1, offset + math.min(most, 7)) -- short reads
        if part == "" then
          return END(body)
        end
        return codec.packet(KIND.data, body:sub(1, 4) .. string.pack(">s4", part))
      end,
    }, function(block)
      parts[#parts + 1] = block
      return true
    end)
    assert.equal(100, count)
    assert.equal(bytes, table.concat(parts))
  end)

  local BROKEN = {
    ["a huge length"] = with { [KIND.stat] = "\xff\xff\xff\xff\x69aaaa" },
    ["a length of nothing"] = with { [KIND.stat] = "\0\0\0\0\x69aaaa" },
    ["a packet without a number"] = with { [KIND.stat] = codec.packet(105, "") },
    ["the number of nobody's request"] = with {
      [KIND.stat] = codec.packet(KIND.attrs, "\1\2\3\4\0\0\0\0"),
    },
    ["an answer twice"] = with {
      [KIND.stat] = function(body)
        return ATTRS(body) .. ATTRS(body)
      end,
    },
    ["malformed attributes"] = with { [KIND.stat] = reply(KIND.attrs, "\0\0\0\1\0") },
    ["an answer of another type"] = with { [KIND.stat] = HANDLE },
    ["an answer of a type that is none"] = with { [KIND.stat] = reply(77, "") },
    ["all is well, and no more"] = with { [KIND.stat] = OK },
    ["a status without one"] = with { [KIND.stat] = reply(KIND.status, "") },
    ["a malformed handle"] = with { [KIND.open] = reply(KIND.handle, "\0\0\0\9abc") },
    ["a long handle"] = with {
      [KIND.open] = reply(KIND.handle, string.pack(">s4", ("h"):rep(257))),
    },
    ["more than was asked for"] = with {
      [KIND.read] = reply(KIND.data, string.pack(">s4", ("x"):rep(codec.BLOCK + 1))),
    },
    ["less than it says"] = with { [KIND.read] = reply(KIND.data, "\0\0\0\9abc") },
    ["nothing, for ever"] = with { [KIND.read] = reply(KIND.data, "\0\0\0\0") },
    ["no version"] = { hello = HANDLE "1234" },
    ["version 2"] = { hello = codec.packet(KIND.version, string.pack(">I4", 2)) },
    ["half a version"] = { hello = codec.packet(KIND.version, "\0\0") },
    ["malformed extensions"] = {
      hello = codec.packet(KIND.version, string.pack(">I4", 3) .. "\0\0\0\9a"),
    },
  }
  for what, answers in pairs(BROKEN) do
    it("refuses " .. what, function()
      local count, message, kind = fetch(answers)
      assert.is_nil(count)
      assert.equal("protocol", kind, message)
    end)
  end

  it("sees that a file is not as long as it was said to be", function()
    local count, message, kind = fetch(with {})
    assert.is_nil(count)
    assert.equal("size", kind)
    assert.matches("the file has 100 bytes, and 0 came", message, 1, true)
  end)

  it("shows words of the server that a terminal does not obey", function()
    local words = string.pack(">I4s4s4", 4, "\27]0;owned\7", "")
    local _, message, kind = fetch(with { [KIND.stat] = reply(KIND.status, words) })
    assert.equal("failed", kind)
    assert.equal("\\x1b]0;owned\\x07", message)
  end)

  it("sees the end of the channel", function()
    local _, _, kind = fetch(with { [KIND.stat] = function(_, tty)
      tty:close(0)
    end })
    assert.equal("dropped", kind)
  end)

  it("waits no longer than it was told", function()
    local _, _, kind = against(sftp_server(with {
      [KIND.stat] = function(_, tty)
        tty:read_bytes(1)
      end,
    }), function(client)
      local channel <close> = assert(sftp.open(client, TIMEOUT))
      channel.timeout = 0.05
      channel.take = function(count)
        return channel.pipe:read(count, count, 0.05)
      end
      return channel:stat "x"
    end)
    assert.equal("timeout", kind)
  end)
end)

-- what a client gets from a program that says this
local function ask_scp(lines)
  return against(function(tty)
    for _, line in ipairs(lines) do
      tty:read_bytes(1, 1, TIMEOUT)
      tty:write(line)
    end
  end, function(client)
    local channel <close> = assert(scp.open(client, "-f", "x", TIMEOUT))
    local parts = {}
    local count, message, kind = channel:get {
      begin = function() return true end,
      write = function(block)
        parts[#parts + 1] = block
        return true
      end,
    }
    return count, message, kind, table.concat(parts)
  end)
end

describe("an SCP client", function()
  it("is told the truth about a good program", function()
    local count, _, _, bytes = ask_scp { "T1 0 1 0\n", "C0644 3 x\n", "abc\0" }
    assert.equal(3, count)
    assert.equal("abc", bytes)
  end)

  it("takes no name for a path", function()
    for _, name in ipairs { "../../x", "/etc/passwd", ".." } do
      local count, _, kind, bytes = ask_scp { "C0644 3 " .. name .. "\n", "abc\0" }
      assert.is_nil(count)
      assert.equal("protocol", kind)
      assert.equal("", bytes)
    end
  end)

  local BROKEN = {
    protocol = {
      { "C0644 99999999999999999999 x\n" }, { "C0644 x\n" }, { ("C"):rep(5000) },
      { "C0644 3 x\n", "abcd" }, { "T\n", "T\n", "T\n" },
    },
    channel = { { "% Invalid input detected\n" }, { "\n" } },
    no_file = { { "\1scp: x: No such file or directory\n" }, { "D0755 0 x\n" } },
    permission = { { "\2Privilege denied.\n" } },
    failed = { { "\1something else\n" }, { "C0644 3 x\n", "abc\1read error\n" } },
  }
  for expected, cases in pairs(BROKEN) do
    it("names what is wrong: " .. expected, function()
      for _, lines in ipairs(cases) do
        local count, message, kind = ask_scp(lines)
        assert.is_nil(count)
        assert.equal(expected, kind, message)
      end
    end)
  end
end)

describe("a channel", function()
  it("holds a device back that sends more than is read", function()
    local sent, total = 0, 8 << 20
    against(function(tty)
      local block = ("x"):rep(64 << 10)
      while sent < total and tty:write(block) do
        sent = sent + #block
      end
    end, function(client)
      local pipe <close> = assert(client:pipe { command = "all of it" })
      assert(pipe:read(1))
      -- what is granted fits, and no more: wait until nothing moves any more
      local before
      repeat
        before = sent
        for _ = 1, 200 do
          task.sleep(0)
        end
        task.sleep(0.02)
      until sent == before
      assert.is_true(sent < total // 2)
      local got = 1
      repeat
        local bytes = assert(pipe:read(1, 65536))
        got = got + #bytes
      until got == total
    end)
    assert.equal(total, sent)
  end)

  it("tells the errors and the status of its program, and its end", function()
    against(function(tty)
      tty:read_bytes(4)
      tty:write "done"
      tty:close(7)
    end, function(client)
      local pipe <close> = assert(client:pipe { command = "x" })
      assert(pipe:write("in", "to"))
      assert.equal("done", pipe:read(100))
      assert.equal("", pipe:read(1))
      assert.equal(7, (pipe:status()))
      local _, _, kind = pipe:write "more"
      assert.equal("channel", kind)
      pipe:finish()
      assert.has_error(function() pipe:write "more" end)
    end)
  end)

  it("is refused what is none", function()
    against(function() end, function(client)
      local pipe, _, kind = client:pipe { subsystem = "netconf" }
      assert.is_nil(pipe)
      assert.equal("channel", kind)
      assert.has_error(function() client:pipe {} end)
      assert.has_error(function() client:pipe { command = "a", subsystem = "b" } end)
    end)
  end)
end)
