--- Nokia SR OS, with its model-driven and its classic command line.
-- Which of them answers shows in the prompt: that of the model-driven one has two
-- lines.
-- Sources: N netmiko, S scrapli, O oxidized, A ansible; (K): to be proved.
-- @module moonwire.platform.nokia_sros
return require("moonwire.platform").define "nokia_sros" {
  status = "documents",
  title = "Nokia SR OS",
  family = "sros",
  aliases = { "alcatel_sros", "sros", "nokia_sros_classic" },

  link = { newline = "\n", term = "vt100", width = 512, height = 1000 },
  width = "environment console width %d", -- model-driven only
  paging = {
    off = { "environment more false", mode = "exec" },
    on = { "environment more true", mode = "exec" },
  },
  ssh = { exec = false }, -- (K)
  host = { pattern = { "@([%w_.%-]+)#", "^%*?[A-D]:([%w_.%- ]-)[>#$]" } },

  banner = "\nSR OS Software\n(c) Nokia; A: all rights reserved #\n",
  start = { "exec", "classic_exec" },
  modes = {
    {
      "config",
      { "^%*?[A-D]:[%w_.%-]+@[%w_.%-]+#%s*$", prev = "^[*!]*%([%w:]+%)%[" },
    },
    { "exec", { "^%*?[A-D]:[%w_.%-]+@[%w_.%-]+#%s*$", prev = "^[*!]*%[.*%]" } },
    {
      "classic_config",
      '^%*?[A-D]:[%w_.%- ]+>config[%w%->"]*[#$]%s*$',
      over = { "classic_exec" },
    },
    { "classic_exec", "^%*?[A-D]:[%w_.%- ]+[%w%->]*[#>]%s*$" },
  },
  edges = {
    { "exec", "config", run = "edit-config exclusive" }, -- N S
    {
      "config", "exec", run = "quit-config",
      ask = { -- (K)
        "[Dd]iscard uncommitted changes%? %[y,n%] ?$",
        say = "y",
        text = "INFO: CLI #2071: Uncommitted changes are present in the candidate "
          .. "configuration. Discard uncommitted changes? [y,n] ",
      },
    },
    { "classic_exec", "classic_config", run = "configure" },
    { "classic_config", "classic_exec", run = "exit all" },
  },
  logout = "logout",

  prep = { -- N
    { "environment more false", mode = "exec" },
    { "environment console width 512", mode = "exec" },
    { "environment command-completion space false", mode = "exec" },
    { "environment no more", mode = "classic_exec" },
  },
  help = { ask = "?", take_back = "\21" },
  pager = {
    text = "Press any key to continue (Q to quit)",
    pattern = "^%s*Press any key to continue %(Q to quit%)%s*$",
    key = " ",
    stop = "q",
    erase = true,
  },

  read_only = {
    "show", "info", "environment", "admin show configuration", "/show",
    "admin display-config", "file list", "file dir", "file show",
  },
  not_read_only = { ">", "|%s*[nt]ee" },
  harmful = {
    "admin-", "reboot", "rollback", "delete", "clear", "commit", "discard", "edit",
    "tools", "shutdown", "bof", "remove", "move", "copy", "format", "load", "candidate",
    "quit", "configure", "debug", "perform", "write",
  },
  sentinel = "comment",
  comment = "#", -- (K)
  break_key = "\3",

  questions = {
    {
      "want to reboot.*%(y/n%)%? ?$",
      say = "y",
      danger = true,
      text = "Are you sure you want to reboot the system (y/n)? ",
    },
    {
      "[Dd]iscard uncommitted changes%? %[y,n%] ?$",
      text = "Discard uncommitted changes? [y,n] ",
    },
    { "%[y,n%] ?$", text = "Are you sure you want to overwrite it? [y,n] " },
    { "%(y/n%)%? ?$", text = "The file exists. Overwrite (y/n)? " },
    { "[Pp]assword: ?$", text = "Password: " },
  },
  errors = { -- S A
    { "^Bad Command:", class = "syntax" },
    { "^MINOR: MGMT_CORE #220[12]", class = "syntax" }, -- (K): unknown element or value
    { "^MINOR: CLI #2051", class = "denied" }, -- (K)
    { "^MINOR: MGMT_CORE #2052", class = "locked" }, -- (K): exclusive by somebody else
    { "^MINOR:", class = "rejected" },
    { "^MAJOR:", class = "rejected" },
    { "^CRITICAL:", class = "rejected" },
    { "^Error:", class = "rejected" },
  },

  config = {
    enter = "config",
    deny = {
      { "^/?configure? ?delete router", name = "routing" },
      { "^delete router", name = "routing" }, { "^delete port ", name = "interfaces" },
    },
    hostname = "/configure system name %s", -- (K)
    modes = { "config", "classic_config" },
    candidate = "^%*?[A-D]:[%w_.%-]+@", -- the model-driven one
    show = { "admin show configuration", mode = "exec", timeout = 60 },
    diff = { "compare", mode = "config" },
    check = { "validate", mode = "config", timeout = 120 }, -- (K)
    commit = { "commit", mode = "config", timeout = 180 },
    comment = ' comment "%s"', -- (K)
    confirmed = { -- (K)
      "commit confirmed %d", mode = "config", unit = "minutes", timeout = 180,
    },
    confirm = { "commit confirmed accept", mode = "config" }, -- (K)
    discard = { "discard", mode = "config" },
    save = { "/admin save", timeout = 60 }, -- N
  },
  push = {
    alone = {
      "^commit", "^discard", "^quit", "^exit", "^admin", "^/", "^system name",
      "^configure",
    },
  },
  volatile = { "^# Finished", "^# Generated", "^System Up Time" },
  scrub = {
    '(password) %S+',
    '(community) %S+',
    "(secret) %S+",
    "(authentication%-key) %S+",
    "(message%-digest%-key) %S+",
    "(hash2?%-key) %S+",
    '( key) "[^"]*"',
  },
  secrets = {
    '                password "SECRET"',
    '                community "SECRET" hash2',
    '            authentication-key "SECRET" hash2',
    '            server 1 address 192.0.2.8 secret "SECRET" hash2',
    '        authentication-key SECRET',
  },

  detect = {
    {
      "show version",
      "^TiMOS%-",
      99,
      text = "TiMOS-B-22.10.R1 both/x86_64 Nokia 7750 SR",
    },
  },
  parse = { ntc = "alcatel_sros" },

  samples = {
    exec = {
      "[/]\nA:admin@pe1# ", "*[/]\nA:admin@pe1#", "![/show router]\nB:ops@pe1.lab# ",
    },
    config = {
      "(ex)[/]\nA:admin@pe1# ",
      "*(ex)[/configure router \"Base\"]\nA:admin@pe1# ",
      "!*(pr)[/configure]\nA:admin@pe1#",
    },
    classic_exec = { "A:pe2# ", "*A:pe2#", "*B:pe 2.lab>show>router# " },
    classic_config = {
      "A:pe2>config# ", "*A:pe2>config>router$ ", "*A:pe2>config>port# ",
    },
    none = {
      "",
      "[/]",
      "(ex)[/]",
      "Press any key to continue (Q to quit)",
      "MINOR: MGMT_CORE #2201: Unknown element - 'shwo'",
      "Discard uncommitted changes? [y,n] ",
      "# TiMOS-B-22.10.R1",
    },
  },
}
