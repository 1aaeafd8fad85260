--- Cisco IOS XR.
-- Sources: N netmiko, S scrapli, O oxidized, A ansible; (K): to be proved.
-- @module moonwire.platform.cisco_xr
return require("moonwire.platform").define "cisco_xr" {
  status = "documents",
  title = "Cisco IOS XR",
  family = "ios-like",
  aliases = { "cisco_iosxr", "iosxr", "ios_xr" },

  link = { newline = "\n", term = "vt100", width = 511, height = 1000 },
  width = "terminal width %d", -- N S
  paging = { off = "terminal length 0", on = "terminal length 24" },
  ssh = { identification = "Cisco-2.0", exec = true }, -- (K)
  -- "RP/0/RP0/CPU0:router1#"; in configuration mode 31 characters of it are left
  host = { pattern = { "^[^:%s]*:([%w_.%-]+)[%(#]", "^([%w_.%-]+)[%(#]" }, clip = 31 },

  banner = "\n*** RP/0/RP0/CPU0 is monitored: do not touch ***\n",
  start = { "priv" },
  modes = {
    {
      "config",
      "^[%w_.%-@/:]+%(config[%w_.%-@/:]*%)#%s*$",
      "^[%w_.%-@/:]+%(admin%-config[%w_.%-@/:]*%)#%s*$",
    },
    { "admin", "^[%w_.%-@/:]+%(admin%)#%s*$" },
    { "priv", "^[%w_.%-@/:]+#%s*$" },
  },
  edges = {
    { "priv", "config", run = "configure terminal" },
    {
      "config", "priv", run = "end",
      ask = {
        "Uncommitted changes found.*%[cancel%]: ?$",
        say = "no",
        text = "Uncommitted changes found, commit them before exiting(yes/no/cancel)? "
          .. "[cancel]:",
      },
    },
    { "priv", "admin", run = "admin" },
    { "admin", "priv", run = "exit" },
  },
  logout = "exit",

  -- the first keeps a line with the date away from every output
  prep = {
    "terminal exec prompt no-timestamp", "terminal width 511", "terminal length 0",
  },
  help = { ask = "?", take_back = "\21" },
  pager = {
    text = " --More-- ",
    pattern = "^%s*%-%-[Mm]ore%-%-%s*$",
    key = " ",
    stop = "q",
    erase = true,
  },

  read_only = {
    "sh[ow]", "do sh[ow]", "dir", "terminal length", "terminal width",
    "terminal exec prompt",
  },
  not_read_only = { "|%s*file%s" },
  harmful = {
    "rel", "del", "cl", "cop", "conf", "deb", "und", "format", "fsck", "install",
    "process", "rollback", "commit", "hw", "abort", "clear", "rmdir", "mkdir", "admin",
    "test",
  },
  sentinel = "comment",
  comment = "!",
  type_ahead = true, -- (K)
  break_key = "\3",

  questions = {
    {
      "Uncommitted changes found.*%[cancel%]: ?$",
      say = "no",
      text = "Uncommitted changes found, commit them before exiting(yes/no/cancel)? "
        .. "[cancel]:",
    },
    {
      "[Pp]roceed with reload.*%[confirm%] ?$",
      say = "",
      danger = true,
      text = "Proceed with reload? [confirm]",
    },
    { "%[confirm%] ?$", danger = true, text = "Delete harddisk:old.tar[confirm]" },
    {
      "[Dd]o you wish to proceed.*%[%l+%]: ?$",
      text = "other sessions. Do you wish to proceed with this commit anyway? [no]: ",
    },
    { "%[%l+%]: ?$", text = "This erases all. Continue?[yes/no] [no]: " },
    { "[Pp]assword: ?$", text = "Password: " },
  },
  errors = {
    { "^%% ?Invalid input detected", class = "syntax" },
    { "^%% ?Incomplete command", class = "incomplete" },
    { "^%% ?Ambiguous command", class = "ambiguous" },
    { "^%% ?Bad hostname", class = "syntax" },
    { "This command is not authorized", class = "denied" },
    { "^%% ?Failed to commit", class = "rejected" },
    { "One or more commits have occurred from other", class = "rejected" },
    { "[Cc]onfiguration database is locked", class = "locked" }, -- (K)
  },
  log = { "^%a[%w/]+:%a%a%a +%d+ %d%d:%d%d:%d%d.-%%[%u%d_]+%-[%u%d_]+%-%d" },

  config = {
    enter = "config",
    deny = {
      { "^no ssh server", name = "ssh" }, { "^no router ", name = "routing" },
      { "^commit replace", name = "all" },
    },
    hostname = "hostname %s",
    candidate = true,
    own_candidate = true, -- the target configuration
    show = { "show running-config", mode = "priv" },
    diff = { "show commit changes diff", mode = "config" },
    unchanged = { "^Building configuration", "^!!", "^end$" }, -- (K)
    commit = {
      "commit", mode = "config", timeout = 120,
      ask = {
        -- somebody else has committed meanwhile: "no" would be the answer (N), and
        -- then nothing is committed; so it is left open, and the commit fails
        "[Dd]o you wish to proceed.*%[%l+%]: ?$",
        text = "other sessions. Do you wish to proceed with this commit anyway? [no]: ",
      },
    },
    comment = " comment %s",
    confirmed = {
      "commit confirmed %d", mode = "config", unit = "seconds", timeout = 120,
    },
    confirm = { "commit", mode = "config", timeout = 120 },
    discard = { "clear", mode = "config" }, -- (K)
    rollback = { -- (K)
      "rollback configuration last %d",
      mode = "priv",
      timeout = 120,
    },
    checksum = { "show md5 file /%s", mode = "priv", timeout = 300 }, -- N
  },
  files = {
    disk = "disk0:",
    free = {
      "dir %s",
      "%((%d+) kbytes free%)",
      unit = 1024,
      text = "6038724 kbytes total (%d kbytes free)",
    },
  },
  push = {
    alone = { "^commit", "^end$", "^abort", "^clear", "^do ", "^load", "^root" },
    text = { { "^ *banner %a+ +(%S)" } },
  },
  volatile = {
    "^!! Last configuration change", "^Building configuration",
    "^%a%a%a %a%a%a +%d+ %d%d:%d%d:%d%d",
  },
  scrub = {
    "^(snmp%-server community) %S+",
    "^( *secret %d+) %S+",
    "^( *password %d+) %S+",
    "^( *key[%-%l ]* %d) %S+",
    "^(snmp%-server host %S+ traps version %S+) %S+",
    "^( *password encrypted) %S+",
    "^( *message%-digest%-key %d+ md5 encrypted) %S+",
  },
  secrets = {
    "snmp-server community SECRET RO",
    " secret 10 SECRET",
    " password 7 SECRET",
    " key 7 SECRET",
    "  key-string password 7 SECRET",
    "snmp-server host 192.0.2.9 traps version 2c SECRET",
    "  password encrypted SECRET",
  },

  detect = {
    banner = "SSH%-2%.0%-Cisco",
    {
      "show version", "Cisco IOS XR", 99,
      text = "Cisco IOS XR Software, Version 7.3.2",
    },
  },
  parse = { ntc = "cisco_xr" },

  samples = {
    priv = { "RP/0/RP0/CPU0:core1#", "RP/0/RSP0/CPU0:pe-2.lab# ", "xrv9k#" },
    config = {
      "RP/0/RP0/CPU0:core1(config)#",
      "RP/0/RP0/CPU0:core1(config-bgp-nbr-af)#",
      "RP/0/RP0/CPU0:core1(admin-config)#",
    },
    admin = { "RP/0/RP0/CPU0:core1(admin)#" },
    none = {
      "",
      "Mon Feb  2 10:11:12.345 UTC",
      "Building configuration...",
      " --More-- ",
      "% Failed to commit one or more configuration items.",
      "Uncommitted changes found, commit them before exiting(yes/no/cancel)? [cancel]:",
    },
  },
}
