--- Siemens RUGGEDCOM ROS.
-- A login finds itself in a menu that is painted over the screen. Ctrl-S leads from
-- there to a command line and back. The configuration is a file, config.csv, that one
-- fetches and brings by SFTP; what the command line changes takes effect at once.
-- It has no help on a line that is being typed: "?" is a letter there, and TAB nothing;
-- the command `help` lists the others. So the table has no `help`.
-- Source: the ROS user guide; (K): to be proved.
-- @module moonwire.platform.siemens_ros

local CTRL_S = "\19"

-- The session calls this when it sees no prompt. There is no text to know the menu by:
-- where the cursor rests after painting is not documented.
local function open(cli)
  return cli:press(CTRL_S)
end

return require("moonwire.platform").define "siemens_ros" {
  status = "documents",
  title = "Siemens RUGGEDCOM ROS",
  family = "ros",
  aliases = { "ruggedcom_ros", "ruggedcom", "ros" },

  link = { newline = "\r", term = "vt100", width = 80, height = 24 }, -- (K)
  ssh = { methods = { "keyboard-interactive", "publickey" }, exec = false },
  hooks = { open = open },

  banner = "Main Menu\n  Administration\n  Ethernet Ports\n  Diagnostics\n",
  start = { "cli" },
  modes = { { "cli", "^>%s*$" } }, -- (K)
  edges = {},
  logout = "logout",

  prep = {},
  pager = { -- (K)
    text = "Press any key to continue or Ctrl-C to abort",
    pattern = "^%s*Press any key to continue",
    key = " ",
    stop = "\3",
  },

  read_only = {
    "alarms", "arp", "dir", "flashfiles", "ipconfig", "route", "sfp", "sql select",
    "type", "version",
  },
  harmful = {
    "reset", "load", "clear", "clr", "purge", "factory", "tftp", "xmodem", "exit",
    "logout", "update", "delete", "insert", "telnet", "svcmod", "trace", "ping", "rmon",
  },
  sentinel = "double_prompt", -- no comment character is known
  break_key = "\3",

  questions = { -- (K)
    {
      "reset the device.*%[?[Yy]/[Nn]%]?[:?]* ?$",
      text = "Do you really want to reset the device? [Y/N]:",
      danger = true,
    },
    { "%[?%(?[Yy]/[Nn]%]?%)?[:?]* ?$", text = "Continue (Y/N)? " },
    { "[Pp]assword: ?$", text = "Password: " },
  },
  errors = { -- (K)
    { "^[Uu]nknown command", class = "syntax" },
    { "^[Ii]nvalid [Cc]ommand", class = "syntax" },
    { "^[Ss]yntax error", class = "syntax" },
    { "^[Ii]nvalid parameter", class = "syntax" },
    { "[Aa]ccess denied", class = "denied" },
    { "^[Ee]rror", class = "rejected" },
  },

  config = { enter = "cli" },
  push = { alone = { "." } },

  detect = { -- (K)
    {
      "version",
      "^Boot Software Version",
      60,
      text = "Boot Software Version : v2.20.0",
    },
    { "version", "^ROS%-", 90, text = "ROS-CF52 Main v4.3.4 Feb 24 2016" },
  },

  samples = {
    cli = { ">", "> " },
    none = {
      "",
      "Main Menu",
      "<CTRL> Z-Help S-Shell",
      "Password: ",
      "Press any key to continue or Ctrl-C to abort",
      "->",
      "Do you really want to reset the device? [Y/N]:",
    },
  },
}
