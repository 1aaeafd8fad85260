--- VyOS, and Vyatta before it.
-- Sources: N netmiko, S scrapli, O oxidized, A ansible; (K): to be proved.
-- @module moonwire.platform.vyos
return require("moonwire.platform").define "vyos" {
  status = "documents",
  title = "VyOS",
  family = "vyatta",
  aliases = { "vyatta_vyos", "brocade_vyos", "vyos_vyos" },

  link = { newline = "\n", term = "vt100", width = 512, height = 1000 },
  width = "set terminal width %d", -- N
  paging = { off = "set terminal length 0", on = "set terminal length 24" }, -- N
  ssh = { exec = false }, -- a shell answers there, and knows no command of VyOS (K)
  host = { pattern = "@([%w_.%-]+)" },

  banner = "\nWelcome to VyOS - type # for nothing\n",
  start = { "exec" },
  modes = {
    { "config", "^[%w_.%-]+@[%w_.%-]+#%s*$" },
    {
      "exec",
      "^[%w_.%-]+@[%w_.%-]+:[%w_./~%-]+[%$>]%s*$",
      "^[%w_.%-]+@[%w_.%-]+>%s*$",
    },
  },
  edges = {
    { "exec", "config", run = "configure" },
    -- "exit" refuses while there are changes
    { "config", "exec", run = "exit discard" },
  },
  logout = "exit",

  prep = { "set terminal width 512", "set terminal length 0" },
  help = { ask = "?", take_back = "\21" },
  pager = { -- less
    text = ":",
    pattern = "^:%s*$",
    key = " ",
    stop = "q",
    erase = true,
  },

  read_only = { "show", "run show", "compare", "set terminal" },
  not_read_only = { "[;&<>`$]", "|%s*[st]%S+" },
  harmful = {
    "reboot", "poweroff", "delete", "install", "add", "reset", "restart",
    "commit", "configure", "rollback", "load", "save", "discard", "copy", "rename",
    "format", "sudo", "rm", "generate", "force", "disconnect", "clear",
  },
  sentinel = "comment",
  comment = "#", -- the shell below takes it (K)
  type_ahead = true, -- (K)
  break_key = "\3",

  questions = {
    {
      "want to reboot this system%? %[y/N%] ?$",
      say = "y",
      danger = true,
      text = "Are you sure you want to reboot this system? [y/N] ",
    },
    { "[Pp]roceed %? ?%(Y/N%):? ?$", say = "y", text = "Proceed ?(Y/N): " },
    { "%[[yY]/[nN]%]:? ?$", text = "This may take long. Continue? [y/N] " },
    { "%([yY]/[nN]%):? ?$", text = "Do you want to keep the old data? (Y/N) " },
    { "[Pp]assword[%w ]*: ?$", text = "[sudo] password for admin: " },
  },
  errors = { -- N S A
    { "Invalid command:", class = "syntax" },
    { "^%s*Ambiguous command", class = "ambiguous" },
    { "^%s*Incomplete command", class = "incomplete" },
    { "Need to specify the config node", class = "syntax" },
    { "Configuration path: .* is not valid", class = "syntax" },
    { "^%s*Invalid value", class = "rejected" },
    { "^%s*Value validation failed", class = "rejected" },
    { "^%s*Set failed", class = "rejected" },
    { "^%s*Delete failed", class = "rejected" },
    { "^%s*Commit failed", class = "rejected" },
    { "Failed to generate committed config", class = "rejected" },
    { "Cannot exit: configuration modified", class = "rejected" },
    { "[Cc]onfiguration system is locked", class = "locked" },
    { "Permission denied", class = "denied" },
  },

  config = {
    enter = "config",
    hostname = "set system host-name %s",
    candidate = true,
    own_candidate = true,
    expiry = "reboot", -- before VyOS 1.5 (T8469)
    show = { "show configuration commands", mode = "exec" },
    diff = { "compare", mode = "config" },
    commit = { "commit", mode = "config", timeout = 180 },
    comment = ' comment "%s"',
    confirmed = {
      "commit-confirm %d", mode = "config", unit = "minutes", timeout = 180,
      ask = { "[Pp]roceed %? ?%(Y/N%):? ?$", say = "y", text = "Proceed ?(Y/N): " },
    },
    confirm = { "confirm", mode = "config" },
    discard = { "discard", mode = "config" },
    rollback = { "rollback %d", mode = "config" },
    save = { "save", mode = "config", done = "Done" },
    checksum = { "md5sum %s", timeout = 300 },
  },
  push = {
    alone = {
      "^commit", "^confirm", "^exit", "^top", "^up", "^edit", "^load", "^rollback",
      "^run ", "^save", "^discard", "^sudo",
    },
  },
  volatile = { "^// Release version:", "^// vyos%-config%-version" },
  scrub = {
    "(encrypted%-password) %S+",
    "(plaintext%-password) %S+",
    "( password) %S+",
    "(pre%-shared%-secret) %S+",
    "(community) %S+",
    "(private%-key) %S+",
    "(preshared%-key) %S+",
    "( secret) %S+",
    "( key) %S+",
  },
  secrets = {
    "set system login user vyos authentication encrypted-password 'SECRET'",
    "set system login user vyos authentication plaintext-password SECRET",
    "set protocols bgp neighbor 192.0.2.1 password SECRET",
    "set vpn ipsec authentication psk lab secret SECRET",
    "set service snmp community SECRET authorization ro",
    "set interfaces wireguard wg0 private-key SECRET",
    "set system login radius server 192.0.2.8 key SECRET",
  },

  detect = {
    { "show version", "VyOS", 99, text = "Version:          VyOS 1.4-rolling" },
  },
  parse = { ntc = "vyatta_vyos" },

  samples = {
    exec = { "vyos@edge1:~$ ", "vyos@edge1:/config$ ", "vyos@edge1> " },
    config = { "[edit]\nvyos@edge1# ", "[edit interfaces ethernet eth0]\nvyos@edge1#" },
    none = {
      "",
      "[edit]",
      ":",
      "Warning: you have uncommitted changes that will not be saved.",
      "Are you sure you want to reboot this system? [y/N] ",
      "Set failed",
      "vyos login: ",
    },
  },
}
