--- Cisco NX-OS, on Nexus and MDS.
-- Sources: N netmiko, S scrapli, O oxidized, A ansible; (K): to be proved.
-- @module moonwire.platform.cisco_nxos
return require("moonwire.platform").define "cisco_nxos" {
  status = "documents",
  title = "Cisco NX-OS",
  family = "ios-like",
  aliases = { "nxos", "nxos_ssh" },

  link = { newline = "\n", term = "vt100", width = 511, height = 1000 },
  width = "terminal width %d", -- N S
  paging = { off = "terminal length 0", on = "terminal length 24" },
  ssh = { exec = true }, -- (K)
  host = { pattern = "^([%w_.%-]+)[%(>#]" },

  banner = "\nUser Access Verification\n#### all access is logged ####\n",
  start = { "priv", "exec" },
  modes = {
    { "tclsh", "%-tcl%)?#%s*$", "^>%s*$", over = { "priv" } },
    {
      "config",
      "^[%w_.%-]+%(conf[%w_.%-@/:+]*%)#%s*$", -- conf-tm-dest too
      "^[%w_.%-]+%(maint%-mode%)%(conf[%w_.%-@/:+]*%)#%s*$",
    },
    { "priv", "^[%w_.%-]+#%s*$", "^[%w_.%-]+%(maint%-mode%)#%s*$" },
    { "exec", "^[%w_.%-]+>%s*$", "^[%w_.%-]+%(maint%-mode%)>%s*$" },
  },
  edges = {
    -- only with "feature privilege" (N)
    { "exec", "priv", run = "enable", ask = { "[Pp]assword: ?$", secret = "enable" } },
    { "priv", "exec", run = "disable" }, -- (K)
    { "priv", "config", run = "configure terminal" },
    { "config", "priv", run = "end" },
    { "priv", "tclsh", run = "tclsh" }, -- S
    { "tclsh", "priv", run = "tclquit" }, -- S
  },
  logout = "exit",

  prep = { "terminal width 511", "terminal length 0" },
  help = { ask = "?", take_back = "\21", modes = { "exec", "priv", "config" } },
  pager = {
    text = "--More--",
    pattern = "^%s*%-%-[Mm]ore%-%-%s*$",
    key = " ",
    stop = "q",
    erase = true,
  },

  read_only = { "sh[ow]", "dir", "terminal length", "terminal width", "where" },
  not_read_only = { ">", "|%s*[tv]%S*" }, -- into a file, tee, vsh
  harmful = {
    "rel", "wr", "del", "era", "form", "cl", "cop", "conf", "boot", "deb", "und",
    "test", "install", "rollback", "checkpoint", "rmdir", "mkdir", "move", "poweroff",
    "run",
  },
  sentinel = "comment",
  comment = "!",
  type_ahead = true, -- (K)
  break_key = "\3",

  questions = {
    {
      "reboot the system%..*%(y/n%)%?%s+%[n%] ?$",
      say = "y",
      danger = true,
      text = "This command will reboot the system. (y/n)?  [n] ",
    },
    {
      "[Oo]verwrite %(y/n%)%?[%[%]n ]*$",
      say = "y",
      danger = true,
      text = "Warning: There is already a file existing with this name. "
        .. "Do you want to overwrite (y/n)?[n] ",
    },
    {
      "[Dd]o you want to delete .*%? ?%(yes/no/abort%)%s+%[y%] ?$",
      say = "y",
      danger = true,
      text = 'Do you want to delete "/old.bin" ? (yes/no/abort)   [y] ',
    },
    { "%(y/n%)%?? *%[%l+%] ?$", text = "Do you want to continue (y/n)?  [n] " },
    { "%(y/n%)%?? ?:? ?$", text = "Erase the contents, are you sure (y/n)? " },
    { "[Pp]assword: ?$", text = "Password: " },
  },
  errors = { -- N S A
    { "^%% ?Invalid command", class = "syntax" },
    { "^%% ?Invalid parameter", class = "syntax" },
    { "^%% ?Invalid input", class = "syntax" },
    { "^%% ?Invalid number", class = "syntax" },
    { "^%% ?Incomplete", class = "incomplete" },
    { "^%% ?Ambiguous", class = "ambiguous" },
    { "^syntax error", class = "syntax" },
    { "^Syntax error", class = "syntax" },
    { "^%% ?Permission denied", class = "denied" },
    { "^%% ?Bad secrets", class = "denied" },
    { "^ERROR:", class = "rejected" },
    { "Duplicate sequence number", class = "rejected" },
  },
  log = { "^%d%d%d%d %a%a%a +%d+ %d%d:%d%d:%d%d.-%%[%u%d_]+%-%d%-" },

  config = {
    enter = "config",
    hostname = "hostname %s",
    show = "show running-config",
    startup = "show startup-config",
    save = { -- with a progress bar
      "copy running-config startup-config", mode = "priv",
      done = "[Cc]opy complete", timeout = 120,
    },
    snapshot = { "checkpoint %s", mode = "priv" }, -- (K)
    rollback = { -- (K)
      "rollback running-config checkpoint %s atomic", mode = "priv", timeout = 300,
    },
    checksum = { "show file %s md5sum", timeout = 300 }, -- N
  },
  files = {
    method = "scp", -- "feature scp-server"; SFTP is another feature
    disk = "bootflash:",
    free = { "dir %s", "(%d+) bytes free", text = " %d bytes free" },
  },
  push = {
    alone = {
      "^host", "^no host", "^switchname", "^do ", "^end$", "^copy", "^crypto key",
      "^reload", "^boot", "^install", "^rollback",
    },
    text = { { "^ *banner %a+ +(%S)" } },
  },
  volatile = {
    "^!Time:", "^!Running configuration last done at:", "^!No configuration",
    "^ *Kernel uptime is", "^ *Processor Board ID", "^ *Device name:",
  },
  scrub = {
    "^(snmp%-server community) %S+",
    "^(snmp%-server user %S+ %S+ auth %S+) %S+",
    "^(snmp%-server user .- priv.-) %S+( localizedkey)",
    "^(snmp%-server host %S+.- version %S+) %S+",
    "(password %d+) %S+",
    "^(radius%-server .-key %d?) ?%S+",
    "^(tacacs%-server .-key %d?) ?%S+",
    "^( *key%-string %d?) ?%S+",
    "^( +key %d) %S+",
  },
  secrets = {
    "snmp-server community SECRET group network-operator",
    "snmp-server user admin network-admin auth md5 SECRET priv SECRET localizedkey",
    "snmp-server host 192.0.2.9 traps version 2c SECRET",
    "username admin password 5 SECRET  role network-admin",
    'radius-server host 192.0.2.8 key 7 "SECRET" authentication',
    'tacacs-server key 7 "SECRET"',
    "    key-string 7 SECRET",
  },

  detect = {
    {
      "show version", "Cisco Nexus Operating System", 99,
      text = "Cisco Nexus Operating System (NX-OS) Software",
    },
  },
  parse = { ntc = "cisco_nxos" },

  samples = {
    exec = { "leaf-101>", "leaf-101(maint-mode)>" },
    priv = { "leaf-101#", "spine_1.lab# ", "leaf-101(maint-mode)#" },
    config = {
      "leaf-101(config)#",
      "leaf-101(config-if-range)#",
      "leaf-101(conf-tm-dest)#",
      "leaf-101(maint-mode)(config)#",
    },
    tclsh = { "leaf-101-tcl#", ">" },
    none = {
      "",
      "Password: ",
      "--More--",
      "% Invalid command at '^' marker.",
      "[########################################] 100%",
      "Do you want to continue (y/n)?  [n] ",
      "switchport trunk allowed vlan <1-3967>",
    },
  },
}
