-- Linux shells of Debian behind its OpenSSH: one that edits lines, and one that does
-- not.
local machine = require "spec.support.machine"
local session = require "moonwire.session"
local shells = require "spec.support.shells"

local obstacle = machine.obstacle()
if obstacle then
  pending("Linux behind OpenSSH: " .. obstacle)
  return
end

local SEVERAL = "abcdefghij" -- letters

local USERS = {
  { name = "ada", shell = "bash", device_type = "linux", user = "@lab1:~%$ $" },
  { name = "dan", shell = "dash", device_type = "linux_sh", user = "^%$ $" },
}

local system

setup(function() system = assert(shells.openssh()) end)
teardown(function() system:stop() end)

local function log_in(user, device_type)
  return session.open(setmetatable({
    username = user.name, device_type = device_type or user.device_type,
  }, { __index = system.device }))
end

for _, user in ipairs(USERS) do
  describe(user.shell .. " behind OpenSSH", function()
    local shell

    before_each(function() shell = assert(log_in(user)) end)
    after_each(function() shell:disconnect() end)

    -- what was left behind by the last command would be found by this one
    local function is_in_step()
      return shell:send_command "echo in step" == "in step"
    end

    it("shows its prompt", function()
      assert.equal("user", shell:mode())
      assert.matches(user.user, shell:find_prompt())
    end)

    it("runs commands with no output", function()
      assert.equal("", shell:send_command "true")
      assert.equal("", shell:send_command "cat /dev/null")
      assert.is_true(is_in_step())
    end)

    it("keeps output that ends without a line end", function()
      assert.equal("abc", shell:send_command "printf abc")
      assert.equal("a b: 50%", shell:send_command "printf 'a b: 50%%'")
      assert.equal("one\ntwo", shell:send_command "printf 'one\\ntwo'")
      assert(shell:send_command "printf 'last line' >unended")
      assert.equal("last line", shell:send_command "cat unended")
      local last
      assert(shell:stream("cat unended", function(line)
        last = line
      end))
      assert.equal("last line", last)
      assert.is_true(is_in_step())
    end)

    it("reports what the shell does not know", function()
      local text, message, kind = shell:send_command "shwo"
      assert.is_nil(text)
      assert.equal("rejected", kind)
      assert.matches("shwo: .*not found", message)
      assert.is_true(is_in_step())
    end)

    it("tells the exit status of what runs on a channel of its own", function()
      local text, status, complaint =
        shell:exec "echo out; echo err >&2; exit 7"
      assert.equal("out", text)
      assert.equal(7, status)
      assert.equal("err\n", complaint)
      assert.is_true(is_in_step())
    end)

    it("gives ten megabytes of output, whole", function()
      local text = assert(shell:send_command "seq 1 1400000")
      assert.equal(10088895, #text) -- all its digits and line ends but the last
      assert.equal("1\n2\n3\n", text:sub(1, 6))
      assert.equal("\n1399999\n1400000", text:sub(-16))
      assert.is_true(is_in_step())
    end)

    it("streams them line by line", function()
      local count = 0
      assert.equal(1400000, shell:stream("seq 1 1400000", function(line)
        count = count + 1
        return tonumber(line) == count
      end))
      assert.equal(1400000, count)
      assert.is_true(is_in_step())
    end)

    it("breaks a command off", function()
      local count = 0
      assert(shell:stream("yes", function()
        count = count + 1
        return count < 10
      end))
      assert.equal(10, count)
      assert.is_true(is_in_step())
    end)

    it("keeps letters that are no ASCII, and takes colours off", function()
      local words = "Grüße €5 日本 😀"
      assert.equal(words, shell:send_command(("echo '%s'"):format(words)))
      assert.equal("red plain",
        shell:send_command [[printf '\033[1;31mred\033[0m plain\n']])
      assert.equal("/bin\n/etc", shell:send_command "ls -d1 --color=always /etc /bin")
    end)

    it("takes the echo of a long command off", function()
      for _, count in ipairs { 49, 50, 51, 52, 102, 380 } do
        local word = SEVERAL:rep(count)
        assert.equal(word, shell:send_command("echo " .. word))
        assert.equal(word, shell:send_command("printf '%s\\n' " .. word))
      end
      assert.is_true(is_in_step())
    end)

    it("follows the prompt", function()
      assert(shell:send_command "cd /tmp")
      assert.equal("/tmp", shell:send_command "pwd")
      assert.equal("user", shell:mode())
    end)

    it("answers sudo when that was announced", function()
      local text, count = shell:send_interactive("sudo -k id -un", {
        { "^%[sudo%] password for ", "pw" },
      })
      assert.matches("\nroot$", text)
      assert.equal(1, count)
    end)

    it("does not answer sudo when it was not, and goes on", function()
      local text, message, kind = shell:send_interactive("sudo -k id -un", {})
      assert.is_nil(text)
      assert.equal("question", kind)
      assert.matches("[sudo] password for " .. user.name, message, 1, true)
      assert.is_true(is_in_step())
      assert.equal(user.name, shell:send_command "id -un")
    end)

    it("becomes root and comes back", function()
      assert(shell:enable())
      assert.equal("root", shell:mode())
      assert.equal("0", shell:send_command "id -u")
      assert(shell:enter_mode "user")
      assert.equal(user.name, shell:send_command "id -un")
    end)

    it("takes lines as root and stops at a wrong one", function()
      local report = assert(shell:send_config_set { "x=1", "y=2" })
      assert.equal(2, report.applied)
      assert.equal("user", shell:mode())
      local _, message, kind = shell:send_config_set { "x=1", "shwo", "y=2" }
      assert.equal("rejected", kind, message)
      assert.matches('line 2 "shwo"', message, 1, true)
      assert.equal("user", shell:mode())
    end)

    it("is known by what it says", function()
      local found <close> = assert(log_in(user, "autodetect"))
      assert.equal(user.device_type, found:device_type())
    end)

    it("refuses a wrong password for sudo", function()
      local wrong <close> = assert(session.open(setmetatable({
        username = user.name, device_type = user.device_type, secret = "no",
      }, { __index = system.device })))
      local ok, _, kind = wrong:enable()
      assert.is_nil(ok)
      assert.equal("auth", kind)
      assert.equal("user", wrong:mode())
      assert.equal(user.name, wrong:send_command "id -un")
    end)
  end)
end
