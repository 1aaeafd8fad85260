local lint = require "moonwire.platform.lint"
local platform = require "moonwire.platform"

local function copy(value)
  if type(value) ~= "table" then
    return value
  end
  local twin = {}
  for key, content in pairs(value) do
    twin[key] = copy(content)
  end
  return twin
end

-- a small platform with nothing wrong
local GOOD = {
  status = "documents",
  link = { newline = "\n" },
  paging = { off = "terminal length 0" },
  host = { pattern = "^([%w_.%-]+)[%(>#]" },
  banner = "\n#### a banner ####\n",
  login = { { "^Accept%? ?$", say = "yes", text = "Accept? " } },
  start = { "exec" },
  modes = {
    { "config", "^[%w_.%-]+%(config[%w%-]*%)#%s*$" },
    { "priv", "^[%w_.%-]+#%s*$" },
    { "exec", "^[%w_.%-]+>%s*$" },
  },
  edges = {
    { "exec", "priv", run = "enable", ask = { "[Pp]assword: ?$", secret = "enable" } },
    { "priv", "exec", run = "disable" },
    { "priv", "config", run = "configure terminal" },
    { "config", "priv", run = "end" },
  },
  prep = { "terminal length 0" },
  pager = { text = "--More--", pattern = "^%-%-More%-%-%s*$", key = " " },
  questions = {
    { "^Delete .*%[confirm%] ?$", danger = true, text = "Delete flash:x? [confirm]" },
    { "[Pp]assword: ?$", text = "Password: " },
  },
  errors = { { "^%% Invalid input", class = "syntax" } },
  read_only = { "sh[ow]" },
  harmful = { "rel", "del" },
  sentinel = "comment",
  comment = "!",
  config = { enter = "config", show = "show running-config", save = "write memory" },
  scrub = { "^(password) %S+" },
  secrets = { "password SECRET" },
  samples = {
    exec = { "r1>" },
    priv = { "r1#" },
    config = { "r1(config)#" },
    none = { "", "Password: ", "--More--" },
  },
}

-- what the lint says of it after a change
local function findings_after(change)
  local value = copy(GOOD)
  change(value)
  return lint.check(platform.define "test"(value))
end

