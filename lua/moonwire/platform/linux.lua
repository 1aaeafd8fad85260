--- Linux with a POSIX shell.
-- The exec channel is better where it serves: it tells output from complaint, and the
-- exit status.
-- Proved against bash 5.2 of Debian 12 behind OpenSSH (spec/real/linux_spec.lua).
-- @module moonwire.platform.linux
return require("moonwire.platform").define "linux" {
  status = "proved",
  title = "Linux",
  family = "linux",
  aliases = { "linux_ssh", "ovs_linux", "generic_linux", "linuxgeneric" },

  -- On a "dumb" terminal bash scrolls a long line sideways, and shows parts of it only.
  link = { newline = "\n", term = "vt100", width = 511, height = 1000 },
  width = "stty cols %d",
  ssh = { exec = true },
  host = { pattern = "@([%w_.%-]+)" },

  banner = "Linux web1 6.1.0 #1 SMP\n\n* Free software: $0, as it is >\n\n",
  login = {},
  start = { "user", "root" },
  privileged = "root",
  modes = {
    { "root", "^[%w_.%-]+@[%w_.%-]+:[^#$]*#%s*$", "^%[root@[^%]]+%]#%s*$" },
    {
      "user",
      "^[%w_.%-]+@[%w_.%-]+:[^#$]*%$%s*$",
      "^[%w_.%-]+@[%w_.%-]+~%$%s*$",
      "^%[[%w_.%-]+@[^%]]+%]%$%s*$",
    },
  },
  edges = {
    {
      "user", "root", run = "sudo -s",
      ask = { "[Pp]assword[^:]*: ?$", secret = "enable" },
    },
    { "root", "user", run = "exit", alone = true }, -- sudo's terminal ends with it
  },
  logout = "exit",

  prep = { "export PAGER=cat SYSTEMD_PAGER=cat GIT_PAGER=cat" },
  pager = { -- less, where a program has its own idea
    text = "(END)",
    pattern = "^%(END%)%s*$",
    key = "q",
    stop = "q",
    erase = true,
  },

  read_only = {
    "ls", "cat", "head", "tail", "uname", "uptime", "hostname", "id", "whoami", "date",
    "df", "free", "ps", "w", "who", "md5sum", "sha256sum", "stat", "ip addr", "ip link",
    "ip route", "ss", "lsblk", "lscpu", "dmesg", "journalctl", "printenv", "pwd",
    "echo",
  },
  not_read_only = {
    "[;&|<>`$(){}\\]", -- another command, or a file
    "^%l*cat%s*$", "^head%s*$", "^tail%s*$", "^md5sum%s*$", "^sha256sum%s*$",
    "^head %-%S+$", "^tail %-%S+$", "^cat %-", " %-$", -- all these read what is typed
    "^tail .*%-f", "^journalctl .*%-f", "^dmesg .*%-w", -- and these never end
    "^dmesg .*%-[cden]", "^date .*%-%-?s", "^hostname %S", "^journalctl .*%-%-[rv]",
    "^ip %l+ [adfcr]%l+ %S",
  },
  harmful = {
    "rm", "mv", "dd", "mk", "reboot", "shutdown", "halt", "poweroff", "init", "kill",
    "pkill", "cp", "chmod", "chown", "truncate", "sudo", "su", "apt", "dnf", "yum",
    "systemctl", "bash", "exec", "eval", "fdisk", "wipefs", "ln", "tee", "xargs",
  },
  sentinel = "comment",
  comment = "#",
  type_ahead = true, -- the terminal's own buffer keeps it
  unended = true,
  break_key = "\3",

  questions = {
    { "^%[sudo%] password for .*: ?$", text = "[sudo] password for admin: " },
    { "[Pp]assword[^:]*: ?$", text = "Password: " },
    {
      "[Dd]o you want to continue%? %[Y/n%] ?$",
      text = "Do you want to continue? [Y/n] ",
    },
    { "^rm: remove .*%? ?$", danger = true, text = "rm: remove regular file 'x'? " },
    { "%([Yy]es/[Nn]o.*%)%?? ?$", text = "Are you sure (yes/no/[fingerprint])? " },
    { "[%[(][Yy]/[Nn][%])]:?%?? ?$", text = "Overwrite? (y/n) " },
  },
  errors = { -- there is an exit status; these are for shells that nobody asked for it
    { "command not found$", class = "syntax" },
    { ": not found$", class = "syntax" },
    { ": No such file or directory$", class = "rejected" },
    { ": Permission denied$", class = "denied" },
    { "Operation not permitted$", class = "denied" },
    { "is not in the sudoers file", class = "denied" },
    { "^Sorry, try again%.$", class = "denied" },
  },

  config = {
    enter = "root",
    checksum = { "sha256sum %s", timeout = 300 },
  },
  files = {
    shell = true,
    free = { "df -Pk %s", " (%d+) +%d+%% ", unit = 1024,
      text = "/dev/vda1 2092496 0 %d 1%% /" },
  },
  push = { alone = { "." } },

  detect = { { "uname -a", "^Linux ", 90, text = "Linux web1 6.1.0-18-amd64 #1 SMP" } },

  samples = {
    user = {
      "admin@web1:~$ ", "admin@web1:/var/log$", "[admin@web1 ~]$ ", "admin@web1~$ ",
    },
    root = { "root@web1:~# ", "root@web1:/etc/ssh# ", "[root@web1 ~]# " },
    none = {
      "",
      "[sudo] password for admin: ",
      "web1 login: ",
      "# a comment in a file",
      "bash: shwo: command not found",
      "#1 SMP PREEMPT_DYNAMIC Debian",
      "Do you want to continue? [Y/n] ",
      "(END)",
    },
  },
}
