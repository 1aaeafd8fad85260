local figures = require "moonwire.report.run.figures"
local sample = require "spec.report.run.sample"

local function near(expected, value)
  assert.is_true(math.abs(expected - value) < 1e-9, ("%s, %s"):format(expected, value))
end

describe("figures.split", function()
  it("adds up to a device's time, the rest being its commands", function()
    local parts = figures.split { elapsed = 2, phases = {
      connect = 0.25, banner = 0.25, kex = 0.5, auth = 0.125, shell = 0.125, odd = 9,
    } }
    assert.same({ 0.5, 0.5, 0.125, 0.125, 0.75 }, parts)
  end)

  it("never gives more than there is", function()
    assert.same({ 1, 0, 0, 0, 0 },
      figures.split { elapsed = 1, phases = { connect = 5, kex = 5 } })
    assert.same({ 0, 0, 0, 0, 0 }, figures.split { phases = {} })
  end)
end)

describe("figures.of", function()
  it("is about the devices that did well", function()
    local of = figures.of(sample.subject(sample.run("sync", 3, 2)).runs[1].results)
    near(1.02, of.session.p50)
    near(1.01, of.session.least)
    near(1.03, of.session.greatest)
    assert.equal("connect", of.phases[1].name)
    near(0.3, of.phases[1].p99)
    near(0.32, of.phases[5].p50)
  end)

  it("has nothing to say where none did", function()
    local of = figures.of(sample.subject(sample.run("sync", 0, 2)).runs[1].results)
    assert.is_nil(of.session.p50)
    assert.is_nil(of.phases[1].p50)
  end)
end)

describe("figures.compare", function()
  it("has n, median, spread and speed-up, and what others published", function()
    local subject = sample.subject(sample.run("sync", 5, 0, 30),
      sample.run("threads", 4, 1, 6))
    subject.published = {
      { mode = "threads", document = 6.89, netmiko = 5.85 },
      { mode = "Ansible", document = 19 }, { mode = "warm" },
    }
    local rows = figures.compare(subject)
    assert.equal(3, #rows)
    assert.equal(3, rows[1].n)
    assert.equal(1.9, rows[1].least)
    assert.equal(2.1, rows[1].greatest)
    assert.equal(5, rows[2].speed_up)
    assert.equal(1, rows[2].failed)
    assert.equal(2, rows[2].cpu_ms)
    assert.equal(5.85, rows[2].netmiko)
    assert.same({ mode = "Ansible", n = 0, document = 19 }, rows[3])
  end)
end)
