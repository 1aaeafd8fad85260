--- The file of a plan: what a push would change on each device, and what it was made
-- for. Its first line holds the digest of all behind it, so that a plan that was edited
-- or torn is none. Lines of configuration are not in it, only where they are and their
-- digest: they may be secret. The differences are shown without secrets.
-- @module moonwire.journal.plan
local file = require "moonwire.report.file"
local input = require "moonwire.journal.input"
local journal = require "moonwire.journal"
local json = require "moonwire.report.json"
local likeness = require "moonwire.transport.likeness"
local uv = require "luv"

local plan = {}

--- The name of a plan that lies in the folder of the run that has made it.
plan.NAME = "plan"

local FORMAT = 2
local OLDEST = 24 * 60 * 60 -- seconds until it is too old to be applied
local LATER = 60 -- seconds by which a clock may be wrong

--- What an inventory is known by: who is meant, and where; not what it logs in with.
-- @tparam {table,...} devices
-- @treturn string
function plan.inventory_digest(devices)
  local lines = {}
  for i, device in ipairs(devices) do
    lines[i] = (device.name or device.host) .. "\0" .. likeness.of(device)
  end
  table.sort(lines)
  return input.digest(table.concat(lines, "\n"))
end

--- Begin a plan.
-- @tparam table order see `moonwire.cli.run.order`; beside that `how` (what else is
-- to be known by who applies it)
-- @tparam {table,...} devices
-- @treturn table to which `plan.add` adds
function plan.new(order, devices)
  return {
    format = FORMAT, made = os.time(), devices = {},
    source = order.source, selection = order.inventory,
    inventory = plan.inventory_digest(devices),
    lines = { path = order.file, digest = order.digest },
    change = order.change, how = order.how,
  }
end

--- Take the result of a device.
-- @tparam table self
-- @tparam table result
function plan.add(self, result)
  local value = result.ok and result.value or {}
  self.devices[#self.devices + 1] = {
    name = result.device, host = result.host, before = value.before,
    diff = value.diff, changes = value.changes, by = value.by,
    guarantee = value.guarantee, complaint = value.complaint,
    kind = result.kind, message = result.message,
  }
end

--- Write it, for its owner alone.
-- @tparam table self
-- @string path
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
function plan.write(self, path)
  table.sort(self.devices, function(a, b) return a.name < b.name end)
  local body = json.encode(self)
  local sum = input.digest(body)
  local head = json.encode({ moonwire_plan = FORMAT, sha256 = sum }, true)
  return file.write(path, head .. body)
end

local function in_words(seconds)
  if math.abs(seconds) < 120 then
    return ("%d s"):format(seconds // 1)
  elseif seconds < 7200 then
    return ("%d minutes"):format(seconds // 60)
  end
  return ("%d hours"):format(seconds // 3600)
end

local function read_body(head, body, oldest)
  local whole = type(head) == "table" and head.sha256 == input.digest(body)
  local self = whole and json.decode(body)
  if type(head) ~= "table" or not head.moonwire_plan then
    return nil, "is no plan"
  elseif head.moonwire_plan ~= FORMAT then
    return nil, ("is a plan of format %s, and this program reads %d"):format(
      tostring(head.moonwire_plan), FORMAT)
  elseif not self then
    return nil, "has been edited since it was made, or is torn"
  end
  local age = os.time() - self.made
  if age > oldest or age < -LATER then
    return nil, ("was made %s ago, and is not applied after %s; make it anew"):format(
      in_words(age), in_words(oldest))
  end
  return self
end

--- Read it.
-- @string path
-- @tparam[opt] table options `oldest` (seconds: 24 hours), `digest` (that its text must
-- have)
-- @treturn[1] table the plan, with `digest`
-- @return[2] nil
-- @treturn[2] string message
function plan.read(path, options)
  options = options or {}
  local text, digest = input.read(path, options.digest)
  if not text then
    return nil, digest
  end
  local first, body = (text .. "\n"):match "^([^\n]*)\n(.*)\n$"
  local self, why = read_body(json.decode(first or ""), body or "",
    options.oldest or OLDEST)
  if not self then
    return nil, ("%s %s"):format(path, why)
  end
  self.digest = digest
  return self
end

--- The file that is meant: by its path, or by the name of the run that has made it.
-- @string given
-- @string[opt] root the folder of all runs
-- @treturn string path, as it was given where no run is meant
function plan.find(given, root)
  local folder = not uv.fs_stat(given) and journal.folder(given, root)
  local path = folder and folder .. "/" .. plan.NAME
  return path and uv.fs_stat(path) and path or given
end

--- What each device is expected to be like.
-- @tparam table self
-- @treturn table by name: the digest of its configuration, or false where the plan says
-- that it cannot be changed
function plan.expectations(self)
  local expected = {}
  for _, one in ipairs(self.devices) do
    expected[one.name] = one.before or false
  end
  return expected
end

return plan
