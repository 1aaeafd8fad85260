--- Cisco IOS and IOS-XE.
-- @module moonwire.platform.cisco_ios
return require("moonwire.platform").define "cisco_ios" {
  status = "lab",
  title = "Cisco IOS and IOS-XE",
  family = "ios-like",
  aliases = { "cisco_xe", "cisco_ios_xe", "ios", "iosxe" },

  link = { newline = "\n", term = "vt100", width = 511, height = 1000 },
  width = "terminal width %d",
  paging = { off = "terminal length 0", on = "terminal length 24" },
  ssh = {
    identification = "Cisco-1.25",
    exec = true, -- (K)
    algorithms = "legacy-cisco",
  },
  host = { pattern = "^([%w_.%-@/:]+)[%(>#]", clip = 20 },

  banner = "\n*** Authorized access only: #1 rule > all others ***\n",
  -- what may be asked before the first prompt
  login = {
    {
      "initial configuration dialog%? %[yes/no%]: ?$",
      say = "no",
      text = "Would you like to enter the initial configuration dialog? [yes/no]: ",
    },
    {
      "[Pp]ress RETURN to get started[!.]*%s*$",
      say = "",
      text = "Press RETURN to get started!",
    },
  },
  start = { "exec", "priv" },

  -- tried in this order on the last line
  modes = {
    {
      "tclsh",
      "%(tcl%)[>#]%s*$",
      "^%+>%s*$",
      over = { "config", "priv", "exec" },
    },
    { "config", "^[%w_.%-@/:]+%([%w_.%-@/:+ ]*%)#%s*$", over = { "priv" } },
    { "priv", "^[%w_.%-@/:()]+#%s*$" },
    { "exec", "^[%w_.%-@/:()]+>%s*$" },
  },
  edges = {
    { "exec", "priv", run = "enable", ask = { "[Pp]assword: ?$", secret = "enable" } },
    { "priv", "exec", run = "disable" },
    { "priv", "config", run = "configure terminal" },
    { "config", "priv", run = "end" },
    { "priv", "tclsh", run = "tclsh" },
    { "tclsh", "priv", run = "tclquit" },
  },
  logout = "exit",

  prep = { "terminal width 511", "terminal length 0" },
  help = { ask = "?", take_back = "\21" },
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
  sentinel = "comment",
  comment = "!",
  type_ahead = true,
  break_key = "\3",

  questions = {
    {
      "reload%? %[confirm%]$",
      say = "",
      danger = true,
      text = "Proceed with reload? [confirm]",
    },
    {
      "[Ss]ave%? %[yes/no%]: ?$",
      say = "no",
      text = "System configuration has been modified. Save? [yes/no]: ",
    },
    {
      "%[startup%-config%]%? ?$",
      say = "",
      text = "Destination filename [startup-config]? ",
    },
    {
      "[Dd]elete filename .*%? ?$",
      say = "",
      text = "Delete filename [old.bin]? ",
    },
    {
      "[Dd]elete %S+%? ?%[confirm%]$",
      say = "",
      danger = true,
      text = "Delete flash:/old.bin? [confirm]",
    },
    {
      "%[confirm%] ?$",
      danger = true,
      text = "Erasing the nvram filesystem will remove all files! [confirm]",
    },
    {
      "How many bits in the modulus %[%d+%]: ?$",
      text = "How many bits in the modulus [1024]: ",
    },
    {
      "%[yes/no%]: ?$",
      text = "% Do you really want to remove these keys? [yes/no]: ",
    },
    {
      "%([Yy]/[Nn]%)[?:]? ?$",
      text = "Are you sure? (y/n)? ",
    },
    {
      "[Dd]estination filename .*%? ?$",
      text = "Destination filename [copy.cfg]? ",
    },
    {
      "[Pp]assword: ?$",
      text = "Password: ",
    },
  },

  errors = {
    { "^%% Invalid input detected", class = "syntax" },
    { "^%% Incomplete command", class = "incomplete" },
    { "^%% Ambiguous command", class = "ambiguous" },
    { "^%% ?Unknown command", class = "syntax" },
    { "^%% Unrecognized command", class = "syntax" },
    { "^%% Type \"[^\"]+%?\" for a list", class = "syntax" },
    { "^%% Bad secrets", class = "denied" },
    { "^%% Bad passwords", class = "denied" },
    { "^%% Access denied", class = "denied" },
    { "[Aa]uthorization failed", class = "denied" },
    { "^Command rejected", class = "rejected" },
    { "^%%? ?Bad mask", class = "rejected" },
    { "^%% IP addresses may not", class = "rejected" },
    { "^%% Hostname contains", class = "rejected" },
    { "^%% Removal of", class = "rejected" },
    { "^startup%-config file open failed", class = "rejected" },
    { "^%% ?Configuration mode locked", class = "locked" },
    { "^Configuration mode locked", class = "locked" },
    { "^%% .* overlaps with", class = "rejected" },
    { "^%% ?Error", class = "rejected" },
    { "^%%Error ", class = "rejected" },
  },

  config = {
    enter = "config",
    hostname = "hostname %s",
    show = "show running-config",
    startup = "show startup-config",
    save = { "write memory", mode = "priv", done = "%[OK%]", timeout = 60 },
    revert = {
      "configure terminal revert timer %d",
      mode = "priv",
      unit = "minutes",
      most = 120,
      needs = "^archive",
    },
    confirm = "configure confirm",
    rollback = { "configure replace %s force", mode = "priv", timeout = 120 },
    checksum = { "verify /md5 %s", timeout = 600 }, -- prints dots for minutes
  },
  files = {
    alone = true, -- its server takes one channel to a connection
    method = "scp",
    disk = "flash:",
    free = {
      "dir %s",
      "%((%d+) bytes free",
      text = "2142715904 bytes total (%d bytes free)",
    },
  },
  push = {
    alone = {
      "^ho", -- stname
      "^no ho",
      "^cr%a* k", -- ypto key
      "^no us", -- ername
      "^do ",
      "^end?$",
      "^rel", -- oad
    },
    text = {
      { "^ *ban%a* %a+ +(%^C)" },
      { "^ *ban%a* %a+ +(%S)" },
      { "^ *cert%a* ", stop = "^ *quit" },
    },
  },
  log = { "^%*?%a%a%a +%d+ %d%d:%d%d:%d%d[%d.]*.-: %%[%u%d_]+%-%d%-" },
  volatile = {
    "^! Last configuration change",
    "^! NVRAM config last updated",
    "^ntp clock%-period",
    "^Current configuration :",
    "^Building configuration",
    "^%S+ uptime is ", "^System returned to ROM", "^System restarted at",
    "^Processor board ID", "^Base ethernet MAC [Aa]ddress",
  },
  scrub = {
    "^(snmp%-server community) %S+",
    "^(enable secret %d) %S+",
    "^(enable password) .+",
    "^(username %S+.- password %d) %S+",
    "^(username %S+.- secret %d) %S+",
    "^( *key%-string) .+",
    "^(snmp%-server host %S+ version %S+) %S+",
    "^(tacacs%-server .-key) .+",
    "^(radius%-server .-key) .+",
    "^( +key %d) %S+",
    "^( +password %d) %S+",
    "^( +pre%-shared%-key) .+",
    "^(crypto isakmp key) %S+",
    "^( +neighbor %S+ password) .+",
    "^( +ip ospf message%-digest%-key %d+ md5) .+",
    "^( +standby %d+ authentication) .+",
  },
  secrets = {
    "snmp-server community SECRET RO 10",
    "snmp-server host 192.0.2.9 version 2c SECRET",
    "enable secret 5 SECRET",
    "enable password SECRET",
    "username admin privilege 15 secret 9 SECRET",
    "username old password 7 SECRET",
    "  key-string 7 SECRET",
    "tacacs-server host 192.0.2.7 key 7 SECRET",
    "radius-server host 192.0.2.8 auth-port 1812 key SECRET",
    " key 7 SECRET",
    " password 7 SECRET",
    "crypto isakmp key SECRET address 0.0.0.0",
    " neighbor 192.0.2.1 password 7 SECRET",
    " ip ospf message-digest-key 1 md5 7 SECRET",
    " standby 1 authentication md5 key-string SECRET",
  },

  detect = {
    {
      "show version",
      "Cisco IOS Software",
      95,
      text = "Cisco IOS Software, vios_l2 Software (vios_l2-ADVENTERPRISEK9-M), ",
    },
    {
      "show version",
      "Cisco IOS XE Software",
      99,
      text = "Cisco IOS XE Software, Version 17.09.04a",
    },
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
