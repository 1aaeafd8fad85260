--- Fortinet FortiOS.
-- Whether the pager stops is a setting of the unit, in the global part of it where
-- there are virtual domains. It is looked up, and put back on leaving.
-- Sources: N netmiko, S scrapli, O oxidized; (K): to be proved.
-- @module moonwire.platform.fortinet

local SET = { "config system console", "set output %s", "end" }

-- run commands in the global part
local function run_global(cli, commands)
  local list = table.move(commands, 1, #commands, 1, {})
  if cli.kept.has_domains then
    table.insert(list, 1, "config global")
    list[#list + 1] = "end"
  end
  local said = {}
  for _, command in ipairs(list) do
    local output, message, kind = cli:run(command)
    if not output then
      return nil, message, kind
    end
    said[#said + 1] = output
  end
  return table.concat(said, "\n")
end

local function set_output(cli, mode)
  local commands = {}
  for i, command in ipairs(SET) do
    commands[i] = command:format(mode)
  end
  return run_global(cli, commands)
end

local DOMAINS = { enable = true, multiple = true, ["split-task"] = true }

-- Who may not look at or change it is shown pages, and they are turned.
local function arrive(cli)
  local status, message, kind = cli:run "get system status"
  if not status then
    return nil, message, kind
  end
  local domains = status:match "Virtual domain configuration: ([%l%-]+)"
  cli.kept.has_domains = DOMAINS[domains] or false
  local console
  console, message, kind = run_global(cli, { "get system console" })
  if not console then
    return nil, message, kind
  elseif not console:find "output%s*: more" then
    return true
  end
  cli.kept.is_changed, message, kind = set_output(cli, "standard")
  return cli.kept.is_changed and true or nil, message, kind
end

local function leave(cli)
  if not cli.kept.is_changed then
    return true
  end
  local said, message, kind = set_output(cli, "more")
  return said and true or nil, message, kind
end

return require("moonwire.platform").define "fortinet" {
  status = "documents",
  title = "Fortinet FortiOS",
  family = "fortios",
  aliases = { "fortios", "fortinet_fortios", "fortigate" },

  link = { newline = "\n", term = "vt100", width = 511, height = 1000 },
  paging = {
    off = { "config system console", "set output standard", "end" },
    on = { "config system console", "set output more", "end" },
    restore = true,
  },
  ssh = { exec = true, algorithms = "legacy-cisco" }, -- (K)
  host = { pattern = "^([%w_.%-~]+)[ (]" },
  hooks = { arrive = arrive, leave = leave },

  banner = "\n#### This firewall logs everything $ ####\n",
  login = { -- N O: a key, without Enter
    {
      "^%(Press 'a' to accept%): ?$",
      key = "a",
      text = "(Press 'a' to accept):",
    },
  },
  start = { "exec" },
  modes = {
    { "config", { "^[%w_.%-~]+ %([%w_.%-]+%) [#$]%s*$", no = "%(global%) [#$]" } },
    { "exec", "^[%w_.%-~()]+ [#$]%s*$", "^[%w_.%-~]+ %(global%) [#$]%s*$" },
  },
  -- every "config …" is a way into configuration, and "end" takes what was set
  edges = {
    { "exec", "config", run = "config system global" },
    { "config", "exec", run = "end" },
  },
  logout = "exit",

  prep = {},
  -- Ctrl-C might hang up, and no key is documented that takes a line back
  help = { ask = "?", take_back = "\127", by_letter = true, rows = "flush" },
  pager = {
    text = "--More-- ",
    pattern = "^%s*%-%-More%-%-%s*$",
    key = " ",
    stop = "q",
    erase = true,
  },

  read_only = {
    "get", "show", "diagnose sys status", "diagnose hardware sysinfo",
  },
  harmful = {
    "exec", "conf", "unset", "set", "delete", "purge", "edit", "reboot", "shutdown",
    "factoryreset", "format", "restore", "abort", "end", "next", "move", "clone", "del",
  },
  sentinel = "double_prompt", -- (K): whether a line with "#" is passed over everywhere
  break_key = "\3",

  questions = {
    {
      "[Dd]o you want to continue%? ?%(y/n%) ?$",
      key = "y",
      text = "Do you want to continue? (y/n)",
    },
    { "%(y/n%)%s*$", text = "This operation will reset the system! Sure? (y/n)" },
    { "[Pp]assword: ?$", text = "Password: " },
  },
  errors = {
    { "^command parse error before", class = "syntax" },
    { "^Unknown action", class = "syntax" },
    { "^incomplete command", class = "incomplete" },
    { "^ambiguous command", class = "ambiguous" },
    { "^value parse error before", class = "syntax" },
    { "^node_check_object fail", class = "rejected" }, -- (K)
    { "^object check operator error", class = "rejected" }, -- (K)
    { "^entry not found in datasource", class = "rejected" },
    { "You are not permitted", class = "denied" }, -- (K)
    { "^Command fail%. Return code", class = "rejected" },
  },

  config = {
    enter = "exec", -- from there every "config …" leads on
    modes = { "exec", "config" },
    show = { "show full-configuration", timeout = 120 },
    discard = { "abort", mode = "config" },
    save = "execute cfg save", -- (K): only where saving is not automatic
  },
  push = {
    alone = {
      "^config ", "^edit ", "^next$", "^end$", "^abort$", "^exec", "^purge", "^delete",
    },
    text = { { '^ *set %S+ (")' } },
  },
  volatile = { "^#config%-version=", "^#conf_file_ver=", "^ +set %S+ ENC %S+$" },
  scrub = {
    "^(%s*set .- ENC) .+",
    "^(%s*set %S*secret) .+",
    "^(%s*set passwd) .+",
    "^(%s*set %S*password) .+",
    "^(%s*set psksecret) .+",
    "^(%s*set key) .+",
    "^(%s*set md5%-key %d+) .+",
    "^(%s*set private%-key) .+",
    "^(#private%-encryption%-key=).+",
    "^(%s*set passphrase) .+",
    "^(%s*set community) .+",
  },
  secrets = {
    "        set password ENC SECRET",
    "        set psksecret ENC SECRET",
    '        set passphrase "SECRET"',
    "    set auth-password SECRET",
    "        set secret SECRET",
    '        set private-key "SECRET"',
    "#private-encryption-key=SECRET",
  },

  detect = {
    {
      "get system status", "^Version: Forti", 99,
      text = "Version: FortiGate-60F v7.2.5,build1517,230608 (GA)",
    },
  },
  parse = { ntc = "fortinet" },

  samples = {
    exec = {
      "fgt-hq # ", "fgt-hq $ ", "fgt-hq (global) # ", "FGT_60F~lab # ", "fgt(root) # ",
    },
    config = { "fgt-hq (console) # ", "fgt-hq (port1) $ ", "fgt-hq (vdom-a) # " },
    none = {
      "",
      "(Press 'a' to accept):",
      "--More-- ",
      "Command fail. Return code -61",
      "#config-version=FGT60F-7.2.5",
      "Do you want to continue? (y/n)",
      "    set alias \"WAN #1\"",
    },
  },
}
