--- Any bytes as an inventory in CSV.
return require "spec.fuzz.support.inventory" "csv"
