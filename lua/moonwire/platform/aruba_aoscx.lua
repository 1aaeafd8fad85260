--- HPE Aruba Networking AOS-CX.
-- Sources: N netmiko, S scrapli, O oxidized; (K): to be proved.
-- @module moonwire.platform.aruba_aoscx
return require("moonwire.platform").define "aruba_aoscx" {
  status = "documents",
  title = "HPE Aruba AOS-CX",
  family = "ios-like",
  aliases = { "aoscx", "arubaoscx" },

  link = { newline = "\r", term = "vt100", width = 511, height = 1000 }, -- N
  paging = { off = "no page", on = "page" },
  ssh = { exec = false }, -- (K)
  host = { pattern = "^([%w_.%-@/:]+)[%(>#]" },

  banner = "\n(C) Copyright 2017-2022 Hewlett Packard\n#### RESTRICTED RIGHTS ####\n",
  login = { -- O
    {
      "[Pp]ress any key to continue%s*$",
      key = " ",
      text = "Press any key to continue",
    },
  },
  start = { "priv", "exec" },
  modes = {
    { "config", "^[%w_.%-@/:]+%(config[%w_.%-@/:]*%)#%s*$" },
    { "priv", "^[%w_.%-@/:]+#%s*$" },
    { "exec", "^[%w_.%-@/:]+>%s*$" },
  },
  edges = {
    { "exec", "priv", run = "enable", ask = { "[Pp]assword: ?$", secret = "enable" } },
    { "priv", "exec", run = "disable" }, -- (K)
    { "priv", "config", run = "configure terminal" },
    { "config", "priv", run = "end" },
  },
  logout = "exit",

  prep = { "no page" },
  help = { ask = "?", take_back = "\21" }, -- (K)
  pager = {
    text = "-- MORE --, next page: Space, next line: Enter, quit: q",
    pattern = "^%s*%-%- MORE %-%-, next page: Space",
    key = " ",
    stop = "q",
    erase = true,
  },

  read_only = { "sh[ow]", "no page" },
  not_read_only = { "|%s*redirect" },
  harmful = {
    "boot", "reb", "rel", "wr", "era", "cop", "conf", "checkpoint", "clear", "diag",
    "start-shell", "list", "vsf", "ztp", "https", "auto", "del",
  },
  sentinel = "comment",
  comment = "!", -- (K)
  break_key = "\3",

  questions = {
    {
      "[Cc]ontinue %(y/n%)%? ?$",
      text = "This will reboot the entire switch. Continue (y/n)? ",
    },
    {
      "save the current configuration %(y/n%)%? ?$",
      say = "n",
      text = "Do you want to save the current configuration (y/n)? ",
    },
    { "%(y/n%)%?? ?$", text = "Checkpoint exists, overwrite it (y/n)? " },
    { "[Pp]assword: ?$", text = "Password: " },
  },
  errors = { -- S
    { "^%% ?Command incomplete", class = "incomplete" },
    { "^Invalid input:", class = "syntax" },
    { "^%% ?Ambiguous command", class = "ambiguous" },
    { "^%% ?Unknown command", class = "syntax" },
    { "doesn't exist", class = "rejected" },
    { "^Cannot execute command", class = "denied" }, -- (K)
    { "^Error:", class = "rejected" }, -- (K)
  },

  config = {
    enter = "config",
    hostname = "hostname %s",
    show = "show running-config",
    startup = "show startup-config",
    diff = "checkpoint diff startup-config running-config", -- (K)
    save = { "write memory", mode = "priv", timeout = 60 },
    revert = { "checkpoint auto %d", mode = "priv", unit = "minutes" }, -- (K)
    confirm = { "checkpoint auto confirm", mode = "priv" }, -- (K)
    snapshot = { -- (K)
      "copy running-config checkpoint %s",
      mode = "priv",
      timeout = 60,
    },
    rollback = { "checkpoint rollback %s", mode = "priv", timeout = 120 }, -- (K)
  },
  push = {
    alone = {
      "^host", "^no host", "^end$", "^crypto", "^boot", "^copy", "^checkpoint",
      "^erase", "^vsf", "^no vsf",
    },
    text = { { "^ *banner %a+ +(%S)" } },
  },
  volatile = { "^!export%-password:", "^Current configuration:" },
  scrub = {
    "^(user .- group .- password ciphertext) %S+",
    "^(user %S+ password ciphertext) %S+",
    "^(snmp%-server community) %S+",
    "^(snmp%-server host %S+.- community) %S+",
    "( auth%-pass ciphertext) %S+",
    "( priv%-pass ciphertext) %S+",
    "^(radius%-server .-key %l*) ?%S+",
    "^(tacacs%-server .-key %l*) ?%S+",
    "^( +neighbor %S+ password ciphertext) %S+",
  },
  secrets = {
    "user admin group administrators password ciphertext SECRET",
    "snmp-server community SECRET",
    "snmp-server host 192.0.2.9 trap version v2c community SECRET",
    "snmpv3 user ops auth sha auth-pass ciphertext SECRET priv aes priv-pass "
      .. "ciphertext SECRET",
    "radius-server host 192.0.2.8 key ciphertext SECRET vrf mgmt",
    "tacacs-server key ciphertext SECRET",
    "    neighbor 192.0.2.1 password ciphertext SECRET",
  },

  detect = {
    { "show version", "ArubaOS%-CX", 99, text = "ArubaOS-CX" },
    { "show version", "^AOS%-CX", 99, text = "AOS-CX" },
  },
  parse = { ntc = "aruba_aoscx" },

  samples = {
    exec = { "cx8325>" },
    priv = { "cx8325#", "core-1.lab# " },
    config = {
      "cx8325(config)#", "cx8325(config-if-vlan)# ", "cx8325(config-lag-if)#",
    },
    none = {
      "",
      "Press any key to continue",
      "-- MORE --, next page: Space, next line: Enter, quit: q",
      "Invalid input: shwo",
      "Do you want to save the current configuration (y/n)? ",
      "Continue (y/n)? ",
    },
  },
}
