--- The built-in platforms, each with its aliases, so that one is found without loading
-- the others. A spec holds it against the files.
-- @module moonwire.platform.index
return {
  { "cisco_ios", "cisco_xe", "cisco_ios_xe", "ios", "iosxe" },
}
