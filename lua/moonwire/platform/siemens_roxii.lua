--- Siemens RUGGEDCOM ROX II: the command line of ConfD.
-- Sources: S scrapli; (K): to be proved.
-- @module moonwire.platform.siemens_roxii
return require("moonwire.platform").define "siemens_roxii" {
  status = "documents",
  title = "Siemens RUGGEDCOM ROX II",
  family = "confd",
  aliases = { "roxii", "ruggedcom_roxii", "rox" },

  link = { newline = "\n", term = "vt100", width = 511, height = 1000 },
  paging = { off = "paginate false", on = "paginate true" }, -- (K): as ConfD has it
  ssh = { exec = false }, -- (K)
  host = { pattern = "^([%w_%-]+)[%(#]" },

  banner = "\nWelcome to the ROX CLI, admin connected from 192.0.2.1 #ssh\n",
  start = { "priv" },
  modes = {
    { "config", "^[%w_%-]+%(conf[%w_.%-@/:+]*%)#%s*$" },
    { "priv", "^[%w_%-]+#%s*$" },
  },
  edges = {
    { "priv", "config", run = "config" },
    {
      "config", "priv", run = "top; exit", -- S
      ask = { -- (K): as ConfD asks
        "Uncommitted changes found.*%? ?%[yes/no/CANCEL%] ?$",
        say = "no",
        text = "Uncommitted changes found, commit them? [yes/no/CANCEL] ",
      },
    },
  },
  logout = "exit",

  prep = { "paginate false" },
  help = { ask = "?", take_back = "\21" }, -- (K): as ConfD has it
  pager = {
    text = "--More--",
    pattern = "^%s*%-%-[Mm]ore%-%-%s*$",
    key = " ",
    stop = "q",
    erase = true,
  },

  read_only = { "show", "paginate" },
  not_read_only = { "|%s*save" },
  harmful = {
    "admin", "commit", "config", "reboot", "shutdown", "delete", "load", "restore",
    "reset", "rollback", "revert", "abort", "no", "maint", "wizard", "clear", "file",
    "services", "launch",
  },
  sentinel = "comment",
  comment = "!", -- (K): as ConfD has it
  break_key = "\3",

  questions = {
    {
      "Uncommitted changes found.*%? ?%[yes/no/CANCEL%] ?$",
      text = "Uncommitted changes found, commit them? [yes/no/CANCEL] ",
    },
    {
      "[Aa]re you sure.*%? ?%[no,yes%] ?$",
      text = "This reboots the device. Are you sure? [no,yes] ",
    },
    { "%[no,yes%] ?$", text = "Proceed? [no,yes] " },
    { "%[yes/no%] ?$", text = "Overwrite it? [yes/no] " },
    { "[Pp]assword: ?$", text = "Password: " },
  },
  errors = {
    { "^syntax error:", class = "syntax" }, -- S
    { "^%-+%^", class = "syntax" }, -- (K): where in the line
    { "^Aborted: permission denied", class = "denied" }, -- (K)
    { "the configuration database is locked", class = "locked" }, -- (K)
    { "^Error:", class = "rejected" }, -- (K)
    { "^Aborted:", class = "rejected" }, -- (K)
  },

  config = { -- (K) throughout: as ConfD has it
    enter = "config",
    candidate = true,
    show = { "show running-config", mode = "priv", timeout = 60 },
    diff = { "show configuration diff", mode = "config" },
    check = { "validate", mode = "config", timeout = 60 },
    commit = { "commit", mode = "config", timeout = 120, done = "Commit complete" },
    comment = ' comment "%s"',
    confirmed = {
      "commit confirmed %d", mode = "config", unit = "minutes", timeout = 120,
    },
    confirm = { "commit", mode = "config", timeout = 120 },
    discard = { "revert no-confirm", mode = "config" },
    rollback = { "rollback configuration %d", mode = "config" },
  },
  push = {
    alone = {
      "^commit", "^end", "^exit", "^abort", "^revert", "^rollback", "^top", "^do ",
      "^load",
    },
  },
  scrub = {
    "(password) %S+",
    "(secret) %S+",
    "(community) %S+",
    "( key) %S+",
    "(passphrase) %S+",
    "(private%-key) %S+",
  },
  secrets = {
    " userid admin password $1$SECRET",
    "   community SECRET",
    "  radius primary address 192.0.2.8 password SECRET",
    "  pre-shared secret SECRET",
  },

  detect = {
    { "show chassis", "ROX", 90, text = "  rox-version \"ROX 2.15.1\"" }, -- (K)
  },

  samples = {
    priv = { "ruggedcom#", "sub-station_7# " },
    config = {
      "ruggedcom(config)#", "ruggedcom(config-admin)# ", "sub-7(config-eth-1)#",
    },
    none = {
      "",
      "--More--",
      "syntax error: unknown command",
      "--------------^",
      "Uncommitted changes found, commit them? [yes/no/CANCEL] ",
      "Commit complete.",
    },
  },
}
