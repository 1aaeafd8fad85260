--- Siemens SCALANCE XM-400 and XR-500.
-- Not for X-200 and X-300, which have a menu.
-- Source: the manual of their command line; (K): to be proved.
-- @module moonwire.platform.siemens_scalance
return require("moonwire.platform").define "siemens_scalance" {
  status = "documents",
  title = "Siemens SCALANCE XM-400 and XR-500",
  family = "ios-like",
  aliases = { "scalance", "scalance_xm", "scalance_xr" },

  link = { newline = "\r", term = "vt100", width = 511, height = 1000 }, -- (K)
  ssh = { exec = false }, -- (K)
  host = { pattern = "^([%w_.%-]+)[%(>#]" },

  banner = "\nSCALANCE of the lab #1 > #2\n",
  start = { "exec", "priv" }, -- (K): by the rights of the user
  modes = {
    { "config", "^[%w_.%-]+%(config[%w_.%-/]*%)#%s*$" },
    { "priv", "^[%w_.%-]+#%s*$" },
    { "exec", "^[%w_.%-]+>%s*$" },
  },
  edges = {
    -- (K)
    { "exec", "priv", run = "enable", ask = { "[Pp]assword: ?$", secret = "enable" } },
    { "priv", "exec", run = "disable" },
    { "priv", "config", run = "configure terminal" },
    { "config", "priv", run = "end" },
  },
  logout = "logout",

  prep = {}, -- no command is known that switches the pager off
  help = { ask = "?", take_back = "\21" }, -- (K)
  pager = { -- (K)
    text = "--More--",
    pattern = "^%s*%-%-[Mm]ore%-%-%s*$",
    key = " ",
    stop = "q",
    erase = true,
  },

  read_only = { "sh[ow]" },
  harmful = {
    "restart", "rel", "wr", "del", "era", "cop", "conf", "clear", "reset", "load",
    "save", "tftp", "sftp", "no", "auto", "factory",
  },
  sentinel = "double_prompt", -- (K): whether a line with "!" is passed over
  break_key = "\3",

  questions = { -- (K)
    {
      "restart the device%? ?%([yY]/[nN]%) ?:? ?$",
      danger = true,
      text = "Do you really want to restart the device? (y/n) ",
    },
    { "[%[(][yY]/[nN][%])] ?:?%?? ?$", text = "Are you sure? (y/n) " },
    { "[Pp]assword: ?$", text = "Password: " },
  },
  errors = { -- (K)
    { "^%% ?Invalid [Cc]ommand", class = "syntax" },
    { "^%% ?Incomplete [Cc]ommand", class = "incomplete" },
    { "^%% ?Ambiguous [Cc]ommand", class = "ambiguous" },
    { "^%% ?Invalid", class = "syntax" },
    { "[Aa]ccess denied", class = "denied" },
    { "^%% ?Error", class = "rejected" },
  },

  config = {
    enter = "config",
    hostname = "system name %s", -- (K)
    show = "show running-config",
    startup = "show startup-config",
    save = { "write startup-config", mode = "priv", timeout = 60 }, -- (K)
  },
  push = {
    alone = { "^system name", "^end$", "^do ", "^copy", "^write", "^restart", "^load" },
  },
  volatile = { "^# ?Time", "^! ?Time" },
  scrub = {
    "(password) %S+",
    "(community) %S+",
    "(secret) %S+",
    "( key) %S+",
    "(pwd) %S+",
  },
  secrets = { -- (K)
    "user-account admin password SECRET privilege admin",
    "snmp community SECRET",
    "radius-server 192.0.2.8 key SECRET",
  },

  detect = { -- (K)
    {
      "show device information",
      "SCALANCE X",
      95,
      text = "Device Type: SCALANCE XM408",
    },
  },

  samples = {
    exec = { "CLI>", "cli> " },
    priv = { "CLI#", "xm408-hall#" },
    config = { "cli(config)#", "cli(config-if-vlan-10)# ", "CLI(config-conf-ntp)#" },
    none = {
      "",
      "--More--",
      "% Invalid Command",
      "Password: ",
      "Are you sure? (y/n) ",
      "switch login: ",
    },
  },
}
