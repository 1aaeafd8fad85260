--- Cisco IOS and IOS-XE.
-- @module moonwire.platform.cisco_ios
return require("moonwire.platform").define "cisco_ios" {
  status = "full",
  family = "ios-like",
  aliases = { "cisco_xe", "cisco_ios_xe", "ios", "iosxe" },

  link = { newline = "\n", term = "vt100", width = 511, height = 1000 },
  host = { pattern = "^([%w_.%-@/:]+)[%(>#]", clip = 20 },

  -- what may be asked before the first prompt
  login = {
    { "initial configuration dialog%? %[yes/no%]: ?$", say = "no" },
    { "[Pp]ress RETURN to get started[!.]*%s*$", say = "" },
  },

  -- tried in this order on the last line
  modes = {
    { "tclsh", "%(tcl%)[>#]%s*$", "^%+>%s*$" },
    { "config", "^[%w_.%-@/:]+%([%w_.%-@/:+ ]*%)#%s*$" },
    { "priv", "^[%w_.%-@/:()]+#%s*$" },
    { "exec", "^[%w_.%-@/:()]+>%s*$" },
  },
  edges = {
    { "exec", "priv", run = "enable", ask = { "[Pp]assword: ?$", secret = "enable" } },
    { "priv", "exec", run = "disable" },
    { "priv", "config", run = "configure terminal" },
    { "config", "priv", run = "end" },
  },

  prep = { "terminal width 511", "terminal length 0" },
  pager = {
    text = " --More-- ",
    pattern = "^%s*%-%-[Mm]ore%-%-%s*$",
    key = " ",
    stop = "q",
    erase = true,
  },

  -- only what can never ask: what is sent behind it is not taken for an answer
  read_only = {
    "sh[ow]", "do sh[ow]", "dir", "more", "terminal length", "terminal width",
  },
  not_read_only = { "|%s*[art]%S*%s" }, -- append, redirect and tee write files
  -- the beginnings of words that do harm when they stand alone
  harmful = {
    "rel", "wr", "del", "era", "form", "cl", "cop", "conf", "boot", "deb", "und",
    "test", "archive", "install", "redundancy", "squeeze", "rename", "mkdir", "rmdir",
  },
  comment = "!",
  type_ahead = true,
  break_key = "\3",

  questions = {
    { "reload%? %[confirm%]$", say = "", danger = true },
    { "[Ss]ave%? %[yes/no%]: ?$", say = "no" },
    { "%[startup%-config%]%? ?$", say = "" },
    { "[Dd]elete filename .*%? ?$", say = "" },
    { "[Dd]elete %S+%? ?%[confirm%]$", say = "", danger = true },
    { "%[confirm%] ?$", danger = true },
    { "%[yes/no%]: ?$" },
    { "%([Yy]/[Nn]%)[?:]? ?$" },
    { "[Dd]estination filename .*%? ?$" },
    { "[Pp]assword: ?$" },
  },

  errors = {
    { "^%% Invalid input detected", class = "syntax" },
    { "^%% Incomplete command", class = "syntax" },
    { "^%% Ambiguous command", class = "syntax" },
    { "^%% ?Unknown command", class = "syntax" },
    { "^%% Unrecognized command", class = "syntax" },
    { "^%% Type \"[^\"]+%?\" for a list", class = "syntax" },
    { "^%% Bad secrets", class = "denied" },
    { "^%% Bad passwords", class = "denied" },
    { "^%% Access denied", class = "denied" },
    { "[Aa]uthorization failed", class = "denied" },
    { "^Command rejected", class = "rejected" },
    { "^%% ?Bad mask", class = "rejected" },
    { "^%% .* overlaps with", class = "rejected" },
    { "^%% ?Error", class = "rejected" },
    { "^%%Error ", class = "rejected" },
  },

  config = {
    enter = "config",
    save = "write memory",
    show = "show running-config",
    rollback = "configure replace",
    checksum = "verify /md5 %s",
  },
  volatile = {
    "^! Last configuration change",
    "^! NVRAM config last updated",
    "^ntp clock%-period",
    "^Current configuration :",
    "^Building configuration",
  },
  scrub = {
    "^(snmp%-server community) %S+",
    "^(enable secret %d) %S+",
    "^(enable password) .+",
    "^(username %S+.- password %d) %S+",
    "^(username %S+.- secret %d) %S+",
    "^( *key%-string) .+",
  },

  detect = {
    { "show version", "Cisco IOS Software", 95 },
    banner = "SSH%-2%.0%-Cisco",
  },
  parse = { ntc = "cisco_ios" },

  samples = {
    exec = { "r1>", "SW-Bld_A>" },
    priv = { "r1#", "SW-CORE_1#", "SW-Data_Center# ", "core.lab/1#" },
    config = {
      "r1(config)#",
      "r1(config-if)#",
      "SW-CORE_1(config-vlan)#",
      "a-very-long-host-nam(config-router-af)#",
    },
    tclsh = { "r1(tcl)#", "+>" },
    none = {
      "",
      "Password:",
      "nvram:R1#1.cer",
      " --More-- ",
      "Proceed with reload? [confirm]",
      "########",
      "% Invalid input detected at '^' marker.",
      "Destination filename [startup-config]? ",
    },
  },
}
