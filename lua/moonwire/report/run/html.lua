--- A report as one page that needs nothing else: no script, no network, its one style
-- named by its hash in the page's own Content-Security-Policy. Should a text ever get
-- past the escaping, the browser still would not obey it.
-- @module moonwire.report.run.html
local axis = require "moonwire.report.axis"
local chart = require "moonwire.report.chart"
local digest = require "host.digest"
local escape = require "moonwire.report.escape"
local figures = require "moonwire.report.run.figures"
local histogram = require "moonwire.report.run.histogram"
local style = require "moonwire.report.run.style"
local svg = require "moonwire.report.svg"
local tables = require "moonwire.report.run.table"
local timeline = require "moonwire.report.run.timeline"

local html = {}

local MOST_DEVICES = 500 -- each with its answers
local MOST_FAILED, SLOWEST = 200, 20 -- of more than that

-- Text only, never markup; `shape` is ours and holds as many %s as there are texts.
local function markup(shape, ...)
  local texts = table.pack(...)
  for i = 1, texts.n do
    texts[i] = escape.html(tostring(texts[i]))
  end
  return shape:format(table.unpack(texts, 1, texts.n))
end

local function policy()
  local hash = digest.new("sha256"):update(style.text):base64()
  return ("default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; "
    .. "form-action 'none'"):format(hash)
end

local function head(title)
  return table.concat {
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
    -- quotes of the policy are plain in an attribute with the other ones
    ('<meta http-equiv="Content-Security-Policy" content="%s">\n'):format(policy()),
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
    '<meta name="color-scheme" content="light dark">\n',
    '<meta name="referrer" content="no-referrer">\n',
    markup("<title>%s</title>\n", title),
    "<style>", style.text, "</style>\n</head>\n<body>\n<main>\n",
  }
end

local function row(tag, cells, columns)
  local parts = {}
  for i, column in ipairs(columns) do
    local class = column.align == "right" and "number" or column.is_long and "long"
    local attribute = class and (' class="%s"'):format(class) or ""
    local shape = ("<%s%s>%%s</%s>"):format(tag, attribute, tag)
    parts[i] = markup(shape, cells[i])
  end
  return "<tr>" .. table.concat(parts) .. "</tr>\n"
end

local function write_table(columns, rows)
  local titles, lines = {}, {}
  for i, column in ipairs(columns) do
    titles[i] = column.title
  end
  for i, cells in ipairs(rows) do
    lines[i] = row("td", cells, columns)
  end
  return table.concat {
    '<div class="wide"><table>\n<thead>', row("th", titles, columns),
    "</thead>\n<tbody>\n", table.concat(lines), "</tbody>\n</table></div>\n",
  }
end

local function add_table(parts, title, columns, rows)
  if #rows > 0 then
    parts[#parts + 1] = markup("<h3>%s</h3>\n", title) .. write_table(columns, rows)
  end
end

local function figure(drawing)
  return '<figure class="wide">' .. drawing .. "</figure>\n"
end

local function add_picture(parts, title, drawing, complaint)
  if drawing or complaint then
    parts[#parts + 1] = markup("<h3>%s</h3>\n", title)
    parts[#parts + 1] = drawing and figure(drawing) or markup("<p>%s</p>\n", complaint)
  end
end

-- A newline behind the tag is not part of the text: one that is must not be the first.
local function answer(entry)
  return markup("<h4>%s</h4>\n<pre>\n%s</pre>\n", entry.command, entry.output)
end

local function device(result)
  local parts = {
    markup("<summary><b>%s</b> %s ", result.device, result.host),
    result.ok and '<span class="good">ok</span>'
      or markup('<span class="wrong">%s</span> %s', result.kind, result.message),
    result.elapsed and (" %.3f s"):format(result.elapsed) or "",
    "</summary>\n",
  }
  for _, entry in ipairs(result.output) do
    parts[#parts + 1] = answer(entry)
  end
  return "<details>" .. table.concat(parts) .. "</details>\n"
end

-- Of very many devices those that need a person's eye.
local function worth_a_look(results)
  local failed, good = {}, {}
  for _, result in ipairs(results) do
    table.insert(result.ok and good or failed, result)
  end
  table.sort(good, function(one, other)
    return (one.elapsed or 0) > (other.elapsed or 0)
  end)
  return table.move(failed, 1, math.min(#failed, MOST_FAILED), 1, {}),
    table.move(good, 1, math.min(#good, SLOWEST), 1, {})
end

local function add_devices(parts, results)
  if #results > MOST_DEVICES then
    local failed, slowest = worth_a_look(results)
    add_table(parts, "The first that failed", tables.devices(failed))
    add_table(parts, "The slowest that did well", tables.devices(slowest))
    return
  end
  parts[#parts + 1] = "<h3>Devices and their answers</h3>\n"
  for _, result in ipairs(results) do
    parts[#parts + 1] = device(result)
  end
end

local function add_run(parts, run)
  local class = run.count.failed > 0 and "wrong" or "good"
  local shape = '<section>\n<h2>%%s <span class="%s">%%s ok, %%s failed</span></h2>\n'
  parts[#parts + 1] = markup(shape:format(class), run.mode, run.count.ok,
    run.count.failed)
  add_table(parts, "Failures by cause", tables.causes(run))
  add_picture(parts, "When each device was in which phase", timeline.draw(run.results))
  local latencies = figures.latencies(run.results)
  add_picture(parts, "How long the sessions took", histogram.draw(latencies))
  add_table(parts, "Where the time of a session goes", tables.phases(run))
  add_devices(parts, run.results)
  parts[#parts + 1] = "</section>\n"
end

local function modes_chart(subject)
  local bars = {}
  for i, run in ipairs(subject.runs) do
    bars[i] = {
      label = run.mode,
      value = run.seconds,
      note = ("%.2f s"):format(run.seconds),
      hue = svg.hues[(i - 1) % #svg.hues + 1],
    }
  end
  return chart.bars {
    title = "How long the runs took",
    axis = "seconds, less is better",
    bars = bars,
    is_part = true,
  }
end

local function plural(count, word)
  return axis.number(count) .. " " .. word .. (count == 1 and "" or "s")
end

local function overview(subject)
  local devices, failed = 0, 0
  for _, run in ipairs(subject.runs) do
    devices, failed = devices + #run.results, failed + run.count.failed
  end
  local class = failed > 0 and "wrong" or "good"
  local shape = '<p class="lead">%%s, %%s, <span class="%s">%%s failed</span></p>\n'
  return markup(shape:format(class), plural(#subject.runs, "run"),
    plural(devices, "session"), axis.number(failed))
end

--- Write it.
-- @tparam table subject of `moonwire.report.run.source`
-- @treturn string a page
function html.write(subject)
  local title = "Report of " .. subject.name
  local parts = { head(title), markup("<h1>%s</h1>\n", title), overview(subject) }
  parts[#parts + 1] = figure(modes_chart(subject))
  parts[#parts + 1] = write_table(tables.runs(subject))
  for _, run in ipairs(subject.runs) do
    add_run(parts, run)
  end
  parts[#parts + 1] = "</main>\n</body>\n</html>\n"
  return table.concat(parts)
end

return html
