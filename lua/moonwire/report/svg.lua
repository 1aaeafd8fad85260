--- The elements of a picture: text that cannot break out of it, colours that can be
-- read on a light and on a dark page. What is drawn is the matter of `report.chart`.
-- @module moonwire.report.svg
local escape = require "moonwire.report.escape"

local svg = {}

-- Series are told apart by hue and by place; the hues also by people who see fewer.
svg.hues = { "blue", "orange", "green", "purple", "sand" }

--- The hue of what failed.
svg.bad = "bad"

--- What gives the classes their look, on a light page and on a dark one.
svg.style = [[
text { font: 13px system-ui, "DejaVu Sans", sans-serif; fill: #1f2328; }
.title { font-size: 16px; font-weight: 600; }
.quiet { font-size: 12px; fill: #59636e; }
.page { fill: #ffffff; }
.grid { stroke: #d1d9e0; stroke-width: 1; }
.axis { stroke: #59636e; stroke-width: 1; }
.line { fill: none; stroke-width: 2; }
.blue { fill: #0072b2; } .line.blue { fill: none; stroke: #0072b2; }
.orange { fill: #d55e00; } .line.orange { fill: none; stroke: #d55e00; }
.green { fill: #00805d; } .line.green { fill: none; stroke: #00805d; }
.purple { fill: #a8518a; } .line.purple { fill: none; stroke: #a8518a; }
.sand { fill: #997300; } .line.sand { fill: none; stroke: #997300; }
.bad { fill: #cf222e; }
.mark { stroke: #1f2328; stroke-width: 1; stroke-dasharray: 4 3; }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc; }
.quiet { fill: #9198a1; }
.page { fill: #0d1117; }
.grid { stroke: #3d444d; }
.axis { stroke: #9198a1; }
.blue { fill: #56b4e9; } .line.blue { fill: none; stroke: #56b4e9; }
.orange { fill: #ff8a3d; } .line.orange { fill: none; stroke: #ff8a3d; }
.green { fill: #2fbf94; } .line.green { fill: none; stroke: #2fbf94; }
.purple { fill: #e39bc6; } .line.purple { fill: none; stroke: #e39bc6; }
.sand { fill: #e6b422; } .line.sand { fill: none; stroke: #e6b422; }
.bad { fill: #ff7b72; }
.mark { stroke: #f0f6fc; }
}
]]

local function value_text(value)
  if math.type(value) == "float" then
    return (("%.2f"):format(value):gsub("%.?0+$", ""))
  end
  return escape.html(tostring(value))
end

--- One element.
-- @string name
-- @tparam table attributes numbers and strings by name
-- @string[opt] content markup that is safe already
-- @treturn string
function svg.element(name, attributes, content)
  local names, parts = {}, {}
  for attribute in pairs(attributes) do
    names[#names + 1] = attribute
  end
  table.sort(names)
  for i, attribute in ipairs(names) do
    parts[i] = (' %s="%s"'):format(attribute, value_text(attributes[attribute]))
  end
  local head = "<" .. name .. table.concat(parts)
  return content and ("%s>%s</%s>\n"):format(head, content, name) or head .. "/>\n"
end

--- A line of text.
-- @number x
-- @number y its base line
-- @string text any bytes
-- @tparam[opt] table attributes such as `class` and `text-anchor`
-- @treturn string
function svg.text(x, y, text, attributes)
  local all = { x = x, y = y }
  for name, value in pairs(attributes or {}) do
    all[name] = value
  end
  return svg.element("text", all, escape.html(text))
end

--- A straight line.
-- @number x1
-- @number y1
-- @number x2
-- @number y2
-- @string class "grid", "axis" or "mark"
-- @treturn string
function svg.line(x1, y1, x2, y2, class)
  return svg.element("line", { x1 = x1, y1 = y1, x2 = x2, y2 = y2, class = class })
end

local function picture(width, height, title, style, elements)
  local page = { width = width, height = height, class = "page" }
  local content = {
    "\n<title>" .. escape.html(title) .. "</title>\n",
    style,
    svg.element("rect", page),
    table.concat(elements),
  }
  return svg.element("svg", {
    xmlns = "http://www.w3.org/2000/svg",
    width = width,
    height = height,
    viewBox = ("0 0 %d %d"):format(width, height),
    role = "img",
  }, table.concat(content))
end

--- A whole picture.
-- @int width
-- @int height
-- @string title what a screen reader says
-- @tparam table elements list of strings
-- @treturn string an SVG file
function svg.document(width, height, title, elements)
  local style = "<style>\n" .. svg.style .. "</style>\n"
  return picture(width, height, title, style, elements)
end

--- A picture that is a part of a page, which has `svg.style` among its own styles.
-- @int width
-- @int height
-- @string title what a screen reader says
-- @tparam table elements list of strings
-- @treturn string an element
function svg.part(width, height, title, elements)
  return picture(width, height, title, "", elements)
end

return svg
