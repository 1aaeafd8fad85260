--- Cisco ASA.
-- Sources: N netmiko, S scrapli, O oxidized; (K): to be proved.
-- @module moonwire.platform.cisco_asa
return require("moonwire.platform").define "cisco_asa" {
  status = "documents",
  title = "Cisco ASA",
  family = "ios-like",
  aliases = { "asa", "cisco_asa_ssh" },

  link = { newline = "\n", term = "vt100", width = 511, height = 1000 },
  -- only in configuration mode, and a part of the configuration: so it is not in
  -- `prep`, and what is echoed scrolls with a "$" at 80 columns
  width = "terminal width %d",
  paging = {
    off = { "terminal pager 0", mode = "priv" },
    on = { "terminal pager 24", mode = "priv" },
  },
  ssh = { identification = "Cisco-1.25", algorithms = "legacy-cisco" },
  -- "fw1/act/pri#" with failover, "fw1/inside#" in a context
  host = { pattern = "^([%w_.%-]+)[/%(>#]" },

  banner = "\n>>> fw1: authorised use only <<<\n",
  start = { "exec", "priv" },
  modes = {
    { "config", "^[%w_./%-]+%([%w%-]+%)#%s*$" },
    { "priv", "^[%w_./%-]+#%s*$" },
    { "exec", "^[%w_./%-]+>%s*$" },
  },
  edges = {
    { "exec", "priv", run = "enable", ask = { "[Pp]assword: ?$", secret = "enable" } },
    { "priv", "exec", run = "disable" },
    {
      "priv", "config", run = "configure terminal",
      ask = {
        "%[A%]sk later: ?$",
        say = "A",
        text = "Help to improve the ASA platform? [Y]es, [N]o, [A]sk later:",
      },
    },
    { "config", "priv", run = "end" },
  },
  logout = "exit",

  prep = { { "terminal pager 0", mode = "priv" } },
  help = { ask = "?", take_back = "\21" },
  pager = {
    text = "<--- More --->",
    pattern = "^%s*<%-%-%- More %-%-%->%s*$",
    key = " ",
    stop = "q",
    erase = true,
  },

  read_only = { "sh[ow]", "dir", "more", "terminal pager" },
  not_read_only = { "|%s*[rt]%S*%s" }, -- redirect, tee
  harmful = {
    "rel", "wr", "del", "era", "form", "cl", "cop", "conf", "boot", "deb", "und",
    "test", "failover", "rename", "mkdir", "rmdir", "upgrade", "session", "packet",
    "capture",
  },
  sentinel = "comment",
  comment = "!",
  break_key = "\3",

  questions = {
    {
      "[Pp]roceed with reload.*%[confirm%] ?$",
      say = "",
      danger = true,
      text = "Proceed with reload? [confirm] ",
    },
    {
      "[Ss]ave%? %[Y%]es/%[N%]o/.*: ?$",
      say = "N",
      text = "System config has been modified. Save? [Y]es/[N]o/[S]ave all/[C]ancel: ",
    },
    {
      "^Source filename .*%? ?$",
      say = "",
      text = "Source filename [running-config]? ",
    },
    { "^Destination filename .*%? ?$", text = "Destination filename [old.cfg]? " },
    { "^Delete filename .*%? ?$", say = "", text = "Delete filename [old.bin]? " },
    { "%[confirm%] ?$", danger = true, text = "Delete disk0:/old.bin? [confirm]" },
    { "%[yes/no%]:? ?$", text = "Do you really want to replace them? [yes/no]: " },
    { "[Pp]assword: ?$", text = "Password: " },
    { "^Username: ?$", text = "Username: " },
  },
  errors = {
    { "^ERROR: %% Invalid input", class = "syntax" },
    { "^ERROR: %% Incomplete command", class = "incomplete" },
    { "^ERROR: %% Ambiguous command", class = "ambiguous" },
    { "^%% Invalid input detected", class = "syntax" },
    { "^%% Incomplete command", class = "incomplete" },
    { "^%% Ambiguous command", class = "ambiguous" },
    { "^Command authorization failed", class = "denied" },
    { "^Invalid password", class = "denied" },
    { "^Command not valid on current execution space", class = "denied" },
    { "^ERROR:", class = "rejected" },
  },
  log = { "^%%ASA%-%d%-%d+:" },

  config = {
    enter = "config",
    hostname = "hostname %s",
    show = "show running-config",
    startup = "show startup-config",
    save = { "write memory", mode = "priv", done = "%[OK%]", timeout = 120 },
    checksum = { "verify /md5 %s", mode = "priv", timeout = 600 },
  },
  files = {
    alone = true, -- its server takes one channel to a connection
    method = "scp",
    disk = "disk0:",
    free = {
      "dir %s",
      "%((%d+) bytes free",
      text = "4118732800 bytes total (%d bytes free)",
    },
  },
  push = {
    alone = {
      "^host", "^no host", "^end$", "^crypto", "^changeto", "^mode", "^failover",
      "^reload", "^write", "^copy", "^no context",
    },
    text = { { "^ *certificate ", stop = "^ *quit" } },
  },
  volatile = {
    "^: Saved", "^: Written by", "^Cryptochecksum:", "^: Serial Number",
    "^ASA Version .* uptime",
  },
  scrub = {
    "^(enable password) %S+",
    "^(passwd) %S+",
    "^(username %S+ password) %S+",
    "^( *ikev[12] .-pre%-shared%-key) %S+",
    "^( *key) %S+",
    "^( *ldap%-login%-password) %S+",
    "^(snmp%-server host .- community) %S+",
    "^(snmp%-server community) %S+",
    "^(failover key) .+",
    "^( *ospf authentication%-key) .+",
    "^( *neighbor %S+ password) .+",
  },
  secrets = {
    "enable password SECRET encrypted",
    "passwd SECRET encrypted",
    "username admin password SECRET pbkdf2 privilege 15",
    " ikev1 pre-shared-key SECRET",
    " ikev2 remote-authentication pre-shared-key SECRET",
    " key SECRET",
    " ldap-login-password SECRET",
    "snmp-server host inside 192.0.2.9 community SECRET version 2c",
    "failover key SECRET",
  },

  detect = {
    banner = "SSH%-[12]%.%d+%-Cisco",
    {
      "show version", "Cisco Adaptive Security Appliance", 99,
      text = "Cisco Adaptive Security Appliance Software Version 9.16(4)",
    },
  },
  parse = { ntc = "cisco_asa" },

  samples = {
    exec = { "fw1>", "fw1/act/pri> " },
    priv = { "fw1#", "fw1/act/pri#", "fw-edge.lab/inside# " },
    config = {
      "fw1(config)#", "fw1/inside(config-if)#", "fw1/stby/sec(config-network)#",
    },
    none = {
      "",
      "<--- More --->",
      "ERROR: % Invalid input detected at '^' marker.",
      "Proceed with reload? [confirm] ",
      ": Saved",
      "Type help or '?' for a list of available commands.",
    },
  },
}
