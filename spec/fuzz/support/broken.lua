--- For the spec of the targets: one that breaks its promise.
return function()
  error("it was asked to")
end
