--- Cisco wireless controllers with AireOS.
-- They ask for name and password a second time, in the shell. Paging is a setting of
-- the controller, which only an administrator may change, and is put back on leaving.
-- Sources: N netmiko, S scrapli, O oxidized, A ansible; (K): to be proved.
-- @module moonwire.platform.cisco_wlc
return require("moonwire.platform").define "cisco_wlc" {
  status = "documents",
  title = "Cisco AireOS wireless controllers",
  family = "aireos",
  aliases = { "cisco_wlc_ssh", "cisco_aireos", "aireos" },

  link = { newline = "\n", term = "vt100", width = 511, height = 1000 },
  paging = {
    off = "config paging disable",
    on = "config paging enable",
    restore = true,
  },
  ssh = { identification = "CISCO_WLC", exec = false, algorithms = "legacy-cisco" },
  host = { pattern = "^%(([%w_. %-]+)%)" },

  banner = "\n(Cisco Controller)\n",
  login = { -- N: once each, since a second time means refused
    { "^login as: ?$", secret = "username", once = true, text = "login as: " },
    { "^User: ?$", secret = "username", once = true, text = "User: " },
    { "^Password: ?%**$", secret = "password", once = true, text = "Password:" },
  },
  start = { "exec" },
  modes = {
    { "config", "^%([%w_. %-]+%) config>%s*$" },
    { "exec", "^%([%w_. %-]+%) >%s*$" },
  },
  edges = {
    { "exec", "config", run = "config" },
    { "config", "exec", run = "exit" },
  },
  logout = {
    "logout",
    ask = {
      "save them now%? %(y/N%) ?$",
      say = "n",
      text = "The system has unsaved changes.\nWould you like to save them now? (y/N) ",
    },
  },

  prep = { "config paging disable" },
  help = { ask = "?", take_back = "\21", rows = "flush" },
  pager = {
    text = "--More-- or (q)uit",
    pattern = "^%s*%-%-More%-%- or %(q%)uit%s*$",
    key = " ",
    stop = "q",
    erase = true,
  },

  read_only = { "sh[ow]" },
  -- "show run-config" stops at pages of its own and pauses for half a minute (N)
  not_read_only = { "^sho?w? run%-config%s*$" },
  harmful = {
    "reset", "clear", "config", "transfer", "save", "debug", "test", "cping", "eping",
    "license", "linktest", "mping", "logout",
  },
  sentinel = "double_prompt", -- O: no comment character is known
  break_key = "\3",

  questions = {
    {
      "display the next %d+ entries%? %(y/n%) ?$",
      say = "y",
      text = "Would you like to display the next 15 entries? (y/n) ",
    },
    {
      "Press Enter to continue%.* ?$",
      say = "",
      text = "Press Enter to continue...",
    },
    {
      "want to save%? %(y/n%) ?$",
      say = "y",
      text = "Are you sure you want to save? (y/n) ",
    },
    {
      "reset the system%? %(y/N%) ?$",
      say = "y",
      danger = true,
      text = "Are you sure you would like to reset the system? (y/N) ",
    },
    {
      "save them now%? %(y/N%) ?$",
      say = "n",
      text = "Would you like to save them now? (y/N) ",
    },
    { "%([yY]/[nN]%)%s*$", text = "Are you sure you want to continue? (y/n) " },
  },
  errors = {
    { "^Incorrect usage", class = "syntax" },
    { "^Incorrect Usage", class = "syntax" },
    { "^Incorrect input!", class = "syntax" },
    { "^HELP:", class = "syntax" },
    { "not have permission", class = "denied" }, -- (K)
    { "^Request failed", class = "rejected" }, -- (K)
  },

  config = {
    enter = "config",
    hostname = "sysname %s", -- (K)
    show = { "show run-config commands", timeout = 180 }, -- O
    save = {
      "save config", mode = "exec", timeout = 60,
      ask = {
        "want to save%? %(y/n%) ?$",
        say = "y",
        text = "Are you sure you want to save? (y/n) ",
      },
      done = "[Cc]onfiguration [Ss]aved", -- (K)
    },
  },
  push = { alone = { "." } },
  volatile = { "^ *System Up Time", "^ *rogue %l+ %l+ [%x:]+", "^ *System Time" },
  scrub = {
    "(snmp community create) %S+",
    "(snmp community .- secret) %S+",
    "(mgmtuser add encrypt %S+ %S+) .+",
    "(radius %l+ add .- password) .+",
    "(security wpa akm psk set%-key %S+ encrypt %d %S+) .+",
    "(tacacs %l+ add .- password) .+",
    "(netuser add %S+) %S+",
  },
  secrets = {
    "snmp community create SECRET",
    "config mgmtuser add encrypt admin 1 SECRET SECRET 16 SECRET read-write",
    "config radius auth add encrypt 1 192.0.2.8 1812 password 1 SECRET SECRET 16",
    "config tacacs auth add encrypt 1 192.0.2.7 49 password 1 SECRET SECRET 16",
    "config netuser add guest SECRET wlan 1 userType guest",
  },

  detect = {
    banner = "CISCO_WLC",
    {
      "show inventory", "Wireless.-Controller", 99,
      text = 'NAME: "Chassis"    , DESCR: "Cisco 5520 Wireless Controller"',
    },
  },
  parse = { ntc = "cisco_wlc_ssh" },

  samples = {
    exec = { "(Cisco Controller) >", "(wlc-hq.01) > " },
    config = { "(Cisco Controller) config>", "(wlc-hq.01) config> " },
    none = {
      "",
      "(Cisco Controller)",
      "User: ",
      "Password:",
      "--More-- or (q)uit",
      "Would you like to display the next 15 entries? (y/n) ",
      "Press Enter to continue...",
      "Incorrect usage.  Use the '?' or <TAB> key to list commands.",
    },
  },
}
