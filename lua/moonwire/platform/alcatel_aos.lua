--- Alcatel-Lucent OmniSwitch with AOS 6 to 8.
-- Its prompt is set by the administrator; "->" is what it is delivered with.
-- Sources: N netmiko, S scrapli, O oxidized; (K): to be proved.
-- @module moonwire.platform.alcatel_aos
return require("moonwire.platform").define "alcatel_aos" {
  status = "documents",
  title = "Alcatel-Lucent OmniSwitch AOS",
  family = "aos",
  aliases = { "aos", "omniswitch" },

  link = { newline = "\n", term = "vt100", width = 511, height = 1000 },
  ssh = { exec = true }, -- (K)
  host = { pattern = "^([%w_.%-@/:]+) ?[>#]" },

  banner = "\nWelcome to the Alcatel-Lucent OmniSwitch -> lab 1\n",
  start = { "exec" },
  modes = { { "exec", "^[%w_.%-@/:]+ ?[>#]%s*$", "^%-> ?$" } },
  edges = {},
  logout = "exit",

  prep = {}, -- AOS 6 has "no more" (K); where the pager stops, pages are turned
  help = { ask = "?", take_back = "\21", rows = "words" }, -- (K)
  pager = { -- (K)
    text = "  More? [next screen <sp>, next line <cr>, filter pattern </>, quit </q>]",
    pattern = "^%s*More%? %[next screen",
    key = " ",
    stop = "q",
    erase = true,
  },

  read_only = { "show", "ls", "cat", "who", "whoami" },
  not_read_only = { "[;&<>`$|]" },
  harmful = {
    "reload", "write", "copy", "rm", "mv", "cp", "delete", "clear", "reset", "install",
    "takeover", "configuration", "update", "no", "format", "scp", "sftp", "tftp", "usb",
    "modify", "image", "issu", "vi", "exit",
  },
  sentinel = "comment",
  comment = "!", -- (K)
  break_key = "\3",

  questions = { -- (K)
    {
      "[Cc]onfirm [Rr]eload.*%(Y/N%) ?:? ?$",
      say = "y",
      danger = true,
      text = "Confirm Reload Chassis (Y/N) : ",
    },
    { "%([yY]/[nN]%) ?:? ?$", text = "Are you sure you want to delete it (Y/N) : " },
    { "[Pp]assword ?: ?$", text = "Password: " },
  },
  errors = {
    { "^%s*ERROR: Invalid entry", class = "syntax" }, -- (K)
    { "^%s*ERROR: Incomplete", class = "incomplete" }, -- (K)
    { "^%s*ERROR: Invalid", class = "syntax" }, -- (K)
    { "^%s*ERROR: Authorization failed", class = "denied" }, -- (K)
    { "^%s*ERROR:", class = "rejected" }, -- (K)
  },

  config = {
    enter = "exec", -- lines take effect at once
    hostname = "system name %s", -- (K)
    show = { "show configuration snapshot", timeout = 60 },
    save = { "write memory flash-synchro", timeout = 120 }, -- N
  },
  push = {
    alone = { "^system name", "prompt", "^reload", "^write", "^copy", "^exit", "^rm" },
  },
  volatile = { "^Please wait" },
  scrub = {
    "(password) %S+",
    "(community%-map) %S+",
    "(community) %S+",
    "(auth%-key) %S+",
    "(hash%-key) %S+",
    "( key) %S+",
  },
  secrets = {
    "user admin password SECRET read-write all",
    'snmp community-map "SECRET" user "ops" on',
    'aaa radius-server "r1" host 192.0.2.8 hash-key "SECRET"',
    'aaa tacacs+-server "t1" host 192.0.2.7 key "SECRET"',
  },

  detect = {
    {
      "show system",
      "Alcatel%-Lucent",
      95,
      text = "  Description:  Alcatel-Lucent OS6860-24",
    },
  },
  parse = { ntc = "alcatel_aos" },

  samples = {
    exec = { "-> ", "->", "OS6860> ", "OS6860-> ", "sw-hall.lab #" },
    none = {
      "",
      "Confirm Reload Chassis (Y/N) : ",
      "  More? [next screen <sp>, next line <cr>, filter pattern </>, quit </q>]",
      'ERROR: Invalid entry: "shwo"',
      "! Chassis :",
      "Password: ",
    },
  },
}
