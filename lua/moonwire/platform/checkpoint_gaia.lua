--- Check Point Gaia, whose login may lead to clish or to a shell.
-- Sources: N netmiko, O oxidized; (K): to be proved.
-- @module moonwire.platform.checkpoint_gaia
return require("moonwire.platform").define "checkpoint_gaia" {
  status = "documents",
  title = "Check Point Gaia",
  family = "gaia",
  aliases = { "gaia", "gaiaos", "checkpoint" },

  link = { newline = "\n", term = "vt100", width = 511, height = 1000 },
  paging = { off = "set clienv rows 0", on = "set clienv rows 24" },
  ssh = { exec = false }, -- (K): a shell or clish answers there
  host = { pattern = { "^%[Expert@([%w_.%-]+)", "^([%w_.%-]+)" } },

  banner = "\nThis system is for authorized use only. [Expert] #\n",
  start = { "clish", "expert" },
  privileged = "expert",
  modes = {
    { "expert", "^%[Expert@[^%]]+%]# ?$" },
    { "clish", "^[%w_.:%-]+> ?$" },
  },
  edges = {
    {
      "clish", "expert", run = "expert",
      ask = {
        "^Enter expert password: ?$",
        secret = "enable",
        text = "Enter expert password:",
      },
    },
    { "expert", "clish", run = "clish" }, -- (K): "exit" when one came from there
  },
  logout = "exit",

  prep = { { "set clienv rows 0", mode = "clish" } }, -- N O
  help = { ask = "?", take_back = "\21", modes = { "clish" } }, -- (K)
  pager = {
    text = "-- More --",
    pattern = "^%s*%-%- More %-%-%s*$",
    key = " ",
    stop = "q",
    erase = true,
  },

  read_only = { "show", "fw stat", "fw ver", "cphaprob stat", "set clienv" },
  not_read_only = { "[;&<>|`$]" },
  harmful = {
    "reboot", "halt", "delete", "add", "save", "load", "expert", "installer", "upgrade",
    "restore", "backup", "lock", "unlock", "start", "rollback", "cpstop", "unload",
    "commit", "shutdown", "rm", "tecli",
  },
  sentinel = "comment",
  comment = "#", -- (K)
  break_key = "\3",

  questions = {
    {
      "want to reboot%?%(Y/N%)%[N%] ?$",
      say = "y",
      danger = true,
      text = "Are you sure you want to reboot?(Y/N)[N]",
    },
    { "%(Y/N%)%[%u%] ?$", text = "Are you sure you want to continue?(Y/N)[N]" },
    { "%([yY]/[nN]%)[?:]* ?$", text = "Overwrite it (y/n)? " },
    { "[Pp]assword: ?$", text = "Enter expert password:" },
  },
  errors = { -- (K)
    { "^CLINFR0329 ", class = "syntax" }, -- invalid command
    { "^CLINFR0349 ", class = "incomplete" }, -- incomplete command
    { "^CLINFR0409 ", class = "syntax" },
    { "^CLINFR0771 ", class = "locked" }, -- the configuration is locked
    { "^CLINFR0519 ", class = "locked" },
    { "^CLINFR%d+ ", class = "rejected" },
    { "^NMS%u+%d+ ", class = "rejected" },
    { "^Wrong password", class = "denied" },
    { "command not found$", class = "syntax" },
  },

  config = {
    enter = "clish", -- lines take effect at once
    hostname = "set hostname %s", -- (K)
    show = { "show configuration", mode = "clish", timeout = 60 },
    save = { "save config", mode = "clish", timeout = 60 }, -- (K)
    checksum = { "md5sum %s", mode = "expert", timeout = 300 }, -- (K)
  },
  push = {
    alone = {
      "hostname", "^save", "^reboot", "^halt", "^lock", "^unlock", "^set expert",
      "^set user", "^add user", "^installer", "^upgrade",
    },
  },
  volatile = { "^# Exported by", "^# Language version" },
  scrub = {
    "(password%-hash) %S+",
    "(expert%-password%-hash) %S+",
    "(secret) %S+",
    "(community) %S+",
    "(pass%-phrase%-hashed) %S+",
    "(authtype md5 key %d+ secret) %S+",
    "(shared%-secret) %S+",
  },
  secrets = {
    "set user admin password-hash $6$SECRET",
    "set expert-password-hash $6$SECRET",
    "set snmp community SECRET read-only",
    "add snmp usm user ops security-level authPriv auth-pass-phrase-hashed SECRET",
    "set ospf interface eth1 authtype md5 key 1 secret SECRET",
    "add aaa radius-servers priority 1 host 192.0.2.8 secret SECRET",
  },

  detect = {
    {
      "show version all", "Check Point Gaia", 99,
      text = "Product version Check Point Gaia R81.10",
    },
  },
  parse = { ntc = "checkpoint_gaia" },

  samples = {
    clish = { "gw-hq> ", "gw-hq:0>", "vsx-1.lab:12> " },
    expert = { "[Expert@gw-hq:0]# ", "[Expert@gw-hq]#" },
    none = {
      "",
      "-- More --",
      "Enter expert password:",
      "CLINFR0329  Invalid command:'shwo'.",
      "Are you sure you want to reboot?(Y/N)[N]",
      "# Exported by admin on Mon Jan  2 10:00:00 2023",
    },
  },
}
