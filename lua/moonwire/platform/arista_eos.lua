--- Arista EOS.
-- Sources: N netmiko, S scrapli, O oxidized, A ansible; (K): to be proved.
-- @module moonwire.platform.arista_eos
return require("moonwire.platform").define "arista_eos" {
  status = "documents",
  title = "Arista EOS",
  family = "ios-like",
  aliases = { "eos" },

  link = { newline = "\n", term = "vt100", width = 511, height = 1000 },
  width = "terminal width %d", -- N: "Width set to …"
  paging = { off = "terminal length 0", on = "terminal length 24" }, -- N
  ssh = { exec = true }, -- (K)
  -- "sw(s1)#" is a supervisor or MLAG role, and a host name may have blanks (N S)
  host = { pattern = "^([%w_.%-@/:]+)[%(>#%s]" },

  banner = "\n#### switch of the lab; questions to noc@lab.example ####\n",
  start = { "exec", "priv" },
  modes = {
    {
      "config", "^[%w_.%-@/:() ]+%(config[%w_.%-@/:+]*%)#%s*$", over = { "priv" },
    },
    { "bash", "^%[[%w_.%-@/:~ ]+%]%$%s*$" },
    { "priv", "^[%w_.%-@/:() ]+#%s*$" },
    { "exec", "^[%w_.%-@/:() ]+>%s*$" },
  },
  edges = {
    -- there may be no password
    { "exec", "priv", run = "enable", ask = { "[Pp]assword: ?$", secret = "enable" } },
    { "priv", "exec", run = "disable" },
    { "priv", "config", run = "configure terminal" },
    { "config", "priv", run = "end" },
    { "priv", "bash", run = "bash" },
    { "bash", "priv", run = "exit" },
  },
  logout = "exit",

  prep = { "terminal width 511", "terminal length 0" },
  help = { ask = "?", take_back = "\21", modes = { "exec", "priv", "config" } },
  pager = {
    text = " --More-- ",
    pattern = "^%s*%-%-[Mm]ore%-%-%s*$",
    key = " ",
    stop = "q",
    erase = true,
  },

  read_only = {
    "sh[ow]", "do sh[ow]", "dir", "more", "terminal length", "terminal width",
  },
  not_read_only = { ">", "|%s*[art]%S*%s" }, -- append, redirect, tee
  harmful = {
    "rel", "wr", "del", "era", "form", "cl", "cop", "conf", "boot", "deb", "und",
    "bash", "install", "rename", "mkdir", "rmdir", "abort", "commit", "rollback", "no",
    "send",
  },
  sentinel = "comment",
  comment = "!",
  type_ahead = true, -- (K)
  break_key = "\3",

  questions = {
    {
      "[Pp]roceed with reload%? %[confirm%] ?$",
      say = "",
      danger = true,
      text = "Proceed with reload? [confirm]",
    },
    {
      "[Ss]ave%? %[yes/no/cancel/diff%]: ?$",
      say = "no",
      text = "System configuration has been modified. Save? [yes/no/cancel/diff]:",
    },
    { "%[confirm%] ?$", danger = true, text = "Delete flash:old.swi? [confirm]" },
    { "%[yes/no%]:? ?$", text = "Do you wish to proceed? [yes/no]: " },
    { "%([Yy]/[Nn]%)[?:]? ?$", text = "Are you sure (y/n)? " },
    { "%[[YyNn]/[YyNn]%] ?$", text = "Do you wish to proceed? [y/N] " },
    { "[Pp]assword: ?$", text = "Password:" },
  },
  errors = { -- N S A
    { "^%% ?Invalid input", class = "syntax" },
    { "^%% ?Incomplete command", class = "incomplete" },
    { "^%% ?Incomplete token", class = "incomplete" },
    { "^%% ?Ambiguous command", class = "ambiguous" },
    { "^%% ?Invalid", class = "syntax" },
    { "^%% ?Authorization denied", class = "denied" },
    { "^%% ?Bad secret", class = "denied" },
    { "^%% ?Error", class = "rejected" },
    { "^%% ?Cannot commit", class = "rejected" },
    { "^%% ?Unavailable command", class = "rejected" },
    { "^%% ?Duplicate sequence number", class = "rejected" },
    { "^%% ?Cannot", class = "rejected" },
    { "Maximum number of pending sessions", class = "locked" },
  },
  log = { "^%a%a%a +%d+ %d%d:%d%d:%d%d .-%%[%u%d_]+%-%d%-" },

  config = {
    enter = "config",
    hostname = "hostname %s",
    -- "show session-config diffs", "commit timer" and "configure session NAME commit"
    -- stand in EOS's manual, "Configuration Sessions"; that a session's prompt shows
    -- six characters of its name is (K)
    session = { "configure session %s", mode = "priv" },
    candidate = "%(config%-s%-", -- only such a session has one
    own_candidate = true,
    show = "show running-config",
    startup = "show startup-config",
    diff = { "show session-config diffs", mode = "config" },
    commit = { "commit", mode = "config", timeout = 60 },
    confirmed = {
      "commit timer 00:%02d:00", mode = "config", unit = "minutes", most = 59,
      timeout = 60,
    },
    confirm = { "configure session %s commit", mode = "priv", timeout = 60 },
    discard = { "abort", mode = "config" },
    save = { "write memory", mode = "priv", timeout = 60 },
    rollback = { "configure replace %s", mode = "priv", timeout = 120 }, -- (K)
    checksum = { "verify /md5 %s", mode = "priv", timeout = 300 }, -- N
  },
  files = {
    mount = { "flash:", "/mnt/flash/" }, -- transfers see the Linux below
    disk = "flash:",
    free = {
      "dir %s",
      "%((%d+) bytes free%)",
      text = "3957878784 bytes total (%d bytes free)",
    },
  },
  push = {
    alone = {
      "^host", "^no host", "^end$", "^do ", "^commit", "^abort", "^bash", "^copy",
      "^reload",
    },
    text = {
      { "^ *banner %a+$", stop = "^EOF$" },
      { "^ *certificate ", stop = "^EOF$" },
    },
  },
  volatile = {
    "^! Time:", "^! Last configuration change", "^! Startup%-config last mod",
    "^Uptime:", "^Serial number:", "^Hardware MAC address:", "^System MAC address:",
    "^Free memory:",
  },
  scrub = {
    "^(snmp%-server community) %S+",
    "^(snmp%-server host %S+.- version %S+) %S+",
    "(secret %w+) %S+",
    "(password %d+) %S+",
    "^(enable password .-) %S+$",
    "^(tacacs%-server .-key %d+) %S+",
    "^(radius%-server .-key %d+) %S+",
    "^(service unsupported%-transceiver %S+) %S+",
    "( localized) %S+",
    "^(snmp%-server user .- auth %w+) %S+( priv %w+) %S+",
  },
  secrets = {
    "snmp-server community SECRET ro",
    "snmp-server host 192.0.2.9 vrf MGMT version 2c SECRET",
    "username admin privilege 15 role network-admin secret sha512 SECRET",
    "enable password sha512 SECRET",
    "tacacs-server host 192.0.2.7 vrf MGMT key 7 SECRET",
    "radius-server host 192.0.2.8 key 7 SECRET",
    "   neighbor 192.0.2.1 password 7 SECRET",
    "service unsupported-transceiver lab SECRET",
    "snmp-server user admin grp v3 auth sha SECRET priv aes SECRET",
  },

  detect = {
    { "show version", "^Arista", 99, text = "Arista DCS-7050TX-64-R" },
    { "show version", "vEOS", 99, text = "Arista vEOS-lab" },
  },
  parse = { ntc = "arista_eos" },

  samples = {
    exec = { "leaf1>", "leaf1(s1)>" },
    priv = { "leaf1#", "leaf1(s1)#", "core sw 2.lab# " },
    config = {
      "leaf1(config)#",
      "leaf1(config-if-Et1)#",
      "leaf1(s1)(config-router-bgp)#",
      "leaf1(config-s-moonwire)#",
    },
    bash = { "[admin@leaf1 ~]$ ", "[admin@leaf1 /mnt/flash]$" },
    none = {
      "",
      "Pagination disabled.",
      "Width set to 511 columns.",
      " --More-- ",
      "% Invalid input (at token 1: 'vresion')",
      "Proceed with reload? [confirm]",
      "Password:",
    },
  },
}
