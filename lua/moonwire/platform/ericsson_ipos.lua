--- Ericsson IPOS, on SSR and Router 6000.
-- To leave configuration by "end" would commit what is there.
-- Sources: N netmiko, O oxidized; (K): to be proved.
-- @module moonwire.platform.ericsson_ipos
return require("moonwire.platform").define "ericsson_ipos" {
  status = "documents",
  title = "Ericsson IPOS",
  family = "redback",
  aliases = { "ipos", "ericsson_ssr" },

  link = { newline = "\n", term = "vt100", width = 512, height = 1000 },
  width = "terminal width %d",
  paging = { off = "terminal length 0", on = "terminal length 24" },
  ssh = { exec = false }, -- (K)
  -- "[local]router1#": the context stands before the host
  host = { pattern = "^%[[%w_.%-]+%]([%w_.%-]+)" },

  banner = "\n[local] access only #1 > 2\n",
  start = { "exec", "priv" },
  modes = {
    { "config", "^%[[%w_.%-]+%][%w_.%-]+%([%w%-]+%)#%s*$" },
    { "priv", "^%[[%w_.%-]+%][%w_.%-]+#%s*$" },
    { "exec", "^%[[%w_.%-]+%][%w_.%-]+>%s*$" },
  },
  edges = {
    {
      "exec", "priv", run = "enable 15", -- N
      ask = { "[Pp]assword: ?$", secret = "enable" },
    },
    { "priv", "exec", run = "disable" },
    { "priv", "config", run = "configure" },
    { "config", "priv", run = "abort" }, -- (K): gives up what is not committed
  },
  logout = {
    "exit",
    ask = { -- O
      "save.*configuration.*%?.*[:%]] ?$",
      say = "n",
      text = "Do you want to save the configuration? [y/n]:",
    },
  },

  prep = { "terminal width 512", "terminal length 0" },
  help = { ask = "?", take_back = "\21" }, -- (K)
  pager = {
    text = "---(more)---",
    pattern = "^%-%-%-%(more[ %d%%]*%)%-%-%-%s*$",
    key = " ",
    stop = "q",
    erase = true,
  },

  read_only = { "sh[ow]", "terminal length", "terminal width" },
  not_read_only = { "|%s*save" },
  harmful = {
    "rel", "del", "cop", "conf", "clear", "boot", "debug", "reset", "reboot", "format",
    "rename", "mkdir", "rmdir", "no", "commit", "save", "end", "process", "release",
    "upgrade", "abort",
  },
  sentinel = "comment",
  comment = "!", -- (K)
  break_key = "\3",

  questions = { -- (K)
    {
      "[Pp]roceed with reload%? ?[%[(][yY]/[nN][%])]:? ?$",
      say = "y",
      danger = true,
      text = "Proceed with reload? (y/n) ",
    },
    { "[%[(]yes/no[%])]:? ?$", text = "Overwrite the file? [yes/no]:" },
    { "[%[(][yY]/[nN][%])]:? ?$", text = "Are you sure? (y/n) " },
    { "[Pp]assword: ?$", text = "Password: " },
  },
  errors = {
    { "^%% ?Invalid input", class = "syntax" },
    { "^%% ?Incomplete command", class = "incomplete" },
    { "^%% ?Ambiguous command", class = "ambiguous" },
    { "^%% ?Permission denied", class = "denied" }, -- (K)
    { "^%% ?Bad password", class = "denied" }, -- (K)
    { "[Cc]onfiguration.* locked", class = "locked" }, -- (K)
    { "^%% ?Commit failed", class = "rejected" }, -- (K)
    { "^Error:", class = "rejected" }, -- (K)
  },

  config = {
    enter = "config",
    hostname = "system hostname %s", -- (K)
    candidate = true,
    show = { "show configuration", timeout = 60 },
    check = { "commit check", mode = "config", timeout = 120 }, -- N
    commit = {
      "commit", mode = "config", timeout = 120, done = "Transaction committed",
    },
    comment = ' comment "%s"', -- N
    confirmed = { -- N; in minutes (K)
      "commit confirmed %d", mode = "config", unit = "minutes", timeout = 120,
      done = "Commit confirmed *, *it will be rolled back within",
    },
    confirm = {
      "commit", mode = "config", timeout = 120, done = "Transaction committed",
    },
    discard = { "abort", mode = "config" }, -- (K)
    save = {
      "save config", mode = "priv", timeout = 60,
      ask = {
        "[%[(]yes/no[%])]:? ?$",
        say = "yes",
        text = "Save to file: ssr.cfg, target file exists, overwrite? [yes/no]:",
      },
    },
  },
  push = {
    alone = { "hostname", "^commit", "^end$", "^abort", "^do ", "^reload", "^save" },
    text = { { "^ *banner %a+ +(%S)" } },
  },
  volatile = { "^! Configuration last changed", "^Building configuration" },
  scrub = {
    "(password) %S+",
    "(encrypted %d) %S+",
    "(community) %S+",
    "( key) %S+",
    "(secret) %S+",
    "(key%-string) .+",
  },
  secrets = {
    " administrator admin encrypted 1 SECRET",
    " snmp community SECRET all-contexts",
    "  key-string encrypted SECRET",
    " tacacs+ server 192.0.2.7 key SECRET",
    "enable encrypted 1 SECRET",
  },

  detect = {
    {
      "show version", "Ericsson IPOS Version", 99,
      text = "Ericsson IPOS Version IPOS-16.1.122",
    },
  },
  parse = { ntc = "ericsson_ipos" },

  samples = {
    exec = { "[local]ssr1>", "[mgmt]ssr-2.lab> " },
    priv = { "[local]ssr1#", "[vpn_a]ssr1# " },
    config = {
      "[local]ssr1(config)#", "[local]ssr1(config-ctx)# ", "[mgmt]ssr1(config-if)#",
    },
    none = {
      "",
      "---(more)---",
      "Transaction committed.",
      "% Invalid input at '^' marker",
      "Overwrite the file? [yes/no]:",
      "[local]",
    },
  },
}
