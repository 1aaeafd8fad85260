--- Ubiquiti EdgeRouter: EdgeOS, a fork of Vyatta.
-- Sources: N netmiko, O oxidized, A ansible; (K): to be proved.
-- @module moonwire.platform.ubiquiti_edgerouter
return require("moonwire.platform").define "ubiquiti_edgerouter" {
  status = "documents",
  title = "Ubiquiti EdgeRouter",
  aliases = { "edgerouter", "edgeos", "ubiquiti_edgeos" },
  like = "vyos",

  width = "terminal width %d", -- N
  paging = { off = "terminal length 0", on = "terminal length 24" }, -- N
  prep = { "terminal width 512", "terminal length 0" },
  read_only = { "show", "run show", "compare", "terminal" },

  banner = "\nWelcome to EdgeOS\n#### by logging in you accept the terms ####\n",

  detect = {
    { "show version", "EdgeRouter", 99, text = "HW model:     EdgeRouter X 5-Port" },
    {
      "show version",
      "^Version: +v[%d.]+%-?%l*.*EdgeOS",
      90,
      text = "Version:      v2 EdgeOS",
    },
  },
  parse = { ntc = "ubiquiti_edgerouter" },

  samples = {
    exec = { "ubnt@er-x:~$ ", "admin@er-4.lab:/config$ " },
    config = { "[edit]\nubnt@er-x# ", "[edit firewall]\nadmin@er-4.lab# " },
    none = {
      "",
      "[edit]",
      ":",
      "Linux er-x 4.14.54-UBNT #1 SMP",
      "The configuration path: [interfaces] is not valid",
      "Saving configuration to '/config/config.boot'...",
    },
  },
}
