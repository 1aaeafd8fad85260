--- Nokia SR Linux.
-- Its prompt has two lines: without the upper one it could be that of a Unix shell.
-- Sources: N netmiko, S scrapli; (K): to be proved.
-- @module moonwire.platform.nokia_srl
return require("moonwire.platform").define "nokia_srl" {
  status = "documents",
  title = "Nokia SR Linux",
  family = "srlinux",
  aliases = { "srlinux", "nokia_srlinux", "srl" },

  link = { newline = "\n", term = "vt100", width = 511, height = 1000 },
  ssh = { exec = true }, -- (K)
  host = { pattern = { "^[A-D]:[^@%s]*@([%w_.%-]+)#", "^[A-D]:([%w_.%-]+)#" } },

  banner = "................................\n:  Welcome to SR Linux! #1    :\n",
  start = { "exec", "bash" },
  modes = {
    {
      "config",
      { "^[A-D]:%S+# ?$", prev = "^%-%-{.*candidate.*}%-%-%[" },
      over = { "bash" },
    },
    {
      "exec",
      { "^[A-D]:%S+# ?$", prev = "^%-%-{.*running.*}%-%-%[" },
      over = { "bash" },
    },
    { "bash", { "^%S*[#$] ?$", no = "^%S*#.*#" } },
  },
  edges = {
    { "exec", "config", run = "enter candidate private" }, -- N S
    { "config", "exec", run = "discard now" }, -- S: and what was committed stays
    { "exec", "bash", run = "bash" },
    { "bash", "exec", run = "exit" },
  },
  logout = "quit",

  -- N S: without these a toolbar is painted below the prompt, and blanks complete words
  prep = {
    { "environment cli-engine type basic", mode = "exec" },
    { "environment complete-on-space false", mode = "exec" },
  },
  help = { ask = "?", take_back = "\21", modes = { "exec", "config" } }, -- (K)
  pager = {
    text = "--{ Press q to quit, space for more }--", -- (K)
    pattern = "^%-%-{ Press q to quit",
    key = " ",
    stop = "q",
    erase = true,
  },

  read_only = { "show", "info", "diff", "environment", "pwc", "file cat" },
  not_read_only = { ">", "|%s*tee" },
  harmful = {
    "tools", "commit", "discard", "delete", "set", "save", "load", "enter", "bash",
    "reboot", "quit", "baseline", "clear", "insert", "rename", "copy",
  },
  sentinel = "double_prompt", -- (K): whether the basic engine passes over "#"
  break_key = "\3",

  questions = {
    { "%(y/n%)%? ?$", text = "Are you sure you want to reboot (y/n)? " },
    { "%[[yY]/[nN]%]:? ?$", text = "Do you want to discard all changes? [y/N]: " },
    { "[Pp]assword: ?$", text = "Password: " },
  },
  errors = {
    { "^Error: Path", class = "syntax" },
    { "^Parsing error:", class = "syntax" }, -- (K)
    { "^Error: .*[Aa]uthorization", class = "denied" }, -- (K)
    { "^Error: .*locked", class = "locked" }, -- (K)
    { "^Error:", class = "rejected" },
  },

  config = {
    enter = "config",
    hostname = "set / system name host-name %s", -- (K)
    candidate = true,
    own_candidate = true, -- "private"
    show = { "info from running", timeout = 60 }, -- (K)
    diff = { "diff", mode = "config" }, -- (K)
    check = { "commit validate", mode = "config", timeout = 120 }, -- (K)
    commit = { -- N
      "commit stay", mode = "config", timeout = 180,
      done = "All changes have been committed",
    },
    comment = ' comment "%s"', -- (K)
    confirmed = { -- (K)
      "commit confirmed timeout %d", mode = "config", unit = "seconds", timeout = 180,
    },
    confirm = { "tools system configuration confirmed-accept", timeout = 60 }, -- (K)
    discard = { "discard stay", mode = "config" }, -- N
    save = { "save startup", timeout = 60 },
  },
  push = {
    alone = {
      "^commit", "^discard", "^enter", "^exit", "^quit", "^save", "^load", "^bash",
      "^tools", "^/",
    },
  },
  volatile = { "last%-change", "last%-booted" },
  scrub = {
    "(password) %S+",
    "(community) %S+",
    "(secret%-key) %S+",
    "(authentication%-key) %S+",
    "( key) %S+",
  },
  secrets = {
    "            password $aes1$SECRET",
    "set / system aaa authentication admin-user password SECRET",
    "                secret-key $aes1$SECRET",
    "                community SECRET",
  },

  detect = {
    { "show version", "SRLinux", 99, text = "Software Version  : v23.10.1 (SRLinux)" },
    {
      "show version",
      "^Chassis Type *: 7%d%d%d IXR",
      90,
      text = "Chassis Type : 7220 IXR-D2",
    },
  },
  parse = { ntc = "nokia_srl" },

  samples = {
    exec = {
      "--{ running }--[  ]--\nA:leaf1# ",
      "--{ + running }--[  ]--\nA:leaf1#",
      "--{ running }--[ interface ethernet-1/1 ]--\nA:admin@leaf1# ",
    },
    config = {
      "--{ candidate shared default }--[  ]--\nA:leaf1# ",
      "--{ * candidate private private-admin }--[  ]--\nA:leaf1# ",
      "--{ +! candidate exclusive }--[ system ]--\nB:leaf1.lab# ",
    },
    bash = { "[admin@leaf1~]$ ", "root@leaf1:~# ", "$ " },
    none = {
      "",
      "--{ running }--[  ]--",
      "--{ * candidate shared default }--[  ]--",
      "Error: Path '.shwo' does not exist",
      "All changes have been committed. Leaving candidate mode.",
      "Are you sure you want to reboot (y/n)? ",
      "--{ Press q to quit, space for more }--",
    },
  },
}
