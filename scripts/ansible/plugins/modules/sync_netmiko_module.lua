#!/usr/local/bin/moonwire
-- WANT_JSON
local ansible = require "moonwire.ansible"
local netmiko = require "moonwire.ansible.netmiko"

return ansible.main(netmiko.module("Sync", "sync"), arg[1], io.stdout)
