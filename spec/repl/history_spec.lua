local History = require "moonwire.repl.history"
local files = require "spec.support.files"
local uv = require "luv"

describe("the history of typed lines", function()
  it("knows lines that may hold a password", function()
    for _, line in ipairs {
      'x = { password = "a" }', "enable secret 5 $1$x", "snmp-server community public",
      'host.secret.from_string "x"', "crypto key generate", "username a Password 0 b",
      "pre-shared-key x", "tacacs-server key 7 00", "token = 1",
    } do
      assert.is_true(History.is_secretive(line), line)
    end
    for _, line in ipairs { "show version", "monkey = 1", 'r1:exec "show ip"' } do
      assert.is_false(History.is_secretive(line), line)
    end
  end)

  it("keeps the rest, closed to others, and the last thousand of very many", function()
    files.with_folder(function(folder)
      local path, lines = folder .. "/history", {}
      for i = 1, 2001 do
        lines[i] = "line " .. i
      end
      files.write(path, table.concat(lines, "\n") .. "\n")
      uv.fs_chmod(path, 420)
      do
        local history <close> = History.open(path)
        assert.equal(1000, #history.lines)
        assert.is_true(history:add "one more")
        assert.is_true(history:add "one more")
        assert.is_false(history:add "password x")
        assert.is_false(history:add "  ")
        assert.is_false(history:add "a\27b")
      end
      local text = files.read(path)
      assert.equal("line 1002\n", text:match "^[^\n]*\n")
      assert.equal("line 2001\none more\n", text:sub(-19))
      assert.equal(384, uv.fs_stat(path).mode & 511)
    end)
  end)

  it("goes without a file where there can be none", function()
    local history <close> = History.open "/proc/nowhere/history"
    assert.is_string(history.complaint)
    assert.is_true(history:add "show version")
    assert.is_string(History.open(nil).complaint)
  end)
end)
