--- Huawei VRP, version 5 (lines take effect at once) and version 8 (by commit).
-- Sources: N netmiko, S scrapli, O oxidized, A ansible; (K): to be proved.
-- @module moonwire.platform.huawei_vrp
return require("moonwire.platform").define "huawei_vrp" {
  status = "documents",
  title = "Huawei VRP",
  family = "comware-like",
  aliases = { "huawei", "huawei_vrpv8", "vrp" },

  link = { newline = "\n", term = "vt100", width = 255, height = 1000 },
  width = "screen-width %d", -- S: some ask, some lack it; so it is not in `prep`
  paging = { off = "screen-length 0 temporary", on = "screen-length 24 temporary" },
  ssh = { exec = false, algorithms = "legacy-cisco" }, -- (K)
  -- in "[~HUAWEI-10GE1/0/1]" the name does not end where it seems to
  host = { pattern = "<([%w_.%-@/:()]+)>" },

  banner = "\nWarning: [all] is monitored. #### lab ####\n",
  login = { -- N
    {
      "[Cc]hange now%? %[Y/N%]: ?$",
      say = "N",
      text = "Warning: The initial password poses security risks. "
        .. "Change now? [Y/N]:",
    },
    {
      "security risks in the configuration file.* %[[yY]/[nN]%]: ?$",
      text = "There are security risks in the configuration file. Continue? [y/n]:",
    },
  },
  start = { "priv" },
  modes = {
    {
      "config",
      -- a line of the configuration with the version looks just like it
      { "^%[[~*]?[%w_.%-@/:]+%]%s*$", no = "^%[V%d%d%d[RS]%d%d%d" },
      "^HRP_[ASM]%[[~*]?[%w_.%-@/:]+%]%s*$",
    },
    { "priv", "^<[%w_.%-@/:()]+>%s*$", "^HRP_[ASM]<[%w_.%-@/:()]+>%s*$" },
  },
  edges = {
    { "priv", "config", run = "system-view" },
    {
      "config", "priv", run = "return",
      ask = { -- version 8 (K)
        "[Uu]ncommitted configurations found.*%[Y/N/C%]: ?$",
        say = "N",
        text = "Warning: Uncommitted configurations found. Are you sure to commit them "
          .. "before exiting? [Y/N/C]:",
      },
    },
  },
  logout = "quit",

  prep = { "screen-length 0 temporary" },
  help = { ask = "?", take_back = "\24" },
  pager = {
    text = "  ---- More ----",
    pattern = "^%s*%-%-%-%- ?More ?%-%-%-%-%s*$",
    key = " ",
    stop = "q",
    erase = true,
  },

  read_only = { "dis[play]", "screen-length", "dir", "more" },
  not_read_only = { ">", "|%s*refresh" },
  harmful = {
    "reboot", "reset", "save", "delete", "format", "undo", "startup", "schedule",
    "rename", "copy", "move", "mkdir", "rmdir", "commit", "clear", "system-view",
    "return", "debug", "upgrade", "install", "test", "local",
  },
  sentinel = "double_prompt", -- (K): not every version passes over a line with "#"
  break_key = "\3",

  questions = {
    {
      "[Ss]ystem will reboot! Continue%? ?%[[yY]/[nN]%]:? ?$",
      say = "y",
      danger = true,
      text = "System will reboot! Continue? [y/n]:",
    },
    {
      "[Uu]ncommitted configurations found.*%[Y/N/C%]: ?$",
      say = "N",
      text = "Warning: Uncommitted configurations found. Are you sure to commit them "
        .. "before exiting? [Y/N/C]:",
    },
    {
      "save the current configuration%? ?%[[yY]/[nN]%]:? ?$",
      text = "Warning: Do you want to save the current configuration? [Y/N]:",
    },
    {
      "will be written to the device.*%[[yY]/[nN]%]:? ?$",
      say = "y",
      text = "The configuration will be written to the device. Continue? [Y/N]:",
    },
    { "%[[yY]/[nN][/%a]*%]:? ?$", text = "Are you sure to delete it? [Y/N]:" },
    { "%(y/n%)%[%l%]:? ?$", text = "Continue?(y/n)[n]:" },
    { "[Pp]assword: ?$", text = "Enter Password:" },
  },
  errors = { -- N S A
    { "Unrecognized command", class = "syntax" },
    { "Incomplete command", class = "incomplete" },
    { "Ambiguous command", class = "ambiguous" },
    { "Wrong parameter", class = "syntax" },
    { "Too many parameters", class = "syntax" },
    { "No permission", class = "denied" }, -- (K)
    { "^Error: The configuration is locked", class = "locked" }, -- (K)
    { "Failed to generate committed config", class = "rejected" },
    { "^Error:", class = "rejected" },
    { "^Error%[%d+%]:", class = "rejected" },
    { "^%% ?Error", class = "rejected" },
  },
  log = { "^%a%a%a +%d+ %d%d%d%d %d%d:%d%d:%d%d.-%%%%%d%d%u" },

  config = {
    enter = "config",
    hostname = "sysname %s",
    candidate = "^%[[~*]", -- such a prompt shows version 8
    show = { "display current-configuration", timeout = 60 },
    startup = "display saved-configuration",
    diff = { "display configuration candidate changes", mode = "config" }, -- (K)
    commit = { "commit", mode = "config", timeout = 120 },
    comment = ' comment "%s"', -- N
    confirmed = { "commit trial %d", mode = "config", unit = "seconds" }, -- (K)
    confirm = { "commit", mode = "config", timeout = 120 },
    discard = { "clear configuration candidate", mode = "config" }, -- (K)
    save = {
      "save", mode = "priv", timeout = 100,
      ask = {
        {
          "%[[yY]/[nN]%]:? ?$",
          say = "y",
          text = "The current configuration will be written to the device. "
            .. "Are you sure to continue?[Y/N]",
        },
        { "%(%*%.zip%)%.? ?%[?.*%]?:$", say = "", text = "name(*.cfg,*.zip)(*.zip):" },
      },
    },
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
      "^sysname", "^undo ", "^return$", "^commit", "^save", "^reset", "^reboot",
      "^clear", "^local%-user", "^rsa ", "^ssh ",
    },
    text = { { "^ *header %a+ information +(%S)" } },
  },
  volatile = {
    "^!Last configuration was", "^!Software Version", "uptime is",
    "^%d%d%d%d%-%d%d%-%d%d %d%d:%d%d:%d%d",
  },
  scrub = {
    "(cipher) %S+",
    "(irreversible%-cipher) %S+",
    "(simple) %S+",
    "( hash) %S+",
    "(pin verify %l*) ?%S+",
    "(community) %S+",
    "(pre%-shared%-key) %S+",
    "(auth%-key) %S+",
  },
  secrets = {
    " local-user admin password irreversible-cipher SECRET",
    " snmp-agent community read cipher SECRET",
    " pre-shared-key cipher SECRET",
    " set authentication password cipher SECRET",
    " ospf authentication-mode md5 1 cipher SECRET",
    " radius-server shared-key cipher SECRET",
    " authentication-mode simple SECRET",
  },

  detect = {
    {
      "display version", "Huawei Versatile Routing Platform Software", 99,
      text = "Huawei Versatile Routing Platform Software",
    },
    { "display version", "Huawei Technologies", 95, text = "(c) Huawei Technologies" },
  },
  parse = { ntc = "huawei_vrp" },

  samples = {
    priv = { "<HUAWEI>", "<CE-core_1.lab>", "HRP_M<fw1>", "HRP_S<fw2>" },
    config = {
      "[HUAWEI]", "[~CE-core]", "[*CE-core-10GE1/0/1]", "[HUAWEI-GigabitEthernet0/0/1]",
      "HRP_M[fw1]", "HRP_M[fw1-policy-security]",
    },
    none = {
      "",
      "[V200R009C00SPC500]",
      "[V800R021C00SPC100]",
      "  ---- More ----",
      "Warning: The initial password poses security risks. Change now? [Y/N]:",
      "Error: Unrecognized command found at '^' position.",
      "Are you sure to continue?[Y/N]",
      "!Software Version V200R019C10SPC500",
    },
  },
}
