local fleet = require "moonwire.fleet"
local json = require "moonwire.report.json"
local moonwire_report = require "moonwire.report"
local report = require "moonwire.report.run"
local sample = require "spec.report.run.sample"
local support = require "spec.support.lab"
local text = require "moonwire.report.run.text"

local function subject()
  local sync, threads = sample.run("sync", 30, 0, 30), sample.run("threads", 28, 2, 6)
  local made = sample.subject(sync, threads)
  made.published = { { mode = "Ansible", document = 19 } }
  return made
end

describe("a report as text", function()
  it("compares, sums up and groups", function()
    local written = text.write(subject(), "ascii")
    assert.is_nil(written:find "[\x80-\xff]")
    assert.matches("| sync +| +30 | 3 | +30.000 | 1.900 to 2.100 | +1.00x |", written)
    assert.matches("| threads +| +30 | 3 | +6.000 | .*| +5.00x |.*| +2 |", written)
    assert.matches("| Ansible +| +| +| .*| +19.00 |", written)
    assert.matches("\nsync     #+ 30.00 s\nthreads  #+ 6.00 s\n", written)
    assert.matches("| session +| 1.010 |", written)
    assert.matches("\nsessions by their seconds\n", written)
    assert.matches("| +2 | timeout | connect | <device>:22: no answer | r%[29%-30%] |",
      written)
  end)

  it("uses the dots of braille where it may", function()
    assert.is_truthy(text.write(subject(), "utf8"):find "\xe2[\xa0-\xa3]")
  end)
end)

describe("a report as JSON", function()
  it("has figures and causes", function()
    local document = assert(json.decode(report.write(subject(), "json")))
    assert.equal(3, #document.runs)
    local threads = document.runs[2]
    assert.equal(5, threads.speed_up)
    assert.equal(2, threads.causes[1].count)
    assert.equal("r29", threads.causes[1].devices[1])
    assert.equal("connect", threads.phases[1].name)
    assert.is_true(threads.session.p99 >= threads.session.p50)
    assert.equal(19, document.runs[3].document)
  end)
end)

describe("a report as CSV", function()
  it("has a row for each device of each run", function()
    local written = report.write(subject(), "csv")
    assert.matches("^run,device,host,ok,kind,phase,message,started,elapsed,phase auth,",
      written)
    assert.equal(1 + 60, select(2, written:gsub("\n", "")))
    assert.matches("\nthreads,r30,192.0.2.30,false,timeout,connect,r30: ", written)
    assert.matches("\nsync,r2,192.0.2.2,true,,,,0.500000,1.020000,0.100000,", written)
  end)
end)

describe("a report as Markdown", function()
  it("has tables", function()
    local written = report.write(subject(), "markdown")
    assert.is_truthy(written:find("# Report of `sample.json`\n", 1, true))
    assert.is_truthy(written:find("\n| sync | 30 | 3 | 30.000 | 1.900 to 2.100 |", 1,
      true))
    assert.is_truthy(written:find("\n| r7 | 192.0.2.7 | ok | 3.000 | 1.070 |", 1, true))
    assert.is_truthy(written:find("`<device>:22: no answer`", 1, true))
  end)

  it("leaves very many devices to others", function()
    local many = sample.subject(sample.run("sync", 201, 0))
    assert.matches("\n201 devices: `%-%-format csv`", report.write(many, "markdown"))
  end)
end)

describe("a report of numbers as no run has them", function()
  local NUMBERS = {
    0, 5e-324, 1e-12, 1e-6, 0.5, 3, 1e9, 1e15, 1e16, 1.7e308, -1, 2 ^ 63,
  }

  it("is written in every format", function()
    local runs = {}
    for i, number in ipairs(NUMBERS) do
      local run = sample.run("m" .. i, 3, 1, number)
      run.peak_sessions, run.threads, run.cpu_seconds = number, number, number
      run.runs = { number, 1 }
      for j, result in ipairs(run.results) do
        result.started = NUMBERS[(i + j) % #NUMBERS + 1]
        result.elapsed = NUMBERS[(i * j) % #NUMBERS + 1]
        result.phases.kex = number
      end
      runs[i] = run
    end
    local strange = sample.subject(table.unpack(runs))
    for _, format in ipairs(report.formats) do
      local written = report.write(strange, format):lower()
      assert.is_nil(written:find "%f[%a]nan%f[%A]", format)
      assert.is_nil(written:find "%f[%a]inf%f[%A]", format)
    end
  end)
end)

describe("report.as", function()
  it("writes a run that has just been", function()
    support.with_lab({ devices = 3 }, function(here)
      local run = fleet.run(here:inventory(), { job = function(session)
        return session:send_command "show clock"
      end })
      local document = assert(json.decode(moonwire_report.as(run, "json", "today")))
      assert.equal("today", document.name)
      assert.equal(3, document.runs[1].ok)
      local page = moonwire_report.as(run, "html")
      assert.equal(3, select(2, page:gsub("<h4>show clock</h4>", "")))
      assert.is_nil(page:find("It is not known when", 1, true))
    end)
  end)
end)

describe("report.write", function()
  it("knows its formats, and no other", function()
    for _, format in ipairs(report.formats) do
      assert.is_true(report.has(format))
      assert.is_true(#report.write(subject(), format) > 100)
    end
    assert.is_false(report.has "xml")
    assert.has_error(function() report.write(subject(), "xml") end,
      "no such format of a report: xml")
  end)
end)
