--- Modules of Ansible: arguments in a file of JSON, one object of JSON as the answer.
-- Ansible calls a module with that file when the module's text holds its word for it
-- (WANT_JSON). Whatever happens is an answer; nothing else is written to the output.
-- @module moonwire.ansible
local json = require "moonwire.report.json"

local argument = require "moonwire.ansible.argument"

local ansible = {}

local function read_arguments(path)
  local file <close>, message = io.open(path or "", "rb")
  local text = file and file:read "a"
  if not text then
    return nil, "the file of arguments: " .. (message or "cannot be read")
  end
  local given
  given, message = json.decode(text)
  if type(given) ~= "table" then
    return nil, "the file of arguments: " .. (message or "is not an object")
  end
  return given
end

-- what Ansible itself wants to be done
local function circumstances(given)
  return {
    is_check = given._ansible_check_mode == true,
    wants_diff = given._ansible_diff == true,
  }
end

local function failed(message)
  return { failed = true, changed = false, msg = message }
end

local function call(module, given)
  local taken, complaint = argument.read(module.schema, given)
  if not taken then
    return failed(complaint)
  end
  local how = circumstances(given)
  if how.is_check and not module.has_check_mode then
    return {
      skipped = true,
      changed = false,
      msg = ("remote module (%s) does not support check mode"):format(module.name),
    }
  end
  return module.run(taken, how)
end

--- Answer one call.
-- @tparam table module `name`, `schema` (see `moonwire.ansible.argument`), `run`
-- (function of the arguments and of `is_check`, `wants_diff`; gives the answer),
-- `has_check_mode`, `secrets` (a schema of what may lie deeper in the arguments)
-- @tparam table given the arguments
-- @treturn table the answer
function ansible.answer(module, given)
  local ok, result = xpcall(call, debug.traceback, module, given)
  if not ok then
    local exception = result
    result = failed(module.name .. ": a mistake of ours; see the exception")
    result.exception = exception
  end
  result.invocation = {
    module_args = json.object(argument.masked(module.secrets or module.schema, given)),
  }
  return result
end

--- Be a module.
-- @tparam table module see `answer`
-- @string path of the file of arguments
-- @tparam file stream for the answer
-- @treturn int exit status
function ansible.main(module, path, stream)
  local given, message = read_arguments(path)
  local result = given and ansible.answer(module, given) or failed(message)
  stream:write(json.encode(result, true))
  return result.failed and 1 or 0
end

return ansible
