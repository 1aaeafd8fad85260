#!/usr/local/bin/moonwire
-- WANT_JSON
local ansible = require "moonwire.ansible"

return ansible.main(require "moonwire.ansible.network", arg[1], io.stdout)
