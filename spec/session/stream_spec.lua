-- Faults of spec/README.md: R1.
local files = require "moonwire.transfer.file"
local session = require "moonwire.session"
local support = require "spec.support.lab"
local task = require "moonwire.task"
local uv = require "luv"

local function with_router(options, fn)
  support.with_lab(options, function(lab)
    local router <close> = assert(session.open(support.device(lab)))
    fn(router, lab:device(1), lab)
  end)
end

local SHOW = "show running-config"

local function collect(router, command, options)
  local lines = {}
  local count, message, kind = router:stream(command, function(line)
    lines[#lines + 1] = line
  end, options)
  return lines, count, message, kind
end

describe("session:stream", function()
  it("gives the same lines as the whole output has", function()
    with_router({}, function(router)
      local whole = assert(router:send_command(SHOW))
      local lines, count = collect(router, SHOW)
      assert.equal(#lines, count)
      assert.equal(whole, table.concat(lines, "\n"))
      assert.equal("SW-CORE_1#", router:find_prompt())
      assert.equal(whole, router:send_command(SHOW))
    end)
  end)

  for _, name in ipairs { "lookalike", "dribble", "pager_stuck", "syslog" } do
    it("gives every line with " .. name, function()
      local seconds = name == "lookalike" and 0.1 or name == "dribble" and 0.0005 or nil
      local faults = { { name = name, device = 1, seconds = seconds } }
      local brief = "show ip interface brief"
      local command = name == "dribble" and "show privilege" or brief
      with_router({ faults = faults }, function(router)
        local whole = assert(router:send_command(command))
        local lines = collect(router, command)
        assert.equal(whole, table.concat(lines, "\n"))
      end)
    end)
  end

  it("gives lines before the command has ended", function()
    local faults = { { name = "lookalike", device = 1, seconds = 0.2 } }
    with_router({ faults = faults }, function(router, device)
      local is_first, is_over = true, false
      task.group(function(group)
        local first = task.queue(1)
        group:spawn(function()
          router:stream(SHOW, function()
            if is_first then
              first:put(true)
            end
            is_first = false
          end)
          is_over = true
        end)
        first:get()
        assert.is_false(is_over)
      end)
      assert.is_true(is_over)
      assert.equal(1, device:sent(SHOW))
    end)
  end)

  it("stops when it is told to, and the session goes on", function()
    with_router({}, function(router)
      local count = assert(router:stream(SHOW, function(line)
        return not line:find "hostname"
      end))
      assert.is_true(count > 1)
      assert.matches("privilege", (router:send_command "show privilege"))
    end)
  end)

  it("leaves the session usable when the function raises", function()
    with_router({}, function(router)
      assert.has_error(function()
        router:stream(SHOW, function() error "no" end)
      end)
      assert.matches("privilege", (router:send_command "show privilege"))
      local lines = collect(router, SHOW)
      assert.equal(router:send_command(SHOW), table.concat(lines, "\n"))
    end)
  end)

  it("waits for a command that may ask, and never answers", function()
    with_router({}, function(router)
      local lines = collect(router, "verify /md5 flash:vlan.dat")
      assert.is_true(#lines > 0)
      local confirmed = { confirm = true }
      local _, count, message, kind = collect(router, "reload", confirmed)
      assert.is_nil(count)
      assert.equal("question", kind)
      assert.matches("[confirm]", message, 1, true)
      assert.equal("SW-CORE_1#", router:find_prompt())
    end)
  end)

  it("fails a command that is rejected, a drop, and a device that hangs", function()
    with_router({}, function(router)
      assert.equal("rejected", select(4, collect(router, "show nonsense")))
    end)
    with_router({ faults = { { name = "drop", device = 1 } } }, function(router)
      local lines, count, _, kind = collect(router, SHOW)
      assert.is_nil(count)
      assert.equal("dropped", kind)
      assert.is_true(#lines > 0)
      router:close()
      assert.equal("closed", select(4, collect(router, SHOW)))
    end)
    with_router({ faults = { { name = "hang", device = 1 } } }, function(router)
      assert.equal("timeout", select(4, collect(router, SHOW, { timeout = 0.05 })))
    end)
  end)

  it("raises for what is no function", function()
    with_router({}, function(router)
      assert.has_error(function() router:stream(SHOW) end)
      assert.has_error(function() router:stream(nil, print) end)
    end)
  end)
end)

describe("session:exec", function()
  it("gives the output of a command on a channel of its own", function()
    with_router({}, function(router)
      local output = assert(router:exec "show privilege")
      assert.equal("Current privilege level is 15", output)
      assert.equal(router:send_command(SHOW), (router:exec(SHOW)))
    end)
  end)

  it("fails a command that is rejected, and on a closed session", function()
    with_router({}, function(router)
      local output, message, kind = router:exec "show nonsense"
      assert.is_nil(output)
      assert.equal("rejected", kind)
      assert.matches("SW-CORE_1", message, 1, true)
      assert.has_error(function() router:exec(1) end)
      router:close()
      assert.equal("closed", select(3, router:exec "show clock"))
    end)
  end)

  it("gives up in time", function()
    with_router({ think = 0.4 }, function(router)
      local brief = { timeout = 0.05 }
      assert.equal("timeout", select(3, router:exec("show clock", brief)))
      assert.matches("UTC", (router:send_command "show clock"))
    end)
  end)

  it("lets the device wait when lines are taken slowly", function()
    local faults = { { name = "bulk", device = 1, bytes = 8 << 20 } }
    with_router({ faults = faults }, function(router)
      local most, count = 0, 0
      local lines = assert(router:stream("show version", function()
        count = count + 1
        if count % 10000 == 0 then
          task.sleep(0.01) -- for the device to go on, if it could
          most = math.max(most, #router.shell:text())
        end
      end))
      assert.equal(count, lines)
      assert.is_true(lines > 100000)
      assert.is_true(most < 2 << 20)
      assert.matches("privilege", (router:send_command "show privilege"))
    end)
  end)
end)

describe("session:stream_to", function()
  local folder

  before_each(function()
    folder = assert(uv.fs_mkdtemp "/tmp/moonwire-spec-XXXXXX")
  end)

  after_each(function()
    for name in uv.fs_scandir_next, (assert(uv.fs_scandir(folder))) do
      uv.fs_unlink(folder .. "/" .. name)
    end
    uv.fs_rmdir(folder)
  end)

  local function contents(name)
    local stream = io.open(folder .. "/" .. name, "rb")
    local text = stream and stream:read "a"
    if stream then
      stream:close()
    end
    return text
  end

  it("writes the output, for its owner only", function()
    with_router({}, function(router)
      local whole = assert(router:send_command(SHOW))
      local bytes = assert(router:stream_to(SHOW, folder .. "/running"))
      assert.equal(whole .. "\n", contents "running")
      assert.equal(#whole + 1, bytes)
      assert.equal("600", ("%o"):format(uv.fs_stat(folder .. "/running").mode & 511))
      assert.is_nil(contents "running.partial")
    end)
  end)

  it("holds little of a long output", function()
    local faults = { { name = "bulk", device = 1, bytes = 8 << 20 } }
    with_router({ faults = faults }, function(router)
      collectgarbage()
      local before = collectgarbage "count"
      local bytes = assert(router:stream_to("show version", folder .. "/long"))
      collectgarbage()
      assert.is_true(bytes > 7 << 20)
      assert.is_true(collectgarbage "count" - before < 1024)
      assert.equal(bytes, #contents "long")
    end)
  end)

  it("leaves what came beside the file when the device breaks off", function()
    local faults = { { name = "drop", device = 1 } }
    with_router({ faults = faults }, function(router)
      local path = folder .. "/broken"
      local bytes, message, kind = router:stream_to("show version", path)
      assert.is_nil(bytes)
      assert.equal("dropped", kind)
      assert.is_string(message)
      assert.is_nil(contents "broken")
      assert.matches("Cisco IOS Software", contents "broken.partial")
    end)
  end)

  it("keeps the old file then", function()
    with_router({ faults = { { name = "drop", device = 1 } } }, function(router)
      assert(io.open(folder .. "/kept", "w")):write("old"):close()
      assert.is_nil(router:stream_to("show version", folder .. "/kept"))
      assert.equal("old", contents "kept")
    end)
  end)

  it("names a file that cannot be written, and asks the device nothing", function()
    with_router({}, function(router, device)
      local bytes, message, kind = router:stream_to(SHOW, folder .. "/no/such")
      assert.is_nil(bytes)
      assert.equal("no_file", kind)
      assert.matches("cannot write .*/no/such: ENOENT", message)
      assert.is_false(device:sent(SHOW))
      assert(router:send_command "show privilege")
    end)
  end)

  it("says that the disk is full, and the session goes on", function()
    local faults = { { name = "bulk", device = 1, bytes = 1 << 20 } }
    with_router({ faults = faults }, function(router)
      local path = folder .. "/full"
      local create = files.create
      files.create = function(...) -- a real file of the real full device
        local file = assert(create(...))
        uv.fs_close(file.fd)
        file.fd = assert(uv.fs_open("/dev/full", "w", 0))
        return file
      end
      local bytes, message, kind = router:stream_to("show version", path)
      files.create = create
      assert.is_nil(bytes)
      assert.equal("space", kind)
      assert.matches("cannot write .*/full: ENOSPC", message)
      assert.is_nil(contents "full")
      assert.matches("privilege", (router:send_command "show privilege"))
    end)
  end)
end)
