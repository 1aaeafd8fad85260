--- Extreme Networks EXOS.
-- The prompt counts the commands; "*" before it means that not all is saved, "!" that
-- something wants attention, and a stack puts the slot there.
-- Sources: N netmiko, O oxidized, A ansible; (K): to be proved.
-- @module moonwire.platform.extreme_exos

-- "* Slot-1 X440.12 # " without flags and counter
local function plain(prompt)
  return (prompt:gsub("^[*! ]*", ""):gsub("%.%d+( [#>] ?)$", "%1"))
end

return require("moonwire.platform").define "extreme_exos" {
  status = "documents",
  title = "Extreme Networks EXOS",
  family = "exos",
  aliases = { "extreme", "exos", "extreme_xos" },

  link = { newline = "\n", term = "vt100", width = 256, height = 1000 },
  width = "configure cli columns %d",
  paging = { off = "disable clipaging", on = "enable clipaging" }, -- N O
  ssh = { exec = false }, -- (K)
  host = { pattern = "([%w_.%-~]+)%.%d+ [#>] ?$" },
  hooks = { plain = plain },

  banner = "\nExtremeXOS\nCopyright (C) 1996-2023 #1 Networks. All rights reserved.\n",
  start = { "exec" },
  modes = {
    {
      "exec",
      { "^[!* ]*[%w_.%-~]+%.%d+ [#>] ?$", no = "^[%d.]+ " }, -- no address
      "^[!* ]*Slot%-%d+ [%w_.%-~]+%.%d+ [#>] ?$",
      "^[!* ]*%([^%)]+%) [!* ]*[%w_.%-~]+%.%d+ [#>] ?$",
    },
  },
  edges = {},
  logout = {
    "exit",
    ask = {
      "save your configuration changes .*%(y or n%) ?$",
      say = "n",
      text = "Do you wish to save your configuration changes to primary.cfg? (y or n) ",
    },
  },

  prep = { "disable clipaging", "disable cli prompting", "configure cli columns 256" },
  help = { ask = "?", take_back = "\21" }, -- (K)
  pager = {
    text = "Press <SPACE> to continue or <Q> to quit:",
    pattern = "^%s*Press <SPACE> to continue or <Q> to quit:%s*$",
    key = " ",
    stop = "q",
    erase = true,
  },

  read_only = { "sh[ow]", "ls", "configure cli columns" },
  not_read_only = { "|%s*redirect" },
  harmful = {
    "reboot", "clear", "unconfigure", "delete", "disable", "enable", "save", "use",
    "rm", "mv", "cp", "create", "download", "upload", "install", "uninstall", "tftp",
    "load", "restart", "terminate", "synchronize", "refresh", "reset", "run",
  },
  sentinel = "comment",
  comment = "#", -- (K): counted like a command
  break_key = "\3",

  questions = {
    {
      "want to reboot.*%? ?%(y ?[/o]r? ?[nN]%) ?$",
      say = "y",
      danger = true,
      text = "Are you sure you want to reboot the switch? (y/N) ",
    },
    {
      "save configuration.*%? ?%([yY] ?[/o]r? ?[nN]%) ?$",
      text = "Do you want to save configuration to primary.cfg? (y or n) ",
    },
    {
      "save your configuration changes .*%? ?%(y or n%) ?$",
      text = "Do you wish to save your configuration changes to primary.cfg? (y or n) ",
    },
    { "%([yY]/[nN]%) ?$", text = "Do you want to continue? (y/N) " },
    { "%(y or n%) ?$", text = "Delete it? (y or n) " },
    { "[Pp]assword: ?$", text = "password: " },
  },
  errors = { -- N A
    { "^%%%% Invalid input detected", class = "syntax" },
    { "^%%%% Incomplete command", class = "incomplete" },
    { "^%%%% Ambiguous command", class = "ambiguous" },
    { "^%%%% Unrecognized command", class = "syntax" },
    { "Permission denied", class = "denied" },
    { "^%% ?Error", class = "rejected" },
    { "^Error:", class = "rejected" },
  },
  log = { "^%d%d/%d%d/%d%d%d%d %d%d:%d%d:%d%d%.%d+ <" },

  config = {
    enter = "exec", -- lines take effect at once
    hostname = "configure snmp sysname %s",
    show = { "show configuration", timeout = 60 },
    save = {
      "save configuration primary", timeout = 60,
      ask = {
        "save configuration.*%? ?%([yY] ?[/o]r? ?[nN]%) ?$",
        say = "y",
        text = "Do you want to save configuration to primary.cfg? (y or n) ",
      },
      done = "[Ss]aved",
    },
  },
  push = {
    alone = {
      "sysname", "^save", "^reboot", "^unconfigure", "^delete", "^download", "^install",
      "^use ", "^run ", "^restart",
    },
  },
  volatile = { "^# .*Configuration generated", "^Next periodic save", "^Current Time" },
  scrub = {
    "( encrypted) %S+",
    "(shared%-secret %S+) %S+",
    "^(configure snmpv3 add community) %S+",
    "^(configure account %S+ password) %S+",
    "^(create account %S+ %S+) %S+",
    "( auth%-key) %S+",
  },
  secrets = {
    'configure account admin encrypted "SECRET"',
    'create account admin ops encrypted "SECRET"',
    'configure radius mgmt-access primary shared-secret encrypted "SECRET"',
    'configure snmpv3 add community "SECRET" name "lab" user "v1v2c_ro"',
  },

  detect = {
    {
      "show version",
      "ExtremeXOS",
      99,
      text = "Image   : ExtremeXOS version 31.7.1.4",
    },
    { "show version", "EXOS", 95, text = "Image   : Extreme Networks EXOS 32.1" },
  },
  parse = { ntc = "extreme_exos" },

  samples = {
    exec = {
      "X440G2.1 # ", "* X440G2.12 # ", "! * sw-core.lab.3 # ", "* Slot-1 stack.44 # ",
      "(pending-AAA) X440G2.2 > ", "X440G2.7 >",
    },
    none = {
      "",
      "Press <SPACE> to continue or <Q> to quit:",
      "%% Invalid input detected at '^' marker.",
      "Do you want to save configuration to primary.cfg? (y or n) ",
      "# Module devmgr configuration.",
      "10.1.2.3 #",
    },
  },
}
