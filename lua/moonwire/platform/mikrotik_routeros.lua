--- MikroTik RouterOS.
-- It paints the prompt and what is typed several times over, unless the name to log in
-- with carries options: no colours, a dumb terminal of this width and height.
-- Sources: N netmiko, S scrapli, O oxidized; (K): to be proved.
-- @module moonwire.platform.mikrotik_routeros
return require("moonwire.platform").define "mikrotik_routeros" {
  status = "documents",
  title = "MikroTik RouterOS",
  family = "routeros",
  aliases = { "mikrotik", "routeros", "mikrotik_switchos" },

  link = { newline = "\r\n", term = "dumb", width = 511, height = 4098 }, -- N
  ssh = {
    identification = "ROSSSH", -- (K)
    user_suffix = "+ct511w4098h", -- N
    exec = true, -- O
  },
  host = { pattern = "^%[[%w_.%-+ ]+@([^%]]+)%]" },

  banner = "\n  MMM      MMM       KKK\n  MikroTik RouterOS 7.11 (c) 1999-2023 > #\n",
  login = { -- N
    {
      "[Dd]o you want to see the software license%? %[Y/n%]: ?$",
      key = "n",
      text = "Do you want to see the software license? [Y/n]: ",
    },
    {
      'Please press "Enter" to continue!%s*$',
      say = "",
      text = 'Please press "Enter" to continue!',
    },
    { "^new password> ?$", text = "new password> " },
  },
  start = { "cli" },
  modes = {
    {
      "cli",
      "^%[[%w_.%-+ ]+@[^%]]+%] [^>]*> ?$", -- with the path that one has gone to
      "^%[[%w_.%-+ ]+@[^%]]+%] ?> ?$",
      "^%[[%w_.%-+ ]+@[^%]]+%] [^>]*<SAFE> ?$", -- safe mode (K)
    },
  },
  edges = {},
  logout = "quit",

  prep = {},
  -- "?" is a letter since version 7, F1 asks in both; there is no Ctrl-U (K)
  help = { ask = "\27OP", take_back = "\1\11", rows = "dashed" },
  pager = {
    text = "-- [Q quit|D dump|down]",
    pattern = "^%s*%-%- %[Q quit|",
    key = " ",
    stop = "q",
    erase = true,
  },

  read_only = {
    { "^/?[%w%- ]*print[%w%- =]*$" }, { "^/?[%w%- ]*export[%w%- ]*$" }, ":put",
  },
  not_read_only = { "[;{}%[%]$]", "file=", "follow", "interval" },
  harmful = {
    "add", "remove", "set", "reset", "reboot", "shutdown", "disable", "enable", "unset",
    "import", "undo", "redo", "upgrade", "move", "format", "quit", "comment", "run",
  },
  sentinel = "comment",
  comment = "#", -- (K)
  echo = false, -- N: painted, not echoed
  break_key = "\3",

  questions = {
    {
      "^Reboot, yes%? %[y/N%]: ?$",
      key = "y",
      text = "Reboot, yes? [y/N]: ",
    },
    {
      "^Dangerous! Reset anyway%? %[y/N%]: ?$",
      text = "Dangerous! Reset anyway? [y/N]: ",
    },
    { "%[y/N%]: ?$", text = "Shutdown, yes? [y/N]: " },
    { "[Pp]assword: ?$", text = "password: " },
    { "^new password> ?$", text = "new password> " },
    { "^numbers: ?$", text = "numbers: " }, -- a parameter that was left out (K)
  },
  errors = { -- (K)
    { "^bad command name", class = "syntax" },
    { "^syntax error", class = "syntax" },
    { "^expected end of command", class = "syntax" },
    { "^expected command name", class = "syntax" },
    { "^invalid value for argument", class = "syntax" },
    { "^input does not match any value of", class = "syntax" },
    { "^value of %S+ out of range", class = "syntax" },
    { "^ambiguous value", class = "ambiguous" },
    { "^no such item", class = "rejected" },
    { "^not enough permissions", class = "denied" },
    { "^failure:", class = "rejected" },
  },

  config = {
    enter = "cli", -- lines take effect at once
    hostname = "/system identity set name=%s", -- (K)
    show = { "/export", timeout = 60 },
  },
  push = {
    alone = {
      "^/[%w%-/ ]*$", "identity", "^/system", "^/import", "^/user", "remove", "reset",
    },
  },
  volatile = {
    "^# %a%a%a/%d%d/%d%d%d%d", "^# %d%d%d%d%-%d%d%-%d%d", "^# .* not ready$",
  },
  scrub = {
    '(password=)%S+',
    "(secret=)%S+",
    "(passphrase=)%S+",
    "(pre%-shared%-key=)%S+",
    "(private%-key=)%S+",
    "(community=)%S+",
    "(authentication%-password=)%S+",
    "(encryption%-password=)%S+",
    "(auth%-key=)%S+",
  },
  secrets = {
    "add name=ops group=full password=SECRET",
    "add address=192.0.2.8 service=ppp secret=SECRET",
    "set wpa2-pre-shared-key=SECRET mode=dynamic-keys",
    "add name=wg0 private-key=SECRET",
    "set security.passphrase=SECRET",
  },

  detect = {
    banner = "ROSSSH",
    {
      "/system resource print", "platform: MikroTik", 99, -- (K)
      text = "                 platform: MikroTik",
    },
  },
  parse = { ntc = "mikrotik_routeros" },

  samples = {
    cli = {
      "[admin@MikroTik] > ",
      "[admin@MikroTik] >",
      "[ops+ct511w4098h@gw 2.lab] > ",
      "[admin@MikroTik] /ip/address> ",
      "[admin@MikroTik] /interface ethernet> ",
      "[admin@MikroTik] <SAFE> ",
    },
    none = {
      "",
      "-- [Q quit|D dump|down]",
      "Do you want to see the software license? [Y/n]: ",
      "Reboot, yes? [y/N]: ",
      "bad command name shwo (line 1 column 1)",
      "# software id = 1A2B-3C4D",
    },
  },
}
