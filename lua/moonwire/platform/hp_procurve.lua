--- HP ProCurve, now ArubaOS-Switch.
-- They move the cursor about instead of ending lines, are slow, and old ones know no
-- signatures with SHA-2.
-- Sources: N netmiko, O oxidized; (K): to be proved.
-- @module moonwire.platform.hp_procurve
return require("moonwire.platform").define "hp_procurve" {
  status = "documents",
  title = "HP ProCurve and ArubaOS-Switch",
  family = "ios-like",
  aliases = { "procurve", "aruba_procurve", "aruba_osswitch", "aruba_os_switch" },

  link = { newline = "\n", term = "vt100", width = 511, height = 1000 },
  width = "terminal width %d", -- N
  paging = { off = "no page", on = "page" },
  ssh = { exec = false, algorithms = "legacy-cisco" }, -- (K)
  host = { pattern = "^([%w_.%-]+)[%(>#%s]" },

  banner = "\nHP J9729A 2920-48G-POE+ Switch\nSoftware revision WB.16.04 #1\n",
  login = { -- N O
    {
      "[Pp]ress any key to continue%s*$",
      key = "\r",
      text = "Press any key to continue",
    },
    { "^Enter switch number", say = "", text = "Enter switch number to connect to:" },
  },
  start = { "exec", "priv" },
  modes = {
    { "config", "^[%w_. %-]+%([%w_/%-]+%)# ?$" },
    { "priv", "^[%w_. %-]+# ?$" },
    { "exec", "^[%w_. %-]+> ?$" },
  },
  edges = {
    {
      "exec", "priv", run = "enable",
      ask = { -- N: either, or both
        { "^[Uu]ser ?[Nn]ame: ?$", secret = "username", text = "Username: " },
        { "^[Ll]ogin[%a ]*: ?$", secret = "username", text = "Login Name: " },
        { "[Pp]assword: ?$", secret = "enable", text = "Password: " },
      },
    },
    { "priv", "exec", run = "disable" }, -- (K)
    { "priv", "config", run = "configure terminal" },
    { "config", "priv", run = "end" },
  },
  logout = { -- N
    "logout",
    ask = {
      {
        "[Dd]o you want to log out %[y/n%]%?",
        say = "y",
        text = "Do you want to log out [y/n]? ",
      },
      {
        "[Dd]o you want to save current configuration %[y/n/%^C%]%?",
        say = "n",
        text = "Do you want to save current configuration [y/n/^C]? ",
      },
    },
  },

  prep = { "terminal width 511", "no page" },
  help = { ask = "?", take_back = "\21" },
  pager = {
    text = "-- MORE --, next page: Space, next line: Enter, quit: Control-C",
    pattern = "^%s*%-%- MORE %-%-, next page: Space",
    key = " ",
    stop = "\3",
    erase = true,
  },

  read_only = { "sh[ow]", "dis[play]", "no page", "terminal width" },
  harmful = {
    "rel", "boot", "wr", "era", "cop", "conf", "clear", "kill", "update", "reb",
    "setup", "menu", "start", "link", "log", "redundancy", "recopy", "exit",
  },
  sentinel = "double_prompt", -- (K): whether a line with "!" is passed over
  break_key = "\3",

  questions = {
    {
      "will be rebooted, do you want to continue %[y/n%]%? ?$",
      say = "y",
      danger = true,
      text = "Device will be rebooted, do you want to continue [y/n]? ",
    },
    {
      "[Dd]o you want to save current configuration %[y/n/%^C%]%? ?$",
      say = "n",
      text = "Do you want to save current configuration [y/n/^C]? ",
    },
    {
      "[Dd]o you want to log out %[y/n%]%? ?$",
      text = "Do you want to log out [y/n]? ",
    },
    { "%[y/n%]%? ?$", text = "Continue deleting it [y/n]? " },
    { "[Pp]assword: ?$", text = "Password: " },
  },
  errors = {
    { "^Invalid input:", class = "syntax" },
    { "^Incomplete input:", class = "incomplete" },
    { "^Ambiguous input:", class = "ambiguous" },
    { "^Module not present", class = "rejected" },
    { "^Not authorized", class = "denied" }, -- (K)
    { "^Error ", class = "rejected" }, -- (K)
  },

  config = {
    enter = "config",
    hostname = "hostname %s",
    show = { "show running-config", mode = "priv", timeout = 60 },
    startup = { "show config", mode = "priv", timeout = 60 },
    save = { "write memory", mode = "priv", timeout = 60 },
  },
  push = {
    alone = {
      "^host", "^no host", "^end$", "^crypto", "^password", "^no password", "^boot",
      "^reload", "^copy", "^erase", "^stack",
    },
    text = { { '^ *banner %a+ (")' } },
  },
  volatile = { "^ *Up Time", "^ *CPU Util", "^; Ver #" },
  scrub = {
    "^(snmp%-server community) %S+",
    "^(snmp%-server host %S+ community) %S+",
    "^(radius%-server host %S+ key) %S+",
    "^(radius%-server key) .+",
    "^(tacacs%-server host %S+ key) %S+",
    "^(tacacs%-server key) .+",
    "^(password %l+.- %S+) %S+$",
    "^(snmpv3 user .- auth %l+) %S+( priv %l*) ?%S+",
  },
  secrets = {
    'snmp-server community "SECRET" unrestricted',
    'snmp-server host 192.0.2.9 community "SECRET"',
    'radius-server host 192.0.2.8 key "SECRET"',
    "radius-server key SECRET",
    'tacacs-server host 192.0.2.7 key "SECRET"',
    "tacacs-server key SECRET",
    "password manager user-name admin sha1 SECRET",
  },

  detect = {
    {
      "show version", "^Image stamp:.*/code/build", 99,
      text = "Image stamp:    /ws/swbuildm/rel_quebec/code/build/anm(swbuildm_rel)",
    },
  },
  parse = { ntc = "hp_procurve" },

  samples = {
    exec = { "HP-2920-48G> ", "access sw 3> " },
    priv = { "HP-2920-48G# ", "sw-lab.1#" },
    config = { "HP-2920-48G(config)# ", "HP-2920-48G(vlan-10)#", "sw(eth-1/A1)# " },
    none = {
      "",
      "Press any key to continue",
      "-- MORE --, next page: Space, next line: Enter, quit: Control-C",
      "Do you want to log out [y/n]? ",
      "Do you want to save current configuration [y/n/^C]? ",
      "Invalid input: shwo",
    },
  },
}
