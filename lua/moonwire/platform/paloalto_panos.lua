--- Palo Alto Networks PAN-OS.
-- Logging in goes by keyboard-interactive only, where its banner may want to be agreed
-- to.
-- Sources: N netmiko, S scrapli, O oxidized; (K): to be proved.
-- @module moonwire.platform.paloalto_panos
return require("moonwire.platform").define "paloalto_panos" {
  status = "documents",
  title = "Palo Alto Networks PAN-OS",
  family = "panos",
  aliases = { "panos", "paloalto" },

  link = { newline = "\n", term = "vt100", width = 500, height = 1000 },
  width = "set cli terminal width %d", -- N
  paging = { off = "set cli pager off", on = "set cli pager on" },
  ssh = {
    methods = { "keyboard-interactive", "publickey" }, -- N
    ask = {
      {
        "[Dd]o you accept and acknowledge",
        say = "yes",
        text = "Do you accept and acknowledge the statement above ? (yes/no) : ",
      },
    },
    exec = false, -- (K)
  },
  host = { pattern = "@([%w_.%-]+)" },

  banner = "\nNumber of failed attempts since last successful login: 0 #\n",
  start = { "exec" },
  modes = {
    { "config", "^[%w_.%-]+@[%w_.%-()]+#%s*$" },
    { "exec", "^[%w_.%-]+@[%w_.%-()]+>%s*$" },
  },
  edges = {
    { "exec", "config", run = "configure" },
    { "config", "exec", run = "exit" }, -- and the candidate stays
  },
  logout = "exit",

  prep = { -- N
    "set cli scripting-mode on", "set cli terminal width 500", "set cli pager off",
  },
  help = { ask = "?", take_back = "\21" }, -- (K)
  pager = {
    text = "lines 1-24 ",
    pattern = "^lines %d+%-%d+[%s%d/%%]*$",
    key = " ",
    stop = "q",
    erase = true,
  },

  read_only = { "show", "run show", "set cli", "less mp-log" },
  harmful = {
    "request", "delete", "commit", "configure", "load", "save", "clear", "debug",
    "restart", "scp", "tftp", "import", "export", "revert", "rename", "move", "copy",
  },
  sentinel = "double_prompt", -- no comment character is known
  break_key = "\3",

  questions = {
    {
      "want to restart%? ?%(y or n%) ?$",
      say = "y",
      danger = true,
      text = "This ends the current session. Do you want to restart? (y or n) ",
    },
    { "%(y or n%)%s*$", text = "Do you want to continue? (y or n) " },
    { "%(yes/no%) ?:? ?$", text = "Do you accept? (yes/no) : " },
    { "%[[yY]es/[nN]o%].*%? ?$", text = "Would you like to proceed [yes/no]? " },
    { "[Pp]assword *: ?$", text = "Enter old password : " },
  },
  errors = { -- N S
    { "^Unknown command:", class = "syntax" },
    { "^Invalid syntax%.", class = "syntax" },
    { "^Server error *:.*not authorized", class = "denied" }, -- (K)
    { "^Server error *:.*[Cc]onfig.* locked", class = "locked" }, -- (K)
    { "^Server error", class = "rejected" },
    { "^Validation Error:", class = "rejected" },
    { "^[Cc]ommit failed", class = "rejected" },
  },

  config = {
    enter = "config",
    hostname = "set deviceconfig system hostname %s",
    candidate = true,
    show = { "show config running", mode = "exec", timeout = 120 },
    diff = { "show config diff", mode = "exec", timeout = 60 }, -- (K)
    check = {
      "validate full", mode = "config", timeout = 600,
      done = "[Cc]onfiguration is valid", -- (K)
    },
    commit = { -- N: shows how far it is, up to 100%
      "commit", mode = "config", timeout = 600,
      done = "[Cc]onfiguration committed successfully",
    },
    comment = ' description "%s"',
    discard = { "revert config", mode = "config" }, -- (K)
    rollback = { "load config version %s", mode = "config" }, -- (K)
  },
  push = {
    alone = {
      "^commit", "^exit", "^quit", "^top", "^up", "^edit", "^load", "^save", "^run ",
      "^revert",
    },
  },
  volatile = { "^uptime:", "^time:", "%-version:", "^%w+%-release%-date:" },
  scrub = {
    "(phash) %S+",
    "(pre%-shared%-key key) %S+",
    "(password) %S+",
    "(secret) %S+",
    "(snmp%-community%-string) %S+",
    "(private%-key) %S+",
    "(<phash>)[^<]*(</phash>)",
    "(<password>)[^<]*(</password>)",
    "( key) %S+",
  },
  secrets = {
    "      phash SECRET;",
    "set mgt-config users admin phash SECRET",
    "set deviceconfig system snmp-setting snmp-community-string SECRET",
    "            <phash>SECRET</phash>",
    "set network ike gateway gw1 authentication pre-shared-key key SECRET",
    "set shared server-profile radius r1 server s1 secret SECRET",
  },

  detect = {
    { "show system info", "^model: +PA", 99, text = "model: PA-440" },
  },
  parse = { ntc = "paloalto_panos" },

  samples = {
    exec = { "admin@pa-440>", "admin@PA-VM(active)> ", "ops@fw.lab(passive)>" },
    config = { "[edit]\nadmin@pa-440# ", "admin@PA-VM(active)#" },
    none = {
      "",
      "[edit]",
      "lines 1-24 ",
      "Do you accept and acknowledge the statement above ? (yes/no) : ",
      "Configuration committed successfully",
      "Commit job 7 is in progress. Use Ctrl+C to return to command prompt",
      "...55%70%98%100%",
    },
  },
}
