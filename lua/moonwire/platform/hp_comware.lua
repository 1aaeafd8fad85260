--- HPE Comware and H3C.
-- Sources: N netmiko, S scrapli, O oxidized; (K): to be proved.
-- @module moonwire.platform.hp_comware
return require("moonwire.platform").define "hp_comware" {
  status = "documents",
  title = "HPE Comware and H3C",
  family = "comware-like",
  aliases = { "comware", "h3c_comware", "h3c" },

  -- there is no command for the width: what is echoed may be wrapped
  link = { newline = "\n", term = "vt100", width = 511, height = 1000 },
  paging = { off = "screen-length disable", on = "undo screen-length disable" },
  ssh = { exec = false, algorithms = "legacy-cisco" }, -- (K)
  host = { pattern = "<([%w_.%-@/:()]+)>" },

  banner = "\n* Copyright (c) 2010-2022 Hewlett Packard Enterprise #\n",
  login = { -- N
    {
      "[Pp]ress Y or ENTER to continue",
      say = "",
      text = "Press Y or ENTER to continue, N to exit.",
    },
  },
  start = { "priv" },
  modes = {
    {
      "config",
      "^%[[~*]?[%w_.%-@/:]+%]%s*$",
      "^RBM_[PS]%[[%w_.%-@/:]+%]%s*$",
    },
    { "priv", "^%z*<[%w_.%-@/:()]+>%s*$", "^RBM_[PS]<[%w_.%-@/:()]+>%s*$" },
  },
  edges = {
    { "priv", "config", run = "system-view" },
    { "config", "priv", run = "return" },
  },
  logout = "quit",

  -- O: and no messages in the midst of answers
  prep = { "screen-length disable", "undo terminal monitor" },
  help = { ask = "?", take_back = "\24" },
  pager = {
    text = "---- More ----",
    pattern = "^%s*%-%-%-%- ?More ?%-%-%-%-%s*$",
    key = " ",
    stop = "q",
    erase = true,
  },

  read_only = { "dis[play]", "dir", "more", "screen-length disable" },
  not_read_only = { ">" },
  harmful = {
    "reboot", "reset", "save", "delete", "format", "undo", "startup", "schedule",
    "rename", "copy", "move", "mkdir", "rmdir", "return", "system-view", "debug",
    "install", "restore", "boot", "irf", "fixdisk", "test",
  },
  sentinel = "double_prompt", -- (K): whether a line with "#" is passed over everywhere
  break_key = "\3",

  questions = {
    {
      "reboot the device%. Continue%? %[Y/N%]: ?$",
      say = "y",
      danger = true,
      text = "This command will reboot the device. Continue? [Y/N]:",
    },
    {
      "[Cc]urrent configuration may be lost.*%[Y/N%]: ?$",
      say = "n",
      text = "Current configuration may be lost after the reboot, save it now? [Y/N]:",
    },
    {
      "press the enter key%):? ?$",
      say = "",
      text = "(To leave the existing filename unchanged, press the enter key):",
    },
    { "%[Y/N%]:? ?$", text = "Are you sure to delete it? [Y/N]:" },
    { "[Pp]assword: ?$", text = "Password:" },
  },
  errors = { -- N S
    { "^ ?%% ?Unrecognized command found", class = "syntax" },
    { "^ ?%% ?Incomplete command found", class = "incomplete" },
    { "^ ?%% ?Ambiguous command found", class = "ambiguous" },
    { "^ ?%% ?Wrong parameter found", class = "syntax" },
    { "^ ?%% ?Too many parameters", class = "syntax" },
    { "[Pp]ermission denied", class = "denied" }, -- (K)
    { "^Error:", class = "rejected" },
  },
  log = { "^%%%a%a%a +%d+ %d%d:%d%d:%d%d" },

  config = {
    enter = "config",
    hostname = "sysname %s",
    show = { "display current-configuration", timeout = 60 },
    startup = "display saved-configuration",
    diff = "display diff current-configuration saved-configuration", -- (K)
    save = { -- N
      "save force",
      mode = "priv",
      timeout = 100,
      done = "[Ss]uccessfully",
    },
    rollback = { -- (K)
      "configuration replace file %s",
      mode = "config",
      timeout = 120,
    },
    checksum = { "md5sum %s", mode = "priv", timeout = 300 }, -- (K)
  },
  files = { -- (K)
    disk = "flash:",
    free = {
      "dir %s",
      "%((%d+) KB free%)",
      unit = 1024,
      text = "1046168 KB total (%d KB free)",
    },
  },
  push = {
    alone = {
      "^sysname", "^undo ", "^return$", "^save", "^reset", "^reboot", "^public%-key",
      "^irf", "^restore", "^configuration",
    },
    text = { { "^ *header %a+ +(%S)" } },
  },
  volatile = { "uptime is", "^%d%d:%d%d:%d%d" },
  scrub = {
    "(cipher) %S+",
    "(simple) %S+",
    "(password hash) %S+",
    "(community %l+) %S+",
    "(authentication%-mode %w+) %S+",
    "(privacy%-mode %w+) %S+",
  },
  secrets = {
    " password hash SECRET",
    " snmp-agent community read cipher SECRET",
    " snmp-agent community read SECRET",
    " key authentication cipher SECRET",
    " super password role network-admin simple SECRET",
    " pre-shared-key address 192.0.2.1 key cipher SECRET",
  },

  detect = {
    {
      "display version", "H3C Comware Software", 99,
      text = "H3C Comware Software, Version 7.1.070",
    },
    {
      "display version", "HPE? Comware", 99,
      text = "HPE Comware Software, Version 7.1.045",
    },
  },
  parse = { ntc = "hp_comware" },

  samples = {
    priv = { "<H3C>", "<5130-access.1>", "RBM_P<fw1>", "RBM_S<fw2>" },
    config = {
      "[H3C]", "[5130-access-GigabitEthernet1/0/1]", "RBM_P[fw1]", "RBM_S[fw2-vlan10]",
    },
    none = {
      "",
      "---- More ----",
      "Press Y or ENTER to continue, N to exit.",
      " % Unrecognized command found at '^' position.",
      "This command will reboot the device. Continue? [Y/N]:",
      "# sysname H3C",
    },
  },
}
