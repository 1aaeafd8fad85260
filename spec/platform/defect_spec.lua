-- Mistakes that are easily made, planted into platforms as they are shipped.
local lint = require "moonwire.platform.lint"

local function read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

-- The text of a platform in which `old` stands once, with `new` for it.
local function planted(name, old, new)
  local text = read(("lua/moonwire/platform/%s.lua"):format(name))
  local first, last = text:find(old, 1, true)
  assert.is_truthy(first, name .. " does not hold " .. old)
  return text:sub(1, first - 1) .. new .. text:sub(last + 1)
end

local function findings_of(text)
  local path = os.tmpname()
  local file <close> = assert(io.open(path, "wb"))
  file:write(text)
  file:flush()
  local result = lint.file(path)
  os.remove(path)
  return result.findings
end

local function show(findings)
  local lines = {}
  for i, finding in ipairs(findings) do
    lines[i] = ("%s: %s: %s"):format(finding.kind, finding.place, finding.message)
  end
  return table.concat(lines, "\n")
end

local DEFECTS = {
  {
    "a typo in a field", kind = "wrong table", words = "there is no such field",
    { "cisco_ios", "  prep = {", "  perp = {}, prep = {" },
    { "vyos", "  scrub = {", "  scrubb = {}, scrub = {" },
  },
  {
    "a typo in a command", kind = "misspelled command", words = "meant?",
    { "cisco_ios", 'run = "configure terminal"', 'run = "conifgure terminal"' },
    { "cisco_nxos", 'run = "configure terminal"', 'run = "configure termnial"' },
  },
  {
    "an edge to a mode that is not there", kind = "wrong table",
    words = "there is no mode",
    { "cisco_ios", '{ "priv", "exec", run', '{ "priv", "user", run' },
    { "arista_eos", '{ "priv", "exec", run', '{ "priv", "user", run' },
  },
  {
    "a mode that is not there", kind = "unknown mode", words = "there is no mode",
    { "cisco_ios", 'enter = "config"', 'enter = "configure"' },
    { "juniper_junos", 'diff = { "show | compare", mode = "config" }',
      'diff = { "show | compare", mode = "edit" }' },
  },
  {
    "a mode that nothing leads to", kind = "unreachable mode", words = "no edge leads",
    { "cisco_ios", '    { "priv", "tclsh", run = "tclsh" },\n', "" },
    { "cisco_ios", '    { "tclsh", "priv", run = "tclquit" },\n', "" },
  },
  {
    "a literal where a pattern stands", kind = "literal for a pattern",
    words = "is meant?",
    { "cisco_ios", '"reload%? %[confirm%]$"', '"reload%? [confirm]$"' },
    { "cisco_ios", '"^%% Incomplete command"', '"^%% Incomplete-command"' },
  },
  {
    "a pattern where a literal stands", kind = "pattern for a literal",
    words = "pattern",
    { "cisco_ios", 'off = "terminal length 0"', 'off = "terminal%s+length 0"' },
    { "cisco_ios", 'text = "Proceed with reload? [confirm]"',
      'text = "Proceed with reload%? %[confirm%]"' },
  },
  {
    "a prompt that the banner looks like", kind = "pattern matches another text",
    words = "of the banner for a prompt",
    { "cisco_ios", '"^[%w_.%-@/:()]+#%s*$" }', '"#[^#]*$" }' },
    { "cisco_nxos", "  banner = \"", "  banner = \"sw1#\\n" },
  },
  {
    "a pager that a question looks like", kind = "pattern matches another text",
    words = "matches the question",
    { "cisco_ios", 'pattern = "^%s*%-%-[Mm]ore%-%-%s*$"', 'pattern = "[?:%-]%s*$"' },
  },
  {
    "a prompt of two modes", kind = "sample of two modes", words = "fits",
    { "cisco_ios", 'over = { "priv" } }', "}" },
    { "cisco_ios", '"^[%w_.%-@/:()]+>%s*$"', '"^[%w_.%-@/:()]+[>#]%s*$"' },
  },
  {
    "a secret in clear", kind = "secret in clear", words = "",
    { "cisco_ios", '    "^(enable password) .+",\n', "" },
    { "vyos", "plaintext-password SECRET", "plaintext-password hunter2" },
  },
  {
    "a verb that does harm among those that read", kind = "harmful verb",
    words = "harmful",
    { "cisco_ios", '"sh[ow]", ', '"sh[ow]", "delete", ' },
    { "arista_eos", "read_only = {", 'read_only = { "reload",' },
  },
  {
    "a pattern that takes very long", kind = "costly pattern", words = "very long",
    { "cisco_ios", '"^Command rejected"', '".-Command.-rejected.-x"' },
  },
  {
    "no proof of the end of an answer", kind = "no sentinel", words = "missing",
    { "cisco_ios", '  sentinel = "comment",\n', "" },
    { "cisco_ios", '  comment = "!",\n', "" },
  },
}

local function is_found(findings, defect)
  for _, finding in ipairs(findings) do
    local text = ("%s: %s"):format(finding.kind, finding.message)
    if finding.kind == defect.kind and text:find(defect.words, 1, true) then
      return true
    end
  end
  return false
end

describe("the lint finds", function()
  for _, defect in ipairs(DEFECTS) do
    for i = 2, #defect do
      local name, old, new = table.unpack(defect[i])
      it(("%s, in %s (%d)"):format(defect[1], name, i - 1), function()
        assert.same({}, findings_of(planted(name, old, old)))
        local findings = findings_of(planted(name, old, new))
        assert.is_true(is_found(findings, defect), show(findings))
      end)
    end
  end
end)
