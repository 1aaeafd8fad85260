--- Aruba wireless controllers and access points with ArubaOS.
-- Sources: N netmiko, S scrapli, O oxidized, A ansible; (K): to be proved.
-- @module moonwire.platform.aruba_os
return require("moonwire.platform").define "aruba_os" {
  status = "documents",
  title = "ArubaOS wireless controllers",
  family = "ios-like",
  aliases = { "aruba_wlc", "aruba_aos", "aosw", "arubaos" },

  link = { newline = "\r", term = "vt100", width = 511, height = 1000 }, -- N
  paging = { off = "no paging", on = "paging" },
  ssh = { exec = false }, -- (K)
  -- "(host) [mynode] #", with "^" or "*" for what is not saved or not sent yet
  host = { pattern = { "^%(([%w_. %-]+)%)", "^([%w_.%-@:]+)[%(># ]" } },

  banner = "\n*** This is a private network [mynode] ***\n",
  start = { "exec", "priv" },
  modes = {
    {
      "config",
      "^%([%w_. %-]+%) [%^*]?%[?[%w/]*%]? ?%(config[%w%-]*%) ?#%s*$",
      "^[%w_.%-@:]+%(config[%w_.%-@/:]*%)#%s*$",
    },
    {
      "priv",
      "^%([%w_. %-]+%) [%^*]?%[[%w/]+%] #%s*$",
      "^%([%w_. %-]+%) ?[%^*]?#%s*$",
      "^[%w_.%-@:]+# ?$",
    },
    { "exec", "^%([%w_. %-]+%) ?[%^*]?>%s*$", "^[%w_.%-@:]+>%s*$" },
  },
  edges = {
    {
      "exec",
      "priv",
      run = "enable",
      ask = { "[Pp]assword: ?%**$", secret = "enable" },
    },
    { "priv", "exec", run = "disable" },
    { "priv", "config", run = "configure terminal" },
    { "config", "priv", run = "end" },
  },
  logout = "exit",

  -- not "encrypt disable" (O): it would show secrets
  prep = { { "no paging", mode = "priv" } },
  help = { ask = "?", take_back = "\21" }, -- (K)
  pager = {
    text = "--More-- (q) quit (u) pageup (/) search (n) repeat",
    pattern = "^%s*%-%-More%-%- %(q%) quit",
    key = " ",
    stop = "q",
    erase = true,
  },

  read_only = { "sh[ow]", "no paging" },
  harmful = {
    "rel", "wr", "del", "era", "cop", "conf", "clear", "apboot", "backup", "restore",
    "reboot", "halt", "stm", "aaa", "write", "rename", "tar", "upgrade", "apflash",
  },
  sentinel = "comment",
  comment = "!", -- (K)
  echo = false, -- N: not to be relied on
  break_key = "\3",

  questions = {
    {
      "really want to restart the system%(y/n%): ?$",
      say = "y",
      danger = true,
      text = "Do you really want to restart the system(y/n): ",
    },
    { "save the configuration%(y/n%):? ?$", say = "n", text = "Do you want to save the "
      .. "configuration(y/n): " },
    { "%([yY]/[nN]%)[:?]? ?$", text = "Are you sure? (y/n): " },
    { "[Pp]assword: ?%**$", text = "Password:" },
  },
  errors = { -- S A
    { "^%% ?Unrecognized command", class = "syntax" },
    { "^%% ?Ambiguous command", class = "ambiguous" },
    { "^%% ?Wrong parameter", class = "syntax" },
    { "^%% ?Incomplete command", class = "incomplete" },
    { "^%% ?Too many parameters", class = "syntax" },
    { "^%% ?Invalid input", class = "syntax" },
    { "^%% ?Parse error", class = "syntax" },
    { "^Error:", class = "rejected" },
  },

  config = {
    enter = "config",
    hostname = "hostname %s",
    show = { "show running-config", mode = "priv", timeout = 120 },
    startup = { "show startup-config", mode = "priv" },
    diff = { "show configuration pending", mode = "priv" }, -- (K): from version 8 on
    save = { "write memory", mode = "priv", timeout = 60 },
  },
  push = {
    alone = {
      "^host", "^end$", "^encrypt", "^mgmt%-user", "^reload", "^write", "^copy",
    },
    text = { { "^ *banner %a+ +(%S)" } },
  },
  volatile = { "^controller config %d+", "^Building Configuration", "uptime is" },
  scrub = {
    "(secret) %S+",
    "(PRE%-SHARE) %S+",
    "(community) %S+",
    "(ipsec) %S+",
    "(vrrp%-passphrase) %S+",
    "(wpa%-passphrase) %S+",
    "(bkup%-passwords) %S+",
    "(ap%-console%-password) %S+",
    "(virtual%-controller%-key) %S+",
    "^(mgmt%-user %S+ %S+) %S+",
    "( key) %S+",
    "( sha) %S+",
    "( des) %S+",
  },
  secrets = {
    'enable secret "SECRET"',
    "snmp-server community SECRET",
    "  wpa-passphrase SECRET",
    "mgmt-user admin root SECRET",
    '  key "SECRET"',
    "virtual-controller-key SECRET",
    "crypto-local isakmp key-aes PRE-SHARE SECRET",
  },

  detect = {
    {
      "show version",
      "ArubaOS %(MODEL",
      99,
      text = "ArubaOS (MODEL: Aruba7030), V8.10",
    },
    {
      "show version", "^Aruba Operating System Software", 99,
      text = "Aruba Operating System Software.",
    },
  },
  parse = { ntc = "aruba_os" },

  samples = {
    exec = { "(wlc1) >", "(wlc1) ^>", "iap-lobby>" },
    priv = {
      "(wlc1) #", "(wlc1) *#", "(wlc1) [mynode] #", "(wlc1) ^[mynode] #",
      "(wlc1) *[md/hq] #", "iap-lobby# ",
    },
    config = {
      "(wlc1) (config) #", "(wlc1) [mynode] (config) #",
      "(wlc1) ^[mynode] (config-if)#", "iap-lobby(config)#",
    },
    none = {
      "",
      "Password:",
      "--More-- (q) quit (u) pageup (/) search (n) repeat",
      "Do you really want to restart the system(y/n): ",
      "% Invalid input detected at '^' marker.",
      "Building Configuration...",
    },
  },
}
