--- Ruckus ICX with FastIron, and Brocade NetIron.
-- Sources: N netmiko, S scrapli, O oxidized, A ansible; (K): to be proved.
-- @module moonwire.platform.ruckus_fastiron
return require("moonwire.platform").define "ruckus_fastiron" {
  status = "documents",
  title = "Ruckus FastIron and Brocade NetIron",
  family = "ios-like",
  aliases = {
    "fastiron", "ruckus_icx", "brocade_fastiron", "brocade_netiron", "extreme_netiron",
    "ironware",
  },

  link = { newline = "\n", term = "vt100", width = 511, height = 1000 },
  paging = {
    off = { "skip-page-display", mode = "priv" },
    on = { "page-display", mode = "priv" },
  },
  ssh = { exec = false, algorithms = "legacy-cisco" }, -- (K)
  host = { pattern = { "^[Ss][Ss][Hh]@([%w_.%-/:]+)", "^([%w_.%-@/:]+)[%(>#%s]" } },

  banner = "\n#### ICX of the lab: SSH@all > welcome ####\n",
  start = { "exec", "priv" },
  modes = {
    {
      "config", "^[%w_. %-@/:()]+%(conf[%w_.%-@/:+]*%)#%s*$", over = { "priv" },
    },
    { "priv", "^[%w_. %-@/:()]+#%s*$" },
    { "exec", "^[%w_. %-@/:()]+>%s*$" },
  },
  edges = {
    {
      "exec", "priv", run = "enable",
      ask = { -- N: with RADIUS both; without any password it says so, and goes on
        { "^User Name: ?$", secret = "username", text = "User Name:" },
        { "[Pp]assword: ?$", secret = "enable", text = "Password:" },
      },
    },
    { "priv", "exec", run = "quit" }, -- S
    { "priv", "config", run = "configure terminal" },
    { "config", "priv", run = "end" },
  },
  logout = "exit",

  prep = { -- of two kinds of them each takes one
    { "skip-page-display", mode = "priv" },
    { "terminal length 0", mode = "priv" },
  },
  help = { ask = "?", take_back = "\21" }, -- (K)
  pager = {
    text = "--More--, next page: Space, next line: Return key, quit: Control-c",
    pattern = "^%s*%-%-More%-%-, next page: Space",
    key = " ",
    stop = "\3",
    erase = true,
  },

  read_only = { "sh[ow]", "dir", "skip-page-display", "terminal length" },
  not_read_only = { "|%s*redirect" },
  harmful = {
    "rel", "wr", "del", "era", "cop", "conf", "boot", "clear", "kill", "debug", "reset",
    "stack", "hitless", "rename", "ncopy", "no", "dm", "fips", "supportsave",
  },
  sentinel = "comment",
  comment = "!", -- (K)
  break_key = "\3",

  questions = {
    {
      "[Aa]re you sure%? %(enter 'y' or 'n'%): ?$",
      key = "y",
      text = "Are you sure? (enter 'y' or 'n'): ",
    },
    {
      "enter 'y' or 'n'%):? ?$",
      text = "Reload would reset the stack. Continue? (enter 'y' or 'n'): ",
    },
    { "%(y/n%):? ?$", text = "Overwrite it (y/n): " },
    { "[Pp]assword: ?$", text = "Password:" },
    { "^User Name: ?$", text = "User Name:" },
  },
  errors = { -- S A
    { "^Invalid input %->", class = "syntax" },
    { "^Invalid input %-", class = "syntax" },
    { "^Incomplete command", class = "incomplete" },
    { "^Ambiguous input", class = "ambiguous" },
    { "^Unrecognized command", class = "syntax" },
    { "^%% ?Invalid input", class = "syntax" },
    { "^Not authorized", class = "denied" },
    { "[Ii]ncorrect username or password", class = "denied" },
    { "^Error %-", class = "rejected" },
    { "^Error:", class = "rejected" },
  },
  log = { "^SYSLOG: " },

  config = {
    enter = "config",
    hostname = "hostname %s",
    show = "show running-config",
    startup = "show configuration",
    save = { "write memory", mode = "priv", timeout = 60 },
  },
  push = {
    alone = {
      "^host", "^no host", "^end$", "^crypto", "^copy", "^reload", "^boot", "^erase",
      "^stack",
    },
    text = { { "^ *banner %a+ +(%S)" } },
  },
  volatile = { "^Current configuration:", "system uptime is", "started at" },
  scrub = {
    "^(enable .-password) .+",
    "^(username %S+ password) .+",
    "^(snmp%-server community) .+",
    "^(radius%-server .-key %d?) ?%S+",
    "^(tacacs%-server .-key %d?) ?%S+",
    "^( *neighbor %S+ password) .+",
    "^(snmp%-server host %S+ version %S+ %d?) ?%S+",
    "( key) %S+",
  },
  secrets = {
    "enable super-user-password 8 SECRET",
    "username admin password 8 SECRET",
    "snmp-server community 2 SECRET ro",
    "radius-server host 192.0.2.8 auth-port 1812 default key 2 SECRET",
    "tacacs-server key 2 SECRET",
    " neighbor 192.0.2.1 password 2 SECRET",
  },

  detect = {
    {
      "show version",
      "Ruckus Wireless",
      95,
      text = "Copyright (c) Ruckus Wireless, Inc.",
    },
    { "show version", "ICX%d+", 95, text = "HW: Stackable ICX7250-24" },
    { "show version", "NetIron", 99, text = "System: NetIron CER (Serial #: X)" },
  },
  parse = { ntc = "ruckus_fastiron" },

  samples = {
    exec = { "ICX7250>", "SSH@ICX7250-lab>", "SSH@core sw 1>" },
    priv = { "ICX7250#", "SSH@ICX7250-lab#", "SSH@core(lab)# " },
    config = {
      "ICX7250(config)#", "SSH@ICX7250-lab(config-vlan-10)#",
      "SSH@core(config-if-e1000-1/1/1)#",
    },
    none = {
      "",
      "--More--, next page: Space, next line: Return key, quit: Control-c",
      "No password has been assigned yet...",
      "Invalid input -> shwo",
      "User Name:",
      "Are you sure? (enter 'y' or 'n'): ",
    },
  },
}
