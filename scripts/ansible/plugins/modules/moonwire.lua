#!/usr/local/bin/moonwire
--- A module of Ansible's: commands or lines for many devices in one call.
-- WANT_JSON: the arguments come in a file.
local ansible = require "moonwire.ansible"

return ansible.main(require "moonwire.ansible.network", arg[1], io.stdout)
