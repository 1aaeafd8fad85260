--- Texts with gaps, cut up once, so that filling one in is a single concatenation.
-- @module moonwire.lab.template
local template = {}

local function padded(fill, width)
  local form = "%-" .. width .. "s"
  return function(subject)
    return form:format(fill(subject))
  end
end

--- Compile a text.
-- @string text with gaps such as `@hostname@`, or `@address:15@` where what fills it is
-- to be made so many characters wide
-- @tparam table fillers for each gap's name a function from the subject to a string
-- @treturn function from a subject to the text with its gaps filled
function template.compile(text, fillers)
  local pieces, gaps = {}, {}
  for piece, name, width in (text .. "@@"):gmatch "(.-)@(%l*):?(%d*)@" do
    pieces[#pieces + 1] = piece
    if name ~= "" then
      local fill = assert(fillers[name], name)
      pieces[#pieces + 1] = ""
      gaps[#pieces] = width ~= "" and padded(fill, width) or fill
    end
  end
  return function(subject)
    for at, fill in pairs(gaps) do
      pieces[at] = fill(subject)
    end
    return table.concat(pieces)
  end
end

--- Write a cell of a table that may hold a gap.
-- @string text plain, or one gap
-- @int width
-- @treturn string at least so wide, now or when the gap is filled
function template.cell(text, width)
  local name = text:match "^@(%l+)@$"
  return name and ("@%s:%d@"):format(name, width) or ("%-" .. width .. "s"):format(text)
end

return template
