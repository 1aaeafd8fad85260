--- Any bytes as an inventory in INI.
return require "spec.fuzz.support.inventory" "ini"
