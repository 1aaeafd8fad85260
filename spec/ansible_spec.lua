local ansible = require "moonwire.ansible"
local files = require "spec.support.files"
local json = require "moonwire.report.json"

-- Call a module as Ansible does: a file in, an object and a status out.
local function call(module, text)
  local answer, status
  files.with_folder(function(folder)
    local path = folder .. "/args"
    if text then
      files.write(path, text)
    end
    local output = assert(io.open(folder .. "/output", "w"))
    status = ansible.main(module, path, output)
    output:close()
    answer = json.decode(files.read(folder .. "/output"))
  end)
  return answer, status
end

local function module_of(run)
  return { name = "m", schema = { { name = "x", type = "int" } }, run = run }
end

describe("ansible.main", function()
  it("hands arguments over, and writes the answer", function()
    local answer, status = call(module_of(function(arguments, how)
      return { changed = false, x = arguments.x, diff = how.wants_diff }
    end), '{"x": "5", "_ansible_diff": true}')
    assert.equal(0, status)
    assert.same({
      changed = false, x = 5, diff = true, invocation = { module_args = { x = "5" } },
    }, answer)
  end)

  it("ends with 1 when the module fails", function()
    local answer, status = call(module_of(function()
      return { failed = true, msg = "so" }
    end), "{}")
    assert.equal(1, status)
    assert.equal("so", answer.msg)
  end)

  it("makes a mistake of ours a failure with an exception", function()
    local answer, status = call(module_of(function()
      error "broken"
    end), "{}")
    assert.equal(1, status)
    assert.is_true(answer.failed)
    assert.matches("ansible_spec.lua:%d+: broken", answer.exception)
  end)

  for name, text in pairs {
    ["is no JSON"] = "{", ["is no object"] = "7", ["is not there"] = false,
  } do
    it("says when the file of arguments " .. name, function()
      local answer, status = call(module_of(error), text)
      assert.equal(1, status)
      assert.matches("^the file of arguments: ", answer.msg)
    end)
  end
end)
