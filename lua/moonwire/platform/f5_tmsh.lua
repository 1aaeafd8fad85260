--- F5 BIG-IP, by tmsh.
-- Sources: N netmiko, O oxidized; (K): to be proved.
-- @module moonwire.platform.f5_tmsh
return require("moonwire.platform").define "f5_tmsh" {
  status = "documents",
  title = "F5 BIG-IP",
  family = "tmos",
  aliases = { "f5_ltm", "f5", "f5_linux", "tmos" },

  link = { newline = "\n", term = "vt100", width = 255, height = 1000 },
  width = 'run /util bash -c "stty cols %d"', -- N
  paging = {
    off = {
      "modify cli preference pager disabled display-threshold 0", mode = "tmsh",
    },
    on = { "modify cli preference pager enabled", mode = "tmsh" },
    restore = true, -- (K): kept for the user
  },
  ssh = { exec = true }, -- O: "tmsh -q show …"
  -- "root@(bigip1)(cfg-sync In Sync)(Active)(/Common)(tmos)# "
  host = { pattern = "@%(?([%w_.%-]+)" },

  banner = "\nBIG-IP of the lab (tmos) # 1\n",
  start = { "tmsh", "bash" },
  modes = {
    { "tmsh", "%(tmos[%w%.%-]*%)# ?$" },
    { "bash", "^%[[%w_.%-]+@[^%]]+%] [^#]*# ?$" },
  },
  edges = {
    { "bash", "tmsh", run = "tmsh" },
    { "tmsh", "bash", run = "run /util bash" }, -- (K): "quit" when one came from there
  },
  logout = "quit",

  prep = { -- N
    { 'run /util bash -c "stty cols 255"', mode = "tmsh" },
    { "modify cli preference pager disabled display-threshold 0", mode = "tmsh" },
  },
  help = { ask = "?", take_back = "\21", modes = { "tmsh" } }, -- (K)
  pager = {
    text = "---(less 45%)---",
    pattern = "^%-%-%-%(less[ %d%%]*%)%-%-%-%s*$",
    key = " ",
    stop = "q",
    erase = true,
  },

  read_only = { "show", "list", "tmsh %-q show", "tmsh show", "cat" },
  not_read_only = { "[;&<>|`$]" },
  harmful = {
    "delete", "modify", "create", "save", "load", "reboot", "shutdown", "run",
    "restart", "stop", "start", "install", "edit", "mv", "cp", "rm", "reset", "restore",
    "generate", "bigstart", "publish", "send", "submit",
  },
  sentinel = "double_prompt", -- (K): whether tmsh passes over a line with "#"
  break_key = "\3",

  questions = {
    {
      "[Dd]isplay all .*%? ?%(y/n%) ?$",
      say = "y",
      text = "Display all 312 items? (y/n) ",
    },
    { "%(y/n%) ?$", text = "The system will be rebooted. Continue? (y/n) " },
    { "%(yes/no%) ?:? ?$", text = "Are you sure? (yes/no) " },
    { "[Pp]assword: ?$", text = "Password: " },
  },
  errors = { -- (K)
    { "^Syntax Error:", class = "syntax" },
    { "^Data Input Error:", class = "syntax" },
    { "^Unexpected Error:", class = "rejected" },
    { "^Framework Error:", class = "rejected" },
    { "^Configuration Warning:", class = "rejected" },
    { "^01070822:3: Access Denied", class = "denied" },
    { "^01%x%x%x%x%x%x:3:", class = "rejected" },
    { "command not found$", class = "syntax" },
  },

  config = {
    enter = "tmsh", -- lines take effect at once
    show = { "list", mode = "tmsh", timeout = 120 }, -- (K)
    save = { "save sys config", mode = "tmsh", timeout = 120 }, -- (K)
    rollback = { "load sys config file %s", mode = "tmsh", timeout = 180 }, -- (K)
    checksum = { 'run /util bash -c "md5sum %s"', mode = "tmsh", timeout = 300 }, -- (K)
  },
  push = {
    alone = {
      "^delete", "^save", "^load", "^run ", "^edit", "^restart", "^reboot", "^quit",
      "global%-settings",
    },
  },
  volatile = { "^ *state [%l%-]+$", "^ *errors %d+$", "configsync%.localconfigtime" },
  scrub = {
    "^(%s*secret) %S+",
    "^(%s*%S*password) %S+",
    "^(%s*%S*passphrase) %S+",
    "(community) %S+",
    "(community%-name) %S+",
    "^(%s*%S*encrypted) %S+",
    "( password) %S+",
  },
  secrets = {
    "    secret $M$Xy$SECRET",
    "    encrypted-password $6$SECRET",
    "    passphrase $M$SECRET",
    "        community-name SECRET",
    "modify auth user admin password SECRET",
    "        auth-password-encrypted SECRET",
  },

  detect = {
    { "show sys version", "BIG%-IP", 99, text = "  Product     BIG-IP" },
  },
  parse = { ntc = "f5_tmsh" },

  samples = {
    tmsh = {
      "admin@(bigip1)(cfg-sync In Sync)(Active)(/Common)(tmos)# ",
      "root@(lb-2)(cfg-sync Standalone)(ForcedOffline)(/Common)(tmos.ltm.pool)# ",
      "admin@(lb-2)(cfg-sync Standalone)(Active)(/Common)(tmos)#",
    },
    bash = {
      "[admin@bigip1:Active:Standalone] ~ # ", "[root@lb-2:Standby:In Sync] config # ",
    },
    none = {
      "",
      "---(less 45%)---",
      "Display all 312 items? (y/n) ",
      'Syntax Error: "shwo" unexpected argument',
      "01070734:3: Configuration error: x",
      "# comment",
    },
  },
}
