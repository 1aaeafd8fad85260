--- Linux with a shell that edits no lines, such as dash: the terminal echoes what is
-- typed when it comes, not when it is read, so a comment sent along proves nothing.
-- Proved against dash 0.5.12 of Debian 12 (spec/real/linux_spec.lua).
-- @module moonwire.platform.linux_sh
return require("moonwire.platform").define "linux_sh" {
  like = "linux",
  status = "proved",
  title = "Linux (dash)",
  aliases = { "dash", "posix_sh" },

  modes = {
    { "root", "^#%s*$" },
    { "user", "^[%w_.%-]*%$%s*$" },
  },
  host = { pattern = "^([%w_.%-]+)%$" },

  sentinel = "double_prompt",
  type_ahead = false,

  detect = { { "echo $0", "^%-?d?a?sh$", 92, text = "-dash" } },

  samples = {
    user = { "$ ", "web1$ " },
    root = { "# " },
    none = {
      "",
      "[sudo] password for admin: ",
      "web1 login: ",
      "> ",
      "# a comment in a file",
      "sh: 1: shwo: not found",
    },
  },
}
