#!/usr/local/bin/moonwire
--- A module of Ansible's: commands on one device, in mode sync.
-- WANT_JSON: the arguments come in a file.
local ansible = require "moonwire.ansible"
local netmiko = require "moonwire.ansible.netmiko"

return ansible.main(netmiko.module("Sync", "sync"), arg[1], io.stdout)
