-- Faults of spec/README.md: N6, N9, N11, N12.
-- The line between a client and a device, seen from the client's socket. A device that
-- says something else than SSH gives bytes that can be counted.
local server = require "host.server"
local task = require "moonwire.task"
local uv = require "luv"

local TEXT = {}
for i = 1, 3000 do
  TEXT[i] = ("%05d\n"):format(i)
end
TEXT = table.concat(TEXT)

local function with_profile(profile, fn)
  local listener <close> = assert(server.listen {
    authorize = function() return true end,
    admit = function() return profile end,
  })
  return fn(listener:port(), listener)
end

-- connect, perhaps say something, and read until the end or until `enough`
local function read_all(port, options)
  local socket, chunks, length = uv.new_tcp(), {}, 0
  local start, first = task.now(), nil
  local reason = task.await(function(done)
    socket:connect("127.0.0.1", port, function(err)
      if err then
        return done(err)
      end
      socket:write(options.say or "")
      socket:read_start(function(read_err, data)
        first = first or task.now() - start
        chunks[#chunks + 1] = data
        length = length + #(data or "")
        if not data or length >= (options.enough or math.huge) then
          done(read_err or (data and "enough") or "end")
        end
      end)
    end)
  end)
  socket:close()
  return table.concat(chunks), reason, first, task.now() - start, #chunks
end

local function wait_for(condition)
  while not condition() do
    task.sleep(0.002)
  end
end

describe("the lab's line", function()
  it("carries everything, then the end", function()
    for _, profile in ipairs {
      { greet = TEXT }, { greet = TEXT, rtt = 0.01, jitter = 0.004 },
    } do
      with_profile(profile, function(port, listener)
        local text, reason = read_all(port, {})
        assert.is_true(text == TEXT)
        assert.equal("end", reason)
        wait_for(function() return listener:stats().open == 0 end)
      end)
    end
  end)

  it("lets the first byte come two round trips after the first packet", function()
    with_profile({ greet = "hello", rtt = 0.02 }, function(port)
      local text, _, first = read_all(port, {})
      assert.equal("hello", text)
      assert.is_true(first >= 0.04)
    end)
    with_profile({ rtt = 0.02 }, function(port)
      local text, _, first = read_all(port, { enough = 8 })
      assert.matches("^SSH%-2%.0%-", text)
      assert.is_true(first >= 0.04)
    end)
  end)

  it("takes a round trip for an answer", function()
    with_profile({ rtt = 0.02 }, function(port)
      local _, reason, _, total = read_all(port, {
        say = "SSH-2.0-spec\r\n", enough = 100, -- the key exchange's first packet
      })
      assert.equal("enough", reason)
      assert.is_true(total >= 0.04) -- what was said at once arrives with the handshake
    end)
  end)

  -- the line has a length here: the client must have had the time to connect
  it("is reset after an exact number of bytes", function()
    for _, count in ipairs { 0, 1, 777, #TEXT - 1 } do
      local profile = { greet = TEXT, drop_after = count, rtt = 0.002 }
      with_profile(profile, function(port, lab)
        local text = read_all(port, {}) -- libuv calls a reset behind bytes an end
        assert.is_true(text == TEXT:sub(1, count))
        wait_for(function() return lab:stats().open == 0 end)
      end)
    end
    local profile = { greet = TEXT, drop_after = 5, rtt = 0.002, dribble = 0.004 }
    with_profile(profile, function(port)
      local text, reason = read_all(port, {})
      assert.equal(TEXT:sub(1, 5), text)
      -- on a busy machine the reset comes right behind bytes
      assert.is_true(reason == "ECONNRESET" or reason == "end")
    end)
  end)

  it("ends after an exact number of bytes", function()
    for _, count in ipairs { 0, 1, 777, #TEXT - 1 } do
      with_profile({ greet = TEXT, fin_after = count }, function(port, lab)
        local text, reason = read_all(port, {})
        assert.equal("end", reason)
        assert.is_true(text == TEXT:sub(1, count))
        wait_for(function() return lab:stats().open == 0 end)
      end)
    end
  end)

  it("stalls after an exact number of bytes, until the client goes", function()
    with_profile({ greet = TEXT, stall_after = 777 }, function(port, listener)
      local text = task.timeout(0.1, function()
        return (read_all(port, { enough = 778 }))
      end)
      assert.is_nil(text)
      assert.equal(1, listener:stats().open)
      assert.is_true(read_all(port, { enough = 777 }) == TEXT:sub(1, 777))
    end)
  end)

  it("garbles one byte and no other", function()
    with_profile({ greet = TEXT, garble_at = 777 }, function(port)
      local text = read_all(port, {})
      assert.equal(#TEXT, #text)
      assert.is_true(text:sub(1, 776) == TEXT:sub(1, 776))
      assert.is_true(text:sub(778) == TEXT:sub(778))
      assert.equal(TEXT:byte(777) ~ 0xff, text:byte(777))
    end)
  end)

  it("dribbles byte by byte", function()
    with_profile({ greet = TEXT:sub(1, 30), dribble = 0.002 }, function(port)
      local text, _, _, total, chunks = read_all(port, {})
      assert.equal(TEXT:sub(1, 30), text)
      assert.is_true(total >= 0.002 * 28)
      assert.is_true(chunks > 1)
    end)
  end)

  it("may lead nowhere", function()
    with_profile({ blackhole = true }, function(port, listener)
      local done = task.timeout(0.05, read_all, port, { say = "SSH-2.0-spec\r\n" })
      assert.is_nil(done)
      assert.equal(1, listener:stats().open)
    end)
  end)

  it("brings what it is given to the device, and nothing when cut", function()
    -- half a banner, then the end: the device hangs up instead of waiting for ever
    with_profile({ rtt = 0.004 }, function(port, listener)
      local socket = uv.new_tcp()
      local text, ended = "", false
      socket:connect("127.0.0.1", port, function()
        socket:write "SSH-2.0-half"
        socket:shutdown()
        socket:read_start(function(_, data)
          text = text .. (data or "")
          ended = ended or not data
        end)
      end)
      wait_for(function() return ended end)
      socket:close()
      assert.matches("^SSH%-2%.0%-", text)
      wait_for(function() return listener:stats().open == 0 end)
    end)
  end)

  it("lets go of everything when the listener is closed", function()
    for _, profile in ipairs {
      { greet = TEXT, stall_after = 1 }, { rtt = 1000 }, { blackhole = true },
      { rtt = 0.001, kex_delay = 1000 }, { banner_delay = 1000 },
    } do
      with_profile(profile, function(port, listener)
        local reader = task.spawn(read_all, port, {})
        wait_for(function() return listener:stats().open == 1 end)
        listener:close()
        assert.is_true((reader:join()))
      end)
    end
  end)
end)