local function show(findings)
  local lines = {}
  for _, finding in ipairs(findings) do
    local line = "%s: %s: %s"
    lines[#lines + 1] = line:format(finding.kind, finding.place, finding.message)
  end
  return table.concat(lines, "\n")
end

-- the change is found, at this place, and nothing else is
local function it_finds(kind, place, words, change)
  it(("finds %s in %s"):format(words, place), function()
    local findings = findings_after(change)
    assert.equal(1, #findings, show(findings))
    assert.equal(kind, findings[1].kind)
    assert.equal(place, findings[1].place)
  end)
end

describe("the lint", function()
  it("finds nothing in a good platform", function()
    assert.equal("", show(findings_after(function() end)))
  end)

  for _, name in ipairs(platform.names()) do
    it("finds nothing in " .. name, function()
      assert.equal("", show(lint.named(name).findings))
    end)
  end

  -- modes
  it_finds("unknown mode", "config.enter", "an undefined mode", function(value)
    value.config.enter = "configuration"
  end)
  it_finds("unknown mode", "config.modes[2]", "an undefined mode", function(value)
    value.config.modes = { "config", "configuration" }
  end)
  it_finds("unknown mode", "privileged", "an undefined mode", function(value)
    value.privileged = "root"
  end)
  it_finds("unknown mode", "start[2]", "an undefined mode", function(value)
    value.start[2] = "privileged_exec"
  end)
  it_finds("unknown mode", "prep[1].mode", "an undefined mode", function(value)
    value.prep = { { "terminal length 0", mode = "enable" } }
  end)
  it_finds("unknown mode", "save.mode", "an undefined mode", function(value)
    value.config.save = { "write memory", mode = "enable" }
  end)
  it_finds("unknown mode", "modes.config.over[1]", "an undefined mode", function(value)
    value.modes[1].over = { "enable" }
  end)
  it_finds("unreachable mode", "modes.config", "no way into a mode", function(value)
    table.remove(value.edges, 3)
  end)
  it_finds("unreachable mode", "modes.config", "no way out of a mode", function(value)
    table.remove(value.edges, 4)
  end)
  it_finds("unreachable mode", "start", "no mode to start in", function(value)
    value.start = nil
  end)

  -- samples
  it_finds("sample of no mode", "samples.priv", "a sample of no mode", function(value)
    table.insert(value.samples.priv, "r1 #")
  end)
  it_finds("sample of two modes", "samples.priv", "a sample of another mode",
    function(value)
      table.insert(value.samples.priv, "r2>")
    end)
  it_finds("sample of two modes", "samples.config", "a sample of two modes",
    function(value)
      value.modes[2][2] = "^[%w_.%-()]+#%s*$"
    end)
  it("finds nothing in a sample of two modes where that is meant", function()
    local findings = findings_after(function(value)
      value.modes[2][2] = "^[%w_.%-()]+#%s*$"
      value.modes[1].over = { "priv" }
    end)
    assert.equal("", show(findings))
  end)
  it_finds("sample of a mode", "samples.none", "a prompt among what is none",
    function(value)
      table.insert(value.samples.none, "r1#")
    end)
  it_finds("no sample", "samples.config", "a mode without a sample", function(value)
    value.samples.config = nil
  end)
  it_finds("no sample", "samples.none", "no sample of what is none", function(value)
    value.samples.none = nil
  end)
  it_finds("no host", "host.pattern", "a host in no sample", function(value)
    value.host.pattern = "^host ([%w]+)"
  end)

  -- patterns against the platform's own words
  it_finds("pattern matches another text", "modes.priv",
    "a mode's pattern that matches the banner", function(value)
      value.banner = "\nlab#\n"
    end)
  it_finds("pattern matches another text", "modes.exec",
    "a mode's pattern that matches a question", function(value)
      value.login[1] = { "^name> ?$", say = "x", text = "name> " }
    end)
  it_finds("pattern matches another text", "modes.priv",
    "a mode's pattern that matches the pager", function(value)
      value.pager = { text = "more#", pattern = "^more#$", key = " " }
      value.samples.none = { "" }
    end)
  it_finds("pattern matches another text", "pager.pattern",
    "a pager's pattern that matches a question", function(value)
      value.pager.pattern = "^%-?%-?[MP]%l+%-?%-?:?%s*$"
    end)
  it_finds("pattern matches another text", "login[1]",
    "a question's pattern that matches the banner", function(value)
      value.banner = "\nAll terms\nAccept? \n"
    end)
  it_finds("pattern matches another text", "login[1]",
    "a question's pattern that matches a prompt", function(value)
      value.login[1][1] = "[>?] ?$"
    end)
  it_finds("pattern matches another text", "questions[2]",
    "a question that another pattern answers", function(value)
      value.questions[1] = { "[:?] ?[%[%]%l]*$", text = "Delete flash:x? [confirm]" }
    end)
  it_finds("pattern matches not", "questions[1]",
    "a pattern that does not match its question", function(value)
      value.questions[1][1] = "^Remove .*%[confirm%] ?$"
    end)
  it_finds("pattern matches not", "pager.pattern",
    "a pattern that does not match the pager", function(value)
      value.pager.text = "-- More --"
    end)
  it_finds("pattern matches not", "detect[1]",
    "a pattern that does not match what the device says of itself", function(value)
      value.detect = { { "show version", "NX-OS", 99, text = "NX-OS Software" } }
    end)
  it_finds("pattern matches not", "detect.banner",
    "a pattern that does not match the SSH banner", function(value)
      value.ssh = { identification = "Cisco-1.25" }
      value.detect = { banner = "SSH-2.0-Cisco" }
    end)
  it_finds("no text", "questions[1]", "a question without its words", function(value)
    value.questions[1].text = nil
  end)
  it_finds("no text", "banner", "no banner", function(value)
    value.banner = nil
  end)
  it_finds("no text", "pager", "a pager that cannot be turned", function(value)
    value.pager.key = nil
  end)

  -- commands and patterns
  it_finds("misspelled command", "edges[3].run", "a misspelled command", function(value)
    value.edges[3].run = "conifgure terminal"
  end)
  it_finds("misspelled command", "save", "a misspelled command", function(value)
    value.config.save = "wirte memory"
  end)
  it_finds("pattern for a literal", "edges[3].run", "a pattern in a command",
    function(value)
      value.edges[3].run = "configure%s+terminal"
    end)
  it_finds("pattern for a literal", "edges[1].run", "two lines in a command",
    function(value)
      value.edges[1].run = "enable\nterminal length 0"
    end)
  it("finds a pattern where a device's words stand", function()
    local findings = findings_after(function(value)
      value.login[1].text = "[Aa]ccept%?"
      value.login[1][1] = "ccept"
    end)
    assert.matches("pattern for a literal: login[1].text", show(findings), 1, true)
  end)
  it_finds("literal for a pattern", "questions[1][1]", "a literal in a pattern",
    function(value)
      value.questions[1][1] = "^Delete .*[confirm]"
    end)
  it_finds("literal for a pattern", "errors[2][1]", "a literal in a pattern",
    function(value)
      value.errors[2] = { "^sub-command", class = "syntax" }
    end)
  it_finds("literal for a pattern", "errors[2][1]", "a capture in a pattern",
    function(value)
      value.errors[2] = { "^error (fatal)", class = "syntax" }
    end)
  it_finds("literal for a pattern", "push.alone[1]", "a literal in a pattern",
    function(value)
      value.push = { alone = { "^user-name" } }
    end)
  it_finds("costly pattern", "errors[2][1]", "a pattern that takes very long",
    function(value)
      value.errors[2] = { "a.-b.-c.-d", class = "syntax" }
    end)
  it_finds("harmful verb", "read_only[2]", "a verb that only reads and is harmful",
    function(value)
      value.read_only[2] = "delete"
    end)
  it_finds("harmful verb", "read_only[2]", "a second word that is harmful",
    function(value)
      value.read_only[2] = "terminal reload"
    end)
  it_finds("no paging", "prep", "paging that is never switched off", function(value)
    value.prep = {}
  end)
  it_finds("no number", "width", "a width without a number", function(value)
    value.width = "terminal width 511"
  end)
  it_finds("no number", "config.confirmed", "a time without its unit", function(value)
    value.config.confirmed = "commit confirmed %d"
  end)

  -- the end of an answer
  it_finds("no sentinel", "sentinel", "no strategy for the end", function(value)
    value.sentinel = nil
  end)
  it_finds("no sentinel", "comment", "a strategy without its comment", function(value)
    value.comment = nil
  end)

  -- secrets
  it_finds("secret in clear", "questions[2]", "a secret in an answer", function(value)
    value.questions[2].say = "admin123"
  end)
  it_finds("secret in clear", "edges[1].run", "a secret in a command", function(value)
    value.edges[1].run = "enable password hunter22"
  end)
  it_finds("secret in clear", "samples.none[4]", "a secret in a sample", function(value)
    value.samples.none[4] = "password hunter22"
  end)
  it_finds("secret in clear", "secrets[1]", "a secret that is left", function(value)
    value.secrets[1] = " password SECRET"
  end)
  it_finds("secret in clear", "secrets[1]", "a line without a secret", function(value)
    value.secrets[1] = "password"
  end)
  it_finds("secret in clear", "scrub[1]", "a rule that keeps nothing", function(value)
    value.scrub = { "^password %S+" }
    value.secrets = {}
    value.config.show = nil
  end)
  it_finds("secret in clear", "scrub", "no rule for secrets", function(value)
    value.scrub, value.secrets = nil, nil
  end)
  it_finds("secret in clear", "secrets", "no proof of a rule", function(value)
    value.secrets = nil
  end)
end)

describe("lint.named", function()
  it("tells a name that nobody has", function()
    local result = lint.named "toaster"
    assert.equal("wrong table", result.findings[1].kind)
    local message = result.findings[1].message
    assert.matches("there is no platform 'toaster'", message, 1, true)
  end)
end)

describe("lint.file", function()
  it("looks at a file that is not installed", function()
    local result = lint.file "lua/moonwire/platform/vyos.lua"
    assert.equal("vyos", result.name)
    assert.same({}, result.findings)
  end)

  -- typos in the names of fields, and modes of edges, are refused by the schema
  for words, text in pairs {
    ["there is no such field"] = 'status = "lab", promt = "x",',
    ["there is no mode 'confg'"] =
      'status = "lab", edges = { { "priv", "confg", run = "x" } },',
    ["is none of proved, lab, documents"] = 'status = "full",',
  } do
    it("tells a table that is wrong: " .. words, function()
      local path = os.tmpname()
      local file <close> = assert(io.open(path, "w"))
      file:write('return require("moonwire.platform").define "x" {',
        "link = {}, prep = {}, read_only = {}, samples = {},",
        'modes = { { "priv", "#" } },', text, "}")
      file:flush()
      local result = lint.file(path)
      os.remove(path)
      assert.equal("wrong table", result.findings[1].kind)
      assert.is_truthy(result.findings[1].message:find(words, 1, true))
      assert.is_truthy(result.findings[1].message:find(path, 1, true))
    end)
  end
end)
