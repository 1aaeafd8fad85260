-- SSH servers that are neither ours nor libssh's, and keys that are exchanged anew in
-- the midst of things.
local machine = require "spec.support.machine"
local session = require "moonwire.session"
local shells = require "spec.support.shells"
local task = require "moonwire.task"
local transport = require "moonwire.transport.ssh"

local obstacle = machine.obstacle()
if obstacle then
  pending("other SSH servers: " .. obstacle)
  return
end

local LINES = 300000
local BYTES = 1988894 -- of these lines, without the last line end

local SERVERS = {
  {
    name = "dropbear",
    start = shells.dropbear,
    identification = "^SSH%-2%.0%-dropbear",
    at_once = 4, -- it admits no more than five that have not proved who they are
  },
  {
    name = "tinysshd",
    start = shells.tinysshd,
    identification = "^SSH%-2%.0%-tinyssh",
    at_once = 20,
  },
  {
    name = "OpenSSH with new keys every 256 kB",
    start = function() return shells.openssh "-o RekeyLimit=256K" end,
    identification = "^SSH%-2%.0%-OpenSSH",
    at_once = 20,
  },
}

for _, server in ipairs(SERVERS) do
  describe(server.name, function()
    local system

    setup(function() system = assert(server.start()) end)
    teardown(function() system:stop() end)

    local function connect(fields)
      fields = setmetatable(fields or {}, { __index = system.device })
      return transport.connect(fields, {})
    end

    it("lets us in, and shows who it is", function()
      local client <close> = assert(connect())
      local info = client:info()
      assert.matches(server.identification, info.server)
      assert.equal(system:read("host_key.pub"):match "^%S+ %S+", info.host_key)
    end)

    it("refuses another user", function()
      local client, _, kind = connect { username = "nobody" }
      assert.is_nil(client)
      assert.equal("auth", kind)
    end)

    it("runs a command with its status and both streams", function()
      local client <close> = assert(connect())
      local outcome = assert(client:exec "echo out; echo err >&2; exit 7")
      assert.same({ stdout = "out\n", stderr = "err\n", status = 7 }, outcome)
    end)

    it("gives all output of a command", function()
      local client <close> = assert(connect())
      local outcome = assert(client:exec(("seq 1 %d"):format(LINES)))
      assert.equal(BYTES + 1, #outcome.stdout)
      assert.equal("\n299999\n300000\n", outcome.stdout:sub(-15))
    end)

    it("gives all output of a shell", function()
      local shell <close> = assert(session.open(system.device))
      local text = assert(shell:send_command(("seq 1 %d"):format(LINES)))
      assert.equal(BYTES, #text)
      local count = 0
      assert.equal(LINES, shell:stream(("seq 1 %d"):format(LINES), function(line)
        count = count + 1
        return tonumber(line) == count
      end))
      assert.equal("in step", shell:send_command "echo in step")
    end)

    it("takes many lines", function()
      local shell <close> = assert(session.open(system.device))
      local commands = {}
      for i = 1, 500 do
        commands[i] = ("echo %d %s"):format(i, ("x"):rep(300))
      end
      for i, answer in ipairs(assert(shell:send_commands(commands))) do
        assert.equal(commands[i]:sub(6), answer.output)
      end
    end)

    it("serves many sessions at once", function()
      local list = {}
      for i = 1, 20 do
        list[i] = i
      end
      local answers = task.map(list, server.at_once, function(i)
        local shell <close> = assert(session.open(system.device))
        return assert(shell:send_command("echo " .. i))
      end)
      for i, answer in ipairs(answers) do
        assert.equal(tostring(i), answer)
      end
    end)
  end)
end
