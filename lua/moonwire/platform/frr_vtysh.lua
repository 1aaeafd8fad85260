--- FRRouting, by vtysh; a login may lead to it or to the shell around it.
-- Proved against FRRouting 8.4.4 of Debian 12 (spec/real/frr_spec.lua), with vtysh and
-- with bash as the login's shell, but for what is marked (K).
-- @module moonwire.platform.frr_vtysh
return require("moonwire.platform").define "frr_vtysh" {
  status = "proved",
  title = "FRRouting (vtysh)",
  family = "ios-like",
  aliases = { "frr", "vtysh", "cumulus_vtysh" },

  link = { newline = "\n", term = "vt100", width = 511, height = 1000 },
  -- a length other than 0 is long since ignored, with a complaint
  paging = { off = "terminal length 0", on = "terminal paginate" },
  ssh = { exec = true }, -- where vtysh is the login's shell
  host = { pattern = { "@([%w_.%-]+)", "^([%w_.%-]+)[%(>#]" } },

  banner = "\nHello, this is FRRouting (version 8.4.4).\n#1 of the lab >\n",
  -- where VTYSH_PAGER is set, even the banner goes through a pager
  login = { { "^%(END%)$", key = "q", text = "(END)" } },
  start = { "priv", "exec", "linux" },
  modes = {
    { "config", "^[%w_.%-]+%(config[%w%-]*%)#%s*$" },
    { "linux", "^%S+@%S+:%S+[$#]%s*$" },
    { "priv", "^[%w_.%-]+#%s*$" },
    { "exec", "^[%w_.%-]+>%s*$" },
  },
  edges = {
    { "linux", "priv", run = "VTYSH_PAGER=cat vtysh", alone = true },
    { "priv", "linux", run = "exit", alone = true },
    -- vtysh itself never asks; the daemons' own terminals do (K)
    {
      "exec", "priv", run = "enable", alone = true,
      ask = { "[Pp]assword: ?$", secret = "enable" },
    },
    { "priv", "exec", run = "disable", alone = true },
    { "priv", "config", run = "configure terminal", alone = true },
    { "config", "priv", run = "end", alone = true },
  },
  logout = "exit",

  prep = { { "terminal length 0", mode = "priv" } },
  help = { ask = "?", take_back = "\21", modes = { "exec", "priv", "config" } },
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
  type_ahead = true,
  break_key = "\3",

  questions = {
    { "[Pp]assword: ?$", text = "Password: " },
    { "%([yY]/[nN]%)[:?]? ?$", text = "Proceed (y/n)? " },
    { "%[[yY]/[nN]%]:? ?$", text = "Overwrite it? [y/N] " },
  },
  errors = { -- the texts of its daemons; what merely found nothing is none
    { "^%% ?Unknown ", class = "syntax" },
    { "^%% ?Command incomplete", class = "incomplete" },
    { "^%% ?Ambiguous command", class = "ambiguous" },
    { "^%% ?There is no matched command", class = "syntax" },
    { "^%% ?Malformed", class = "syntax" },
    { "^%% ?Invalid", class = "syntax" },
    { "^%% ?Unbalanced", class = "syntax" },
    { "Permission denied", class = "denied" },
    { "^%% ?Bad password", class = "denied" },
    { "VTY configuration is locked", class = "locked" }, -- (K)
    { "^ERROR:", class = "rejected" },
    { "^%%%%? ?Failed", class = "rejected" },
    { "^%% ?Configuration failed", class = "rejected" },
    { "^%% ?[Cc]an't", class = "rejected" },
    { "^%% ?Cannot", class = "rejected" },
    { "^%% ?Could not", class = "rejected" },
    { "^%% ?Unable to", class = "rejected" },
    { "^%% ?[Ee]rror", class = "rejected" },
    { "^%% ?Configure ", class = "rejected" },
    { "^%% ?Create ", class = "rejected" },
    { "^%% ?Specify ", class = "rejected" },
    { "^%% ?Must ", class = "rejected" },
    { "^%% ?You ", class = "rejected" },
    { "^%% ?Please unconfigure", class = "rejected" },
    { "^%% ?Please specify", class = "rejected" },
    { "^%% ?Refusing", class = "rejected" },
    { "^%% ?Too many", class = "rejected" },
    { "^%% ?Value ", class = "rejected" },
    { "^%% ?No such ", class = "rejected" },
    { "^%% ?Peer%-group does not exist", class = "rejected" },
    { "^%% ?BGP is already running", class = "rejected" },
    { "command not found$", class = "syntax" },
  },

  config = {
    enter = "config",
    hostname = "hostname %s",
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
