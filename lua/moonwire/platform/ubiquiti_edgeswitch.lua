--- Ubiquiti EdgeSwitch and UniFi switches: FASTPATH.
-- Sources: N netmiko, S scrapli, O oxidized, A ansible; (K): to be proved.
-- @module moonwire.platform.ubiquiti_edgeswitch
return require("moonwire.platform").define "ubiquiti_edgeswitch" {
  status = "documents",
  title = "Ubiquiti EdgeSwitch and UniFi switches",
  family = "fastpath",
  aliases = { "edgeswitch", "ubiquiti_edge", "ubiquiti_unifiswitch" },

  link = { newline = "\n", term = "vt100", width = 511, height = 1000 },
  paging = {
    off = { "terminal length 0", mode = "priv" },
    on = { "terminal length 24", mode = "priv" },
  },
  ssh = { exec = false, algorithms = "legacy-cisco" }, -- (K)
  host = { pattern = "^%(([%w_. %-]+)%)" },

  banner = "\n(c) Ubiquiti #1 switch > all\n",
  start = { "exec", "priv", "linux" },
  modes = {
    { "config", "^%([%w_. %-]+%) %([%w_.%-@/:+ ]+%)#%s*$" },
    { "priv", "^%([%w_. %-]+%) #%s*$" },
    { "exec", "^%([%w_. %-]+%) >%s*$" },
    { "linux", "^[%w_.%-]+%-US%.[%w.]+# ?$" }, -- UniFi: a shell first (N)
  },
  edges = {
    { "exec", "priv", run = "enable", ask = { "[Pp]assword: ?$", secret = "enable" } },
    { "priv", "exec", run = "exit" }, -- N
    { "priv", "config", run = "configure" },
    { "config", "priv", run = "end" },
    { "linux", "exec", run = "telnet localhost" }, -- N
    { "exec", "linux", run = "exit" }, -- UniFi only; elsewhere it is the end
  },
  logout = { -- O
    "logout",
    ask = {
      "save them now%? %(y/n%) ?$",
      say = "n",
      text = "The system has unsaved changes.\nWould you like to save them now? (y/n) ",
    },
  },

  prep = { { "terminal length 0", mode = "priv" } }, -- not a command before "enable"
  help = { ask = "?", take_back = "\21", modes = { "exec", "priv", "config" } },
  pager = {
    text = "--More-- or (q)uit",
    pattern = "^%s*%-%-More%-%- or %(q%)uit%s*$",
    key = " ",
    stop = "q",
    erase = true,
  },

  read_only = { "sh[ow]", "dir", "terminal length" },
  harmful = {
    "rel", "wr", "del", "era", "cop", "conf", "clear", "boot", "debug", "update", "set",
    "reset", "rename", "filedescr", "telnet", "ssh", "script", "no", "enable",
  },
  sentinel = "comment",
  comment = "!", -- (K)
  break_key = "\3",

  questions = {
    {
      "want to reset the system%? %(y/n%) ?$",
      say = "y",
      danger = true,
      text = "Are you sure you want to reset the system? (y/n) ",
    },
    {
      "want to save%? %(y/n%) ?$",
      say = "y",
      text = "Are you sure you want to save? (y/n) ",
    },
    {
      "save them now%? %(y/n%) ?$",
      say = "n",
      text = "Would you like to save them now? (y/n) ",
    },
    { "%(y/n%) ?$", text = "Are you sure you want to clear it? (y/n) " },
    { "[Pp]assword: ?$", text = "Password:" },
  },
  errors = { -- S A
    { "^ ?Ambiguous command", class = "ambiguous" },
    { "^Command not found / Incomplete command", class = "incomplete" },
    { "^Invalid input%.", class = "syntax" },
    { "^Unrecognized command", class = "syntax" },
    { "^%% ?Invalid input detected", class = "syntax" },
    { "^%% ?Invalid input", class = "syntax" },
    { "^Incorrect input!", class = "syntax" },
    { "^Incorrect password", class = "denied" }, -- (K)
    { "^ERROR:", class = "rejected" }, -- (K)
  },

  config = {
    enter = "config",
    hostname = "hostname %s", -- (K)
    show = { "show running-config", mode = "priv", timeout = 60 },
    startup = { "show startup-config", mode = "priv" },
    save = {
      "write memory", mode = "priv", timeout = 60,
      ask = {
        "want to save%? %(y/n%) ?$",
        say = "y",
        text = "Are you sure you want to save? (y/n) ",
      },
    },
  },
  push = {
    alone = { "^host", "^end$", "^crypto", "^copy", "^clear", "^reload", "^write" },
  },
  volatile = {
    "^!System Up Time", "^!Current SNTP Synchronized Time", "^!Current System",
  },
  scrub = {
    "(password) %S+",
    "(snmp%-server community) %S+",
    "(radius server key .-) %S+$",
    "(tacacs%-server key) %S+",
    "( encrypted) %S+",
    "( key) %S+",
  },
  secrets = {
    'username "admin" password SECRET level 15 encrypted',
    'snmp-server community "SECRET" ro',
    'radius server key auth "192.0.2.8" encrypted SECRET',
    'tacacs-server key "SECRET"',
    "enable password SECRET encrypted",
  },

  detect = {
    {
      "show version",
      "EdgeSwitch",
      99,
      text = "System Description........ EdgeSwitch 24",
    },
    {
      "show version",
      "^Machine Type%.+ *US%-",
      90,
      text = "Machine Type............ US-24",
    },
  },
  parse = { ntc = "ubiquiti_edgeswitch" },

  samples = {
    exec = { "(UBNT EdgeSwitch) >", "(sw-24.lab) >" },
    priv = { "(sw-24.lab) #", "(UBNT) # " },
    config = {
      "(sw-24.lab) (Config)#", "(UBNT) (Interface 0/1)#",
      "(UBNT) (Interface 0/1-0/4)# ",
    },
    linux = { "sw-hall-US.6.5.59# " },
    none = {
      "",
      "--More-- or (q)uit",
      "Are you sure you want to save? (y/n) ",
      "Command not found / Incomplete command. Use ? to list commands.",
      "!Current Configuration:",
      "(Unit 1 - Waiting to select management unit)",
    },
  },
}
