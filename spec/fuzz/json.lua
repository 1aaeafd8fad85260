--- Any bytes as an inventory in JSON.
return require "spec.fuzz.support.inventory" "json"
