--- NVIDIA Cumulus Linux: Linux with NVUE, whose commands are typed in the shell.
-- Sources: N netmiko, S scrapli, O oxidized; (K): to be proved.
-- @module moonwire.platform.cumulus_linux
return require("moonwire.platform").define "cumulus_linux" {
  status = "documents",
  title = "NVIDIA Cumulus Linux",
  aliases = { "cumulus", "cumulus_linux_ssh" },
  like = "linux",

  banner = "\nWelcome to Cumulus (R) Linux (R)\n#### switch of the lab ####\n",
  read_only = {
    "ls", "cat", "head", "uname", "uptime", "id", "df", "free", "md5sum", "ip addr",
    "ip link", "ip route", "nv show", "nv config diff", "nv config history", "net show",
  },
  questions = {
    { "^%[sudo%] password for .*: ?$", text = "[sudo] password for cumulus: " },
    { "[Pp]assword[^:]*: ?$", text = "Password: " },
    { "^Are you sure%? %[y/N%] ?$", text = "Are you sure? [y/N] " }, -- (K)
    { "[%[(][Yy]/[Nn][%])]:?%?? ?$", text = "Overwrite? (y/n) " },
  },
  errors = { -- S
    { "^Error:", class = "rejected" },
    { "^ERROR:", class = "rejected" },
    { "^Invalid config", class = "rejected" }, -- (K)
    { "command not found$", class = "syntax" },
    { ": No such file or directory$", class = "rejected" },
    { "Permission denied", class = "denied" },
    { "^Sorry, try again%.$", class = "denied" },
  },

  config = { -- (K) throughout
    enter = "user",
    candidate = true,
    show = "nv config show",
    diff = "nv config diff",
    commit = {
      "nv config apply", timeout = 180,
      ask = {
        "^Are you sure%? %[y/N%] ?$",
        say = "y",
        text = "Are you sure? [y/N] ",
      },
    },
    comment = ' -m "%s"',
    confirmed = { "nv config apply --confirm %dm -y", unit = "minutes", timeout = 180 },
    confirm = "nv config apply --confirm-yes",
    discard = "nv config detach",
    save = "nv config save",
    checksum = { "md5sum %s", timeout = 300 },
  },
  push = { alone = { "^[^n]", "^n[^v]", "^nv [^su]" } },
  volatile = { "^ *%- header:", "^ *nvue%-api%-version:" },
  scrub = {
    "^([%w%- ]*password:?) %S+", "(community:?) %S+", "(secret:?) %S+", "(key:) %S+",
  },
  secrets = {
    "        neighbor swp51 password SECRET",
    "            hashed-password: SECRET",
    "nv set system snmp-server readonly-community SECRET",
    "            secret: SECRET",
  },

  detect = {
    { "uname -a", "^Linux cumulus", 99, text = "Linux cumulus 5.10.0-cl-1-amd64" },
  },

  samples = {
    user = {
      "cumulus@leaf01:mgmt:~$ ", "cumulus@leaf01:~$ ", "cumulus@leaf01:/etc/frr$ ",
    },
    root = { "root@leaf01:mgmt:~# ", "root@leaf01:mgmt:/home/cumulus# " },
    none = {
      "",
      "[sudo] password for cumulus: ",
      "Are you sure? [y/N] ",
      "applied [rev_id: 3]",
      "+ set interface swp1 link state up",
      "leaf01 login: ",
    },
  },
}
