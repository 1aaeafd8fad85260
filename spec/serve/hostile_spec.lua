-- 200 hostile texts as the names, outputs and errors of a run, in all that the
-- dashboard reads: JSON that no browser takes for a page, and events that stay one.
local journal = require "moonwire.journal"
local json = require "moonwire.report.json"
local lfs = require "lfs"
local payloads = require "spec.support.payload"
local state = require "moonwire.fleet.state"
local web = require "spec.support.web"

local COMMAND = "show <clock>"

-- A text behind JSON, which has no bytes but characters.
local function as_read(text)
  return json.decode(json.encode({ text }, true))[1]
end

local function write_run(root)
  lfs.mkdir(root)
  local order = { mode = "threads", commands = { COMMAND } }
  local out = assert(journal.create({ verb = "send", order = order }, payloads, root))
  for i, text in ipairs(payloads) do
    out:append { type = "begin", i = i }
    out:append {
      type = "end", i = i, device = text, host = text, ok = i % 2 == 0,
      state = i % 2 == 0 and "done" or "failed", elapsed = 0.5,
      kind = i % 2 == 1 and "dropped" or nil, message = i % 2 == 1 and text or nil,
      phase = i % 2 == 1 and "command" or nil,
      output = { { command = COMMAND, output = text } },
    }
  end
  local tally = state.tally()
  tally.done, tally.failed = #payloads // 2, #payloads - #payloads // 2
  assert(out:commit { type = "finish", states = tally, seconds = 2.5, ok = false })
  out:close()
  return out.id
end

local function check_headers(answer, content_type)
  assert.equal(200, answer.status, answer.text:sub(1, 300))
  assert.equal(content_type, answer.headers["content-type"]:match "^[^;]*")
  assert.equal("nosniff", answer.headers["x-content-type-options"])
  local policy = answer.headers["content-security-policy"]
  assert.matches("default-src 'none'", policy, 1, true)
end

local function check_clean(text)
  assert.is_nil(text:find "[\0-\8\11-\12\14-\31\127]")
  assert.is_truthy(utf8.len(text))
end

describe("what the dashboard reads of a hostile run", function()
  local site, id

  setup(function()
    site = web.start()
    id = write_run(site.runs)
  end)

  teardown(function()
    site:close()
  end)

  local function get(path)
    local answer = site:ask("GET", "/api/v1/runs" .. path)
    check_headers(answer, "application/json")
    check_clean(answer.body)
    return answer.json
  end

  it("has more than 200 texts", function()
    assert.is_true(#payloads > 200)
  end)

  it("is JSON in the list of runs, and in the run", function()
    assert.equal(id, get("").runs[1].id)
    local results = get(("/%s?limit=1000"):format(id)).results
    assert.equal(#payloads, #results)
    for i, text in ipairs(payloads) do
      local said = as_read(text)
      assert.equal(said, results[i].device)
      assert.equal(said, results[i].output[1].output)
      local message = results[i].message
      assert.equal(i % 2 == 1, message ~= nil)
      assert.is_nil(message and message:find "[^%C\n\t]")
    end
  end)

  it("is JSON in the list of its devices", function()
    local devices = get(("/%s/devices?limit=1000"):format(id)).devices
    assert.equal(#payloads, #devices)
  end)

  it("is JSON in a result by itself", function()
    for i = 1, #payloads, 8 do
      local result = get(("/%s/results/%d"):format(id, i))
      assert.equal(as_read(payloads[i]), result.output[1].output)
    end
  end)

  it("is one event each", function()
    local answer = site:ask("GET", ("/api/v1/runs/%s/events"):format(id))
    check_headers(answer, "text/event-stream")
    check_clean(answer.body)
    local count = 0
    for line in answer.body:gmatch "[^\r\n]+" do
      local name, value = line:match "^(%a+): ?(.*)$"
      assert.is_true(name == "event" or name == "id" or name == "data"
        or name == "retry" or line:sub(1, 1) == ":" or line:find "^%x+$" ~= nil, line)
      if name == "data" then
        assert.is_table(json.decode(value))
        count = count + 1
      end
    end
    assert.is_true(count >= #payloads, count)
  end)
end)
