-- All samples of ntc-templates, where NET_TEXTFSM points to a checkout of it with its
-- tests: https://github.com/networktocode/ntc-templates
local lfs = require "lfs"
local lyaml = require "lyaml"

local textfsm = require "moonwire.parse.textfsm"

local function is_folder(path)
  return lfs.attributes(path, "mode") == "directory"
end

-- the checkout, when NET_TEXTFSM is that or the folder of templates in it
local function find_checkout()
  local path = os.getenv "NET_TEXTFSM"
  for _, up in ipairs(path and { "", "/..", "/../.." } or {}) do
    local top = path .. up
    if is_folder(top .. "/tests") and is_folder(top .. "/ntc_templates") then
      return top
    end
  end
end

local function read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

local function entries(folder)
  local names = {}
  for name in lfs.dir(folder) do
    if not name:find "^[._]" then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  return names
end

local function lower(rows)
  local list = {}
  for i, row in ipairs(rows) do
    list[i] = {}
    for name, value in pairs(row) do
      list[i][name:lower()] = value
    end
  end
  return list
end

-- a sample written as a number is one
local function is_same(expected, found)
  if type(expected) ~= "table" or type(found) ~= "table" then
    return tostring(expected) == found
  end
  for key, value in pairs(expected) do
    if not is_same(value, found[key]) then
      return false
    end
  end
  for key in pairs(found) do
    if expected[key] == nil then
      return false
    end
  end
  return true
end

local function complaint_about(platform, command, path)
  local template, message = textfsm.find(platform, (command:gsub("_", " ")))
  if not template then
    return message
  end
  local rows
  rows, message = template:parse(read(path))
  if not rows then
    return message
  end
  local sample = lyaml.load(read((path:gsub("raw$", "yml")))).parsed_sample
  if not is_same(sample == lyaml.null and {} or sample, lower(rows)) then
    return "other rows than the sample has"
  end
end

-- What is wrong with the samples of a platform, and how many there are.
local function check_platform(tests, platform)
  local complaints, count = {}, 0
  for _, command in ipairs(entries(tests .. "/" .. platform)) do
    local folder = ("%s/%s/%s"):format(tests, platform, command)
    for _, name in ipairs(entries(folder)) do
      if name:find "%.raw$" then
        count = count + 1
        local message = complaint_about(platform, command, folder .. "/" .. name)
        complaints[#complaints + 1] = message and name .. ": " .. message
      end
    end
  end
  return complaints, count
end

describe("ntc-templates", function()
  local top = find_checkout()
  if not top then
    it("give the rows of their samples", function()
      pending "NET_TEXTFSM points to no checkout of ntc-templates with its tests"
    end)
    return
  end

  it("compile, all of them", function()
    local folder, complaints, count = top .. "/ntc_templates/templates/", {}, 0
    for _, name in ipairs(entries(folder)) do
      if name:find "%.textfsm$" then
        count = count + 1
        local template, message = textfsm.compile(read(folder .. name), name)
        complaints[#complaints + 1] = not template and message or nil
      end
    end
    assert.same({}, complaints)
    assert.is_true(count > 0)
  end)

  for _, platform in ipairs(entries(top .. "/tests")) do
    if platform ~= "mocks" and is_folder(top .. "/tests/" .. platform) then
      it("give the rows of the samples of " .. platform, function()
        local complaints, count = check_platform(top .. "/tests", platform)
        assert.same({}, complaints)
        assert.is_true(count > 0)
      end)
    end
  end
end)
