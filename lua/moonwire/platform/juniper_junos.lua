--- Juniper Junos, with its Unix shell below.
-- Sources: N netmiko, S scrapli, O oxidized, A ansible; (K): to be proved.
-- @module moonwire.platform.juniper_junos
return require("moonwire.platform").define "juniper_junos" {
  status = "documents",
  title = "Juniper Junos",
  family = "junos",
  aliases = { "juniper", "junos" },

  link = { newline = "\n", term = "vt100", width = 511, height = 1000 },
  width = "set cli screen-width %d", -- N S
  paging = { off = "set cli screen-length 0", on = "set cli screen-length 24" }, -- N S
  ssh = { exec = true }, -- O
  host = { pattern = { "@([%w_.%-]+)", "^([%w_.%-]+)[>#]" } },

  banner = "--- JUNOS 21.4R3.15 built 2022-12-01 #lab\n{master:0}\n",
  start = { "exec", "shell", "root_shell" },
  modes = {
    { "config", { "^[%w_.%-@/:()]+#%s*$", prev = "%[edit" }, over = { "root_shell" } },
    { "root_shell", "root@.*[%%#]%s*$", over = { "config", "shell" } },
    { "config", "^[%w_.%-@/:()]+#%s*$" }, -- where the line above got lost
    { "exec", "^[%w_.%-@/:()]+>%s*$" },
    { "shell", "^%%%s*$", "^[%w_.%-]+@[%w_.%-]+[:~/%w]*[%%$]%s*$" },
  },
  edges = {
    { "shell", "exec", run = "cli" },
    { "root_shell", "exec", run = "cli" },
    { "exec", "shell", run = "start shell" },
    {
      "exec", "root_shell", run = "start shell user root",
      ask = { "[Pp]assword:%s*$", secret = "enable" },
    },
    -- nobody else may be at it: what they left would be committed too
    { "exec", "config", run = "configure exclusive" },
    {
      "config", "exec", run = "exit configuration-mode",
      ask = {
        "Exit with uncommitted changes%? %[yes,no%]",
        say = "yes",
        text = "Exit with uncommitted changes? [yes,no] (yes) ",
      },
    },
  },
  logout = "exit",

  prep = { -- N S
    "set cli complete-on-space off", "set cli screen-width 511",
    "set cli screen-length 0", "set cli timestamp disable",
  },
  help = { ask = "?", take_back = "\21", modes = { "exec", "config" } },
  pager = {
    text = "---(more 45%)---",
    pattern = "^%-%-%-%(more[ %d%%]*%)%-%-%-%s*$",
    key = " ",
    stop = "q",
    erase = true,
  },

  read_only = {
    "sh[ow]", "run sh[ow]", "file list", "file show", "file checksum", "set cli",
  },
  not_read_only = { "|%s*save%s" },
  harmful = {
    "req", "clear", "commit", "conf", "delete", "load", "rollback", "restart", "start",
    "halt", "reboot", "test", "op", "save", "edit", "rename", "copy",
  },
  sentinel = "comment",
  comment = "#", -- (K): taken as a comment in the exec mode too
  type_ahead = true, -- (K)
  break_key = "\3",

  questions = {
    {
      "Reboot the system %? %[yes,no%]",
      say = "yes",
      danger = true,
      text = "Reboot the system ? [yes,no] (no) ",
    },
    {
      "Exit with uncommitted changes%? %[yes,no%]",
      text = "Exit with uncommitted changes? [yes,no] (yes) ",
    },
    { "%[yes,no%] %(%l+%) ?$", text = "Halt the system ? [yes,no] (no) " },
    { "[Pp]assword:%s*$", text = "Password:" },
  },
  errors = { -- N S A
    { "unknown command", class = "syntax" },
    { "^%s*syntax error", class = "syntax" },
    { "is ambiguous", class = "ambiguous" },
    { "No valid completions", class = "syntax" },
    { "missing mandatory argument", class = "syntax" },
    { "invalid numeric value", class = "syntax" },
    { "permission denied", class = "denied" },
    { "^error: configuration database locked", class = "locked" },
    { "^error: configuration database modified", class = "locked" },
    { "^error:", class = "rejected" },
  },
  log = { "^Message from syslogd@", "^Broadcast Message from" },

  config = {
    enter = "config",
    deny = {
      { "^deactivate interfaces?$", name = "interfaces" },
      { "^delete routing%-options$", name = "routing" },
    },
    hostname = "set system host-name %s",
    candidate = true,
    show = { "show configuration", mode = "exec" },
    diff = { "show | compare", mode = "config" },
    unchanged = { "^%[edit" },
    check = {
      "commit check", mode = "config", done = "configuration check succeeds",
      timeout = 120,
    },
    commit = { "commit", mode = "config", done = "commit complete", timeout = 180 },
    comment = ' comment "%s"',
    confirmed = {
      "commit confirmed %d", mode = "config", unit = "minutes", timeout = 180,
      done = "commit confirmed will be automatically rolled back in",
    },
    confirm = { "commit", mode = "config", done = "commit complete", timeout = 180 },
    discard = { "rollback 0", mode = "config", done = "load complete" },
    rollback = { "rollback %d", mode = "config", done = "load complete" },
    checksum = { "file checksum md5 %s", mode = "exec", timeout = 300 },
  },
  push = {
    alone = {
      "^commit", "^exit", "^quit", "^top", "^up", "^edit", "^load", "^rollback",
      "^run ", "^save",
    },
  },
  volatile = { "^## Last commit:", "^## Last changed:" },
  scrub = {
    '( "?)%$%d%$%S+',
    '(secret "?)%$9%$%S+',
    "(community) [^%s{]+( {)",
    "(snmp community) %S+",
    '(plain%-text%-password%-value) %S+',
    '(encrypted%-password) %S+',
    "(%l+://[^/@:%s]+):[^@%s]+(@)",
  },
  secrets = {
    '        encrypted-password "$6$SECRET";',
    'set system root-authentication encrypted-password "$6$SECRET"',
    '            secret "$9$SECRET";',
    "    community SECRET {",
    "set snmp community SECRET authorization read-only",
    '    archive-sites "scp://backup:SECRET@192.0.2.5/";',
  },

  detect = {
    { "show version", "JUNOS .- Software", 99, text = "JUNOS Base OS boot Software" },
    { "show version", "^Junos: ", 99, text = "Junos: 21.4R3.15" },
    { "show version", "JUNOS OS Kernel", 99, text = "JUNOS OS Kernel 64-bit  [2022]" },
  },
  parse = { ntc = "juniper_junos" },

  samples = {
    exec = { "admin@mx1>", "{master:0}\nadmin@qfx1> ", "{primary:node0}\nadmin@srx> " },
    config = {
      "[edit]\nadmin@mx1# ",
      "[edit interfaces ge-0/0/0]\nadmin@mx1# ",
      "[edit]\nroot@mx1# ",
      "admin@mx1# ",
    },
    shell = { "% ", "admin@mx1:~$ ", "admin@mx1% " },
    root_shell = { "root@mx1:~ # ", "root@mx1% ", "root@mx1:/var/tmp# " },
    none = {
      "",
      "[edit]",
      "{master:0}",
      "---(more)---",
      "---(more 45%)---",
      "Exit with uncommitted changes? [yes,no] (yes) ",
      "## Last commit: 2023-01-01 10:00:00 UTC by admin",
      "5 packets transmitted, 5 packets received, 0% packet loss",
    },
  },
}
