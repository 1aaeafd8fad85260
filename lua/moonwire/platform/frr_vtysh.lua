--- FRRouting, by vtysh; a login may lead to it or to the shell around it.
-- Sources: S scrapli, N netmiko; (K): to be proved.
-- @module moonwire.platform.frr_vtysh
return require("moonwire.platform").define "frr_vtysh" {
  status = "documents",
  title = "FRRouting (vtysh)",
  family = "ios-like",
  aliases = { "frr", "vtysh", "cumulus_vtysh" },

  link = { newline = "\n", term = "vt100", width = 511, height = 1000 },
  paging = { off = "terminal length 0", on = "terminal length 24" },
  ssh = { exec = true }, -- (K): vtysh -c "…"
  host = { pattern = { "@([%w_.%-]+)", "^([%w_.%-]+)[%(>#]" } },

  banner = "\nHello, this is FRRouting (version 8.4.4).\n#1 of the lab >\n",
  start = { "priv", "exec", "linux" },
  modes = {
    { "config", "^[%w_.%-]+%(config[%w%-]*%)#%s*$" },
    { "linux", "^%S+@%S+:%S+[$#]%s*$" },
    { "priv", "^[%w_.%-]+#%s*$" },
    { "exec", "^[%w_.%-]+>%s*$" },
  },
  edges = {
    { "linux", "priv", run = "vtysh" },
    { "priv", "linux", run = "exit" },
    { "exec", "priv", run = "enable", ask = { "[Pp]assword: ?$", secret = "enable" } },
    { "priv", "exec", run = "disable" },
    { "priv", "config", run = "configure terminal" },
    { "config", "priv", run = "end" },
  },
  logout = "exit",

  prep = { { "terminal length 0", mode = "priv" } }, -- (K)
  pager = { -- the pager of the shell
    text = "--More--",
    pattern = "^%s*%-%-More%-%-[%(%)%d%%]*%s*$",
    key = " ",
    stop = "q",
    erase = true,
  },

  read_only = { "sh[ow]", "do sh[ow]", "terminal length" },
  not_read_only = { "[>`;$]", "|" },
  harmful = {
    "wr", "cop", "conf", "clear", "debug", "no", "exit", "quit", "test", "reload",
    "delete", "commit", "rollback", "reset", "start-shell", "ssh", "telnet", "restart",
  },
  sentinel = "comment",
  comment = "!",
  type_ahead = true, -- (K)
  break_key = "\3",

  questions = {
    { "[Pp]assword: ?$", text = "Password: " },
    { "%([yY]/[nN]%)[:?]? ?$", text = "Proceed (y/n)? " },
    { "%[[yY]/[nN]%]:? ?$", text = "Overwrite it? [y/N] " },
  },
  errors = { -- S
    { "^%% ?Unknown command", class = "syntax" },
    { "^%% ?Command incomplete", class = "syntax" },
    { "^%% ?Ambiguous command", class = "syntax" },
    { "^%% ?There is no matched command", class = "syntax" },
    { "^%% ?Malformed", class = "syntax" },
    { "Permission denied", class = "denied" },
    { "^%% ?Bad password", class = "denied" },
    { "VTY configuration is locked", class = "locked" }, -- (K)
    { "^ERROR:", class = "rejected" },
    { "^%% ?Configuration failed", class = "rejected" },
    { "^%% ?[Cc]an't", class = "rejected" },
    { "^%% ?[Ee]rror", class = "rejected" },
    { "command not found$", class = "syntax" },
  },

  config = {
    enter = "config",
    show = { "show running-config", mode = "priv" },
    startup = { "show startup-config", mode = "priv" },
    save = { "write memory", mode = "priv", timeout = 60 },
  },
  push = { alone = { "^host", "^no host", "^end$", "^do ", "^write", "^copy" } },
  volatile = { "^Building configuration", "^Current configuration:" },
  scrub = {
    "^(password) .+",
    "^(enable password) .+",
    "^( +neighbor %S+ password) .+",
    "^( *ip ospf message%-digest%-key %d+ md5) .+",
    "^( *ip ospf authentication%-key) .+",
    "^( *key%-string) .+",
    "(snmp%-server community) %S+",
  },
  secrets = {
    "password SECRET",
    "enable password SECRET",
    " neighbor 192.0.2.1 password SECRET",
    " ip ospf message-digest-key 1 md5 SECRET",
    "  key-string SECRET",
  },

  detect = {
    {
      "show version",
      "^FRRouting ",
      99,
      text = "FRRouting 8.4.4 (r1) on Linux(6.1.0).",
    },
  },

  samples = {
    exec = { "frr1>" },
    priv = { "frr1#", "edge-1.lab# " },
    config = { "frr1(config)#", "frr1(config-router)# ", "frr1(config-route-map)#" },
    linux = { "admin@frr1:~$ ", "root@frr1:/etc/frr# ", "cumulus@leaf01:mgmt:~$ " },
    none = {
      "",
      "--More--",
      "% Unknown command: shwo",
      "Building Configuration...",
      "[OK]",
      "Hello, this is FRRouting (version 8.4.4).",
      "Password: ",
    },
  },
}
