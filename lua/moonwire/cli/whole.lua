--- A reader for options that are whole numbers, as argparse's `convert` wants it: what
-- it says begins with the option's name.
-- @module moonwire.cli.whole

--- @string name such as "--max-runs"
-- @int[opt=1] least
-- @treturn function of the text, giving the number, or nil and a message
return function(name, least)
  least = least or 1
  return function(text)
    local number = math.tointeger(tonumber(text))
    if not number or number < least then
      return nil, ("%s wants a whole number from %d on"):format(name, least)
    end
    return number
  end
end
