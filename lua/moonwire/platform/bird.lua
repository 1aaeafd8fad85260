--- BIRD, by birdc; a login may lead to it or to the shell around it. It has no
-- configuration mode: its configuration is a file, which `configure` reads again.
-- Proved against BIRD 2.0.12 of Debian 12 (spec/real/bird_spec.lua).
-- @module moonwire.platform.bird
return require("moonwire.platform").define "bird" {
  status = "proved",
  title = "BIRD (birdc)",
  family = "bird",
  aliases = { "birdc", "bird2" },

  -- Its pager cannot be switched off; a high terminal has few pages.
  link = { newline = "\n", term = "vt100", width = 511, height = 10000 },
  host = { pattern = "@([%w_.%-]+)" }, -- of the shell; birdc shows none

  banner = "BIRD 2.0.12 ready.\n",
  start = { "cli", "linux" },
  privileged = "cli",
  modes = {
    { "cli", "^bird> ?$" },
    { "linux", "^[%w_.%-]+@[%w_.%-]+:[^#$]*[#$]%s*$" },
  },
  edges = {
    { "linux", "cli", run = "PATH=$PATH:/usr/sbin birdc", alone = true },
    { "cli", "linux", run = "exit", alone = true },
  },
  logout = "exit",

  prep = {},
  help = { ask = "?", take_back = "\21", rows = "commands", modes = { "cli" } },
  pager = {
    text = "--More--",
    pattern = "^%-%-More%-%-%s*$",
    key = " ",
    stop = "q",
    erase = true,
  },

  read_only = { "show" },
  harmful = {
    "configure", "disable", "enable", "restart", "reload", "down", "graceful", "debug",
    "mrtdump", "restrict", "add", "delete", "flush", "dump", "exit", "quit",
  },
  sentinel = "double_prompt",
  type_ahead = false,
  break_key = "\3", -- ends birdc, too: nothing else stops an answer

  errors = {
    { "^No such command", class = "syntax" },
    { "^syntax error", class = "syntax" },
    { "^Command incomplete", class = "syntax" },
    { "^Access denied", class = "denied" },
    { "^Unable to connect to server control socket", class = "rejected" },
    { "command not found$", class = "syntax" },
  },

  detect = { { "show status", "^BIRD %d", 95, text = "BIRD 2.0.12" } },

  samples = {
    cli = { "bird> ", "bird>" },
    linux = { "ada@rr1:~$ ", "root@rr1:/etc/bird# " },
    none = {
      "",
      "--More--",
      "BIRD 2.0.12 ready.",
      "No such command. Press `?' for help.",
      "Daemon is up and running",
    },
  },
}
