--- Enterprise SONiC by Dell, whose command line is started from the shell.
-- Sources: N netmiko, S scrapli, O oxidized; (K): to be proved.
-- @module moonwire.platform.dell_sonic
return require("moonwire.platform").define "dell_sonic" {
  status = "documents",
  title = "Dell Enterprise SONiC",
  family = "ios-like",
  aliases = { "dell_enterprisesonic", "enterprise_sonic", "edgecore_sonic", "sonic" },

  link = { newline = "\n", term = "vt100", width = 511, height = 1000 },
  paging = {
    off = { "terminal length 0", mode = "priv" },
    on = { "terminal length 24", mode = "priv" },
  },
  ssh = { exec = true }, -- (K): in the shell
  host = { pattern = { "@([%w_.%-]+)", "^([%w_.%-]+)[%(#]" } },

  banner = "\nDebian GNU/Linux 11 sonic #1\n-- Unauthorized access prohibited > --\n",
  start = { "linux", "priv" },
  modes = {
    { "config", "^[%w_.%-]+%(conf[^%)]*%)#%s*$" },
    { "linux", "^[%w_.%-]+@[%w_.%-]+:[%w_.~/%-]+[#$]%s*$" },
    { "priv", "^[%w_.%-]+#%s*$" },
  },
  edges = {
    { "linux", "priv", run = "sonic-cli" },
    { "priv", "linux", run = "exit" },
    { "priv", "config", run = "configure terminal" },
    { "config", "priv", run = "end" },
  },
  logout = "exit",

  prep = { { "terminal length 0", mode = "priv" } },
  help = { ask = "?", take_back = "\21", modes = { "priv", "config" } }, -- (K)
  pager = {
    text = "--more--",
    pattern = "^%s*%-%-[Mm]ore%-%-%s*$",
    key = " ",
    stop = "q",
    erase = true,
  },

  read_only = { "sh[ow]", "dir", "terminal length" },
  not_read_only = { "[;&<>`$]", "|%s*save" },
  harmful = {
    "rel", "reb", "wr", "del", "era", "cop", "conf", "clear", "image", "no", "mv", "rm",
    "config_", "sudo", "delete", "exit", "factory", "techsupport", "write",
  },
  sentinel = "double_prompt", -- (K): what is taken for a comment
  break_key = "\3",

  questions = { -- (K)
    {
      "reboot.*%[y/N%]:? ?$",
      say = "y",
      danger = true,
      text = "System will reboot. Continue? [y/N]:",
    },
    { "%[[yY]/[nN]%]:? ?$", text = "Overwrite it? [y/N]:" },
    { "[Pp]assword[^:]*: ?$", text = "[sudo] password for admin: " },
  },
  errors = { -- S
    { "^%% ?Error: Invalid input", class = "syntax" },
    { "^%% ?Error: Incomplete", class = "incomplete" },
    { "^%% ?Error: Ambiguous", class = "ambiguous" },
    { "^%% ?Error:", class = "rejected" },
    { "command not found", class = "syntax" },
    { "Permission denied", class = "denied" },
    { "^Error:", class = "rejected" },
  },
  log = { "^Warning: Idle timeout" },

  config = {
    enter = "config",
    hostname = "hostname %s", -- (K)
    show = { "show running-configuration", mode = "priv", timeout = 60 }, -- O
    save = { "write memory", mode = "priv", timeout = 60 },
    checksum = { "md5sum %s", mode = "linux", timeout = 300 }, -- N
  },
  push = {
    alone = { "^host", "^no host", "^end$", "^do ", "^copy", "^write", "^reboot" },
  },
  volatile = { "^! ?Time", "Uptime" },
  scrub = {
    "(password) %S+",
    "(community) %S+",
    "( key) %S+",
    "(encrypted) %S+",
  },
  secrets = {
    "username admin password $6$SECRET role admin",
    "snmp-server community SECRET",
    "tacacs-server host 192.0.2.7 key SECRET encrypted",
    "  password SECRET encrypted",
  },

  detect = {
    {
      "show version", "SONiC Software Version", 95,
      text = "SONiC Software Version: SONiC-OS-4.1.0-Enterprise",
    },
  },
  parse = { ntc = "dell_sonic" },

  samples = {
    linux = { "admin@sonic:~$ ", "root@leaf-1:/home/admin# " },
    priv = { "sonic#", "leaf-1.lab# " },
    config = {
      "sonic(config)#", "sonic(config-if-Ethernet0)#", "sonic(conf-if-Eth1/1)# ",
    },
    none = {
      "",
      "--more--",
      "%Error: Invalid input detected at \"^\" marker.",
      "-bash: shwo: command not found",
      "System will reboot. Continue? [y/N]:",
      "sonic login: ",
    },
  },
}
