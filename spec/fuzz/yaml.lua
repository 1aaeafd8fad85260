--- Any bytes as an inventory in YAML.
return require "spec.fuzz.support.inventory" "yaml"
