--- Dell SmartFabric OS10.
-- Sources: N netmiko, O oxidized; (K): to be proved.
-- @module moonwire.platform.dell_os10
return require("moonwire.platform").define "dell_os10" {
  status = "documents",
  title = "Dell SmartFabric OS10",
  family = "ios-like",
  aliases = { "os10", "dell_emc", "dellemc_os10" },

  link = { newline = "\n", term = "vt100", width = 511, height = 1000 },
  paging = { off = "terminal length 0", on = "terminal length 24" },
  ssh = { exec = false }, -- (K)
  host = { pattern = "^([%w_.%-]+)[%(>#]" },

  banner = "\n%Dell EMC Networking #\n%Lab system; no warranty >\n",
  start = { "priv", "exec" },
  modes = {
    { "config", "^[%w_.%-]+%(conf[%w_.%-/:]*%)#%s*$" },
    { "priv", "^[%w_.%-]+#%s*$" },
    { "exec", "^[%w_.%-]+>%s*$" },
  },
  edges = {
    { "exec", "priv", run = "enable", ask = { "[Pp]assword: ?$", secret = "enable" } },
    { "priv", "exec", run = "disable" }, -- (K)
    { "priv", "config", run = "configure terminal" },
    { "config", "priv", run = "end" },
  },
  logout = { "exit", "exit" }, -- O: one is not enough

  prep = { "terminal length 0" },
  help = { ask = "?", take_back = "\21" }, -- (K)
  pager = {
    text = "--More--",
    pattern = "^%s*%-%-[Mm]ore%-%-%s*$",
    key = " ",
    stop = "q",
    erase = true,
  },

  read_only = { "sh[ow]", "do sh[ow]", "dir", "terminal length" },
  not_read_only = { ">", "|%s*save" },
  harmful = {
    "rel", "wr", "del", "era", "cop", "conf", "boot", "clear", "move", "image",
    "system", "lock", "start", "commit", "discard", "generate", "restore", "ztd", "no",
    "validate",
  },
  sentinel = "comment",
  comment = "!", -- (K)
  break_key = "\3",

  questions = {
    {
      "[Pp]roceed to reboot the system%? ?%[confirm yes/no%]: ?$",
      say = "yes",
      danger = true,
      text = "Proceed to reboot the system? [confirm yes/no]:",
    },
    {
      "System configuration has been modified%. Save%? ?%[yes/no%]: ?$",
      say = "no",
      text = "System configuration has been modified. Save? [yes/no]:",
    },
    {
      "[Pp]roceed to delete .*%? ?%[confirm yes/no%(default%)%]: ?$",
      say = "yes",
      danger = true,
      text = "Proceed to delete startup.xml? [confirm yes/no(default)]:",
    },
    { "%[confirm yes/no[%(%)%a]*%]: ?$", text = "Continue? [confirm yes/no]:" },
    { "%[yes/no[%(%)%a]*%]: ?$", text = "Do you want to continue? [yes/no(default)]:" },
    { "[Pp]assword: ?$", text = "Password: " },
  },
  errors = {
    { "^%% ?Error: Illegal", class = "syntax" },
    { "^%% ?Error: Unrecognized", class = "syntax" },
    { "^%% ?Error: Ambiguous", class = "ambiguous" },
    { "^%% ?Invalid input", class = "syntax" },
    { "^%% ?Incomplete", class = "incomplete" },
    { "^%% ?Ambiguous", class = "ambiguous" },
    { "^%% ?Error: .*[Pp]rivilege", class = "denied" }, -- (K)
    { "^%% ?Error: .*locked", class = "locked" }, -- (K)
    { "^%% ?Error", class = "rejected" },
  },

  config = {
    enter = "config",
    hostname = "hostname %s",
    -- takes lines at once, unless "start transaction" was said (K)
    show = "show running-configuration",
    startup = "show startup-configuration",
    diff = { "show diff candidate-configuration running-configuration" }, -- (K)
    commit = { "commit", timeout = 120 }, -- (K): in a transaction
    discard = "discard", -- (K): in a transaction
    save = { "write memory", mode = "priv", timeout = 60 },
    checksum = { 'system "md5sum %s"', mode = "priv", timeout = 300 }, -- N
  },
  push = {
    alone = {
      "^host", "^no host", "^end$", "^do ", "^commit", "^discard", "^copy", "^crypto",
      "^reload", "^start", "^write",
    },
    text = { { "^ *banner %a+ +(%S)" } },
  },
  volatile = { "^! Last configuration change" },
  scrub = {
    "(password %d?) ?%S+",
    "(snmp%-server community) %S+",
    "(radius%-server host %S+ key %d?) ?%S+",
    "(tacacs%-server host %S+ key %d?) ?%S+",
    "( key %d) %S+",
    "(auth %w+) %S+( priv %w+) %S+",
  },
  secrets = {
    "username admin password $6$SECRET role sysadmin",
    "snmp-server community SECRET ro",
    "radius-server host 192.0.2.8 key 9 SECRET",
    "tacacs-server host 192.0.2.7 key 9 SECRET",
    "  password 9 SECRET",
  },

  detect = {
    {
      "show version", "OS10[ %-*]Enterprise", 99,
      text = "Dell SmartFabric OS10 Enterprise",
    },
    {
      "show version", "^Dell EMC Networking OS10", 95,
      text = "Dell EMC Networking OS10 Enterprise",
    },
  },
  parse = { ntc = "dell_os10" },

  samples = {
    exec = { "OS10>" },
    priv = { "OS10#", "s5248-1.lab# " },
    config = {
      "OS10(config)#", "OS10(conf-if-eth1/1/1)# ", "OS10(config-router-bgp-1)#",
    },
    none = {
      "",
      "--More--",
      "% Error: Unrecognized command.",
      "Proceed to reboot the system? [confirm yes/no]:",
      "%Lab system; no warranty >",
      "Password: ",
    },
  },
}
