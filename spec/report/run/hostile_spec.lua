-- 200 hostile texts as names, messages, commands and answers, through every format.
local browser = require "spec.support.browser"
local chart = require "moonwire.report.chart"
local digest = require "host.digest"
local escape = require "moonwire.report.escape"
local html = require "moonwire.report.run.html"
local json = require "moonwire.report.json"
local payloads = require "spec.support.payload"
local report = require "moonwire.report.run"
local sample = require "spec.report.run.sample"
local source = require "moonwire.report.run.source"

local function result(index, payload)
  return {
    device = payload, host = payload, ok = index % 2 == 0, kind = payload,
    phase = payload, message = payload, started = 0, elapsed = 1,
    phases = { [payload] = 0.5 }, output = { { command = payload, output = payload } },
  }
end

-- As if JSON could say every byte: it cannot, and none may be lost on the way.
local function mark(value)
  for _, inner in pairs(type(value) == "table" and value or {}) do
    mark(inner)
  end
  if type(value) == "table" then
    setmetatable(value, { __jsontype = #value > 0 and "array" or "object" })
  end
  return value
end

local function run_of(first, last)
  local results = {}
  for i = first, last do
    results[#results + 1] = result(i, payloads[i])
  end
  return source.run(mark { mode = "<b>sync</b>\27[2J", results = results })
end

local function hostile_subject()
  local half = #payloads // 2
  return {
    name = "</title><script>alert(1)</script>",
    runs = { run_of(1, half), run_of(half + 1, #payloads) },
    published = {},
  }
end

local subject = hostile_subject()
local page = html.write(subject)

local function write_page(text)
  local path = os.tmpname()
  os.remove(path)
  path = path .. ".html"
  local stream = assert(io.open(path, "wb"))
  stream:write(text)
  stream:close()
  return path
end

-- every element that our pages have, and what may stand in its tag
local ELEMENTS = {}
for name in ("html head meta title style body main h1 h2 h3 h4 p span b figure div "
  .. "table thead tbody tr th td section details summary pre svg rect text line"
  .. " polygon"):gmatch "%w+" do
  ELEMENTS[name] = true
end
local ATTRIBUTES = {}
for name in ("lang charset http-equiv content name class xmlns width height viewBox "
  .. "role x y x1 y1 x2 y2 points text-anchor")
  :gmatch "%S+" do
  ATTRIBUTES[name] = true
end

local function check_attributes(text)
  local rest = text:gsub('%s+([%w:-]+)="[^"]*"', function(name)
    assert(ATTRIBUTES[name], "an attribute that is not ours: " .. name)
    return ""
  end)
  assert.matches("^%s*/?$", rest)
end

-- Nothing but our own markup; gives how many elements there are of each name.
local function census(document)
  local counts = {}
  local text = document:gsub("^<!DOCTYPE html>", ""):gsub("<style>.-</style>", "")
  local rest = text:gsub("</?(%w+)([^<>]*)>", function(name, attributes)
    assert(ELEMENTS[name], "an element that is not ours: " .. name)
    check_attributes(attributes)
    counts[name] = (counts[name] or 0) + 1
    return ""
  end)
  assert.is_nil(rest:find "[<>]")
  return counts
end

describe("200 hostile texts", function()
  it("are 200", function()
    assert.is_true(#payloads >= 200)
  end)

  it("stay text in the page", function()
    local counts = census(page)
    assert.equal(2 * #payloads, counts.pre) -- begin and end of each
    assert.is_nil(page:find "[\0-\8\11-\31\127]")
    assert.is_truthy(utf8.len(page))
  end)

  it("find the page closed: one style, by its hash, nothing from elsewhere", function()
    local hash = page:match "style%-src 'sha256%-([%w+/=]+)'"
    local styles = {}
    for style in page:gmatch "<style>(.-)</style>" do
      styles[#styles + 1] = style
    end
    assert.equal(1, #styles)
    assert.equal(hash, digest.new("sha256"):update(styles[1]):base64())
    assert.matches("content=\"default%-src 'none'; style%-src 'sha256%-", page)
    assert.is_nil(styles[1]:find "url%(")
    assert.is_nil(styles[1]:find "@import")
  end)

  it("stay text in a chart", function()
    for _, payload in ipairs(payloads) do
      local drawing = chart.bars {
        title = payload, subtitle = payload, axis = payload, is_part = true,
        bars = { { label = payload, value = 1, note = payload } },
      }
      census(drawing)
    end
  end)

  it("are no formula in CSV", function()
    local written = report.write(subject, "csv")
    local rows, row, position = {}, {}, 1
    while position <= #written do
      local cell, after = written:match('^"([^"]*)"()', position)
      if cell then
        while written:sub(after, after) == '"' do -- a quote that was doubled
          local more, next_after = written:match('^"([^"]*)"()', after)
          cell, after = cell .. '"' .. more, next_after
        end
      else
        cell, after = written:match('^([^,\n"]*)()', position)
      end
      row[#row + 1] = cell
      assert.is_true(not cell:find "^[=+@\t\r-]" or tonumber(cell) ~= nil, cell)
      local separator = written:sub(after, after)
      assert.is_true(separator == "," or separator == "\n")
      if separator == "\n" then
        rows[#rows + 1], row = row, {}
      end
      position = after + 1
    end
    assert.equal(1 + #payloads, #rows)
    for i = 2, #rows do
      assert.equal(#rows[1], #rows[i])
    end
    assert.is_nil(written:find "[\0-\8\11-\31\127]")
  end)

  it("stand in code spans in Markdown, each row with its cells", function()
    local written = report.write(subject, "markdown")
    assert.is_nil(written:find "[\0-\8\11-\31\127]")
    local spans_taken = {}
    for line in written:gmatch "[^\n]+" do
      local at, plain = 1, {}
      while at <= #line do
        local fence = line:match("^`+", at)
        local closing = fence and at + #fence
        if fence then
          -- a span ends at the next run of as many backticks
          repeat
            local first, last = line:find("`+", closing)
            assert.is_truthy(first, line)
            closing = last + 1
          until last - first + 1 == #fence
          at = closing
          spans_taken[#spans_taken + 1] = true
        else
          local text = line:match("^[^`]+", at)
          plain[#plain + 1], at = text, at + #text
        end
      end
      local outside = table.concat(plain)
      assert.is_nil(outside:find "[%[%]<>*_~\\@&]", line)
      assert.is_nil(outside:find("://", 1, true), line)
      assert.is_nil(outside:find("www.", 1, true), line)
    end
    assert.is_true(#spans_taken > #payloads)
    local rows = 0
    for part in (written .. "##"):gmatch "### Devices\n\n(.-)##" do
      for line in part:gmatch "[^\n]+" do
        assert.equal(9, select(2, line:gsub("|", "")), line)
        rows = rows + 1
      end
    end
    assert.equal(#payloads + 4, rows) -- two heads
  end)

  it("leave a terminal alone", function()
    local written = report.write(subject, "table")
    assert.is_nil(written:find "[\0-\9\11-\31\127]")
    assert.is_nil(written:find "\xc2[\x80-\x9f]")
    assert.is_nil(written:find "\xe2\x80[\x8e\x8f\xa8-\xae]")
    assert.is_nil(written:find "\xe2\x81[\xa6-\xa9]")
    assert.is_truthy(utf8.len(written))
  end)

  it("are JSON in JSON", function()
    local document = assert(json.decode(report.write(subject, "json")))
    assert.is_true(#document.runs[1].causes > 0)
  end)
end)

if browser.obstacle() then
  pending("a report in a browser: " .. browser.obstacle())
  return
end

describe("a report in a browser", function()
  local path

  setup(function() path = write_page(page) end)
  teardown(function() os.remove(path) end)

  it("has every hostile text as text, and none as anything else", function()
    local dom = browser.dom(path)
    census(dom)
    local i = 0
    for name, host, command, output in dom:gmatch("<summary><b>(.-)</b> (.-) <span.-"
      .. "<h4>(.-)</h4>\n<pre>(.-)</pre>") do
      i = i + 1
      local expected = escape.text(payloads[i])
      assert.equal(expected, browser.text(name))
      assert.equal(expected, browser.text(host))
      assert.equal(expected, browser.text(command))
      assert.equal(expected, browser.text(output))
    end
    assert.equal(#payloads, i)
    assert.is_truthy(dom:find("</html>%s*$"))
  end)

  it("breaks none of its own rules, and would be told", function()
    assert.same({}, browser.complaints(path))
    local broken = write_page((page:gsub("max%-width: 1000px", "max-width: 1001px")))
    local complaints = browser.complaints(broken)
    os.remove(broken)
    assert.equal(1, #complaints)
    assert.matches("Content Security Policy", complaints[1])
  end)

  it("can be seen, on a light page and on a dark one", function()
    local file = write_page(html.write(sample.subject(sample.run("sync", 4, 1))))
    local empty = write_page "<!DOCTYPE html><title>nothing</title>"
    local light, dark = browser.picture(file), browser.picture(file, "dark")
    local blank = browser.picture(empty)
    os.remove(file)
    os.remove(empty)
    assert.matches("^\x89PNG\r\n", light)
    assert.is_true(#light > 5 * #blank)
    assert.is_true(#dark > 5 * #blank)
    assert.are_not.equal(light, dark)
  end)
end)
