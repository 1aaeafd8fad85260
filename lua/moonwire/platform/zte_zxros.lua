--- ZTE ZXROS.
-- Sources: N netmiko, O oxidized; (K): to be proved.
-- @module moonwire.platform.zte_zxros
return require("moonwire.platform").define "zte_zxros" {
  status = "documents",
  title = "ZTE ZXROS",
  family = "ios-like",
  aliases = { "zxros", "zte" },

  link = { newline = "\n", term = "vt100", width = 511, height = 1000 },
  paging = { off = "terminal length 0", on = "terminal length 24" },
  ssh = { exec = false, algorithms = "legacy-cisco" }, -- (K)
  host = { pattern = "^([%w_.%-]+)[@%(>#]" },

  banner = "\n*** Welcome to ZXR10 of ZTE > lab # 1 ***\n",
  start = { "exec", "priv" },
  modes = {
    { "config", "^[%w_.%-@()]+%([%w_%-/]+%)#%s*$" },
    { "priv", "^[%w_.%-@]+#%s*$" },
    { "exec", "^[%w_.%-@]+>%s*$" },
  },
  edges = {
    { "exec", "priv", run = "enable", ask = { "[Pp]assword: ?$", secret = "enable" } },
    { "priv", "exec", run = "disable" },
    { "priv", "config", run = "configure terminal" },
    { "config", "priv", run = "end" },
  },
  logout = "exit",

  prep = { "terminal length 0" },
  help = { ask = "?", take_back = "\21" }, -- (K)
  pager = {
    text = " --More--",
    pattern = "^%s*%-%-[Mm]ore%-%-%s*$",
    key = " ",
    stop = "q",
    erase = true,
  },

  read_only = { "sh[ow]", "dir", "terminal length" },
  not_read_only = { ">" },
  harmful = {
    "rel", "wr", "del", "era", "cop", "conf", "clear", "boot", "debug", "reset",
    "format", "reboot", "rename", "mkdir", "rmdir", "no", "patch", "power", "commit",
  },
  sentinel = "double_prompt", -- (K): whether a line with "!" is passed over
  break_key = "\3",

  questions = { -- (K)
    {
      "[Pp]roceed with reload%? ?%[yes/no%]:? ?$",
      say = "yes",
      danger = true,
      text = "Proceed with reload? [yes/no]:",
    },
    { "%[yes/no%]:? ?$", text = "Are you sure to delete it? [yes/no]:" },
    { "%[[yY]/[nN]%]:? ?$", text = "Continue? [Y/N]:" },
    { "[Pp]assword: ?$", text = "Password:" },
  },
  errors = {
    { "^%% ?Invalid input", class = "syntax" },
    { "^%% ?Incomplete command", class = "incomplete" },
    { "^%% ?Ambiguous command", class = "ambiguous" },
    { "^%% ?Unrecognized command", class = "syntax" },
    { "^%% ?Permission", class = "denied" }, -- (K)
    { "^%%? ?Bad password", class = "denied" }, -- (K)
    { "^%%Code %d+", class = "rejected" }, -- (K)
    { "^%%Error", class = "rejected" },
  },

  config = {
    enter = "config",
    hostname = "hostname %s",
    show = { "show running-config", timeout = 60 },
    startup = "show startrun",
    save = { "write", mode = "priv", timeout = 100 }, -- N
  },
  push = {
    alone = {
      "^host", "^no host", "^end$", "^do ", "^copy", "^write", "^reload", "^ssh",
    },
    text = { { "^ *banner %a+ +(%S)" } },
  },
  volatile = { "^! ?<.*time", "^!%d%d:%d%d:%d%d" },
  scrub = {
    "(password %l*) ?%S+",
    "(community) %S+",
    "(secret %d?) ?%S+",
    "( key) %S+",
    "(cipher) %S+",
    "(encrypted) %S+",
  },
  secrets = {
    "  username admin password encrypted SECRET",
    "snmp-server community SECRET view AllView ro",
    "enable secret 5 SECRET",
    "  server 1 192.0.2.8 master key SECRET",
  },

  detect = {
    {
      "show version",
      "ZXR10",
      95,
      text = "ZTE ZXR10 Software, Version: ZXR10 M6000-8S",
    },
  },
  parse = { ntc = "zte_zxros" },

  samples = {
    exec = { "ZXR10>", "m6000.lab> " },
    priv = { "ZXR10#", "m6000-8s.lab# " },
    config = {
      "ZXR10(config)#", "ZXR10(config-if-xgei-0/1/0/1)#", "m6000(config-isis-0)# ",
    },
    none = {
      "",
      " --More--",
      "%Error 20203: Invalid command",
      "Proceed with reload? [yes/no]:",
      "Password:",
      "Building configuration...",
    },
  },
}
