-- The pages in a browser, driven by spec/browser/scenarios.mjs. What drives it comes
-- from npm, by `make test`; the pictures that it takes are in build/pictures.
local browser = require "spec.support.browser"
local json = require "moonwire.report.json"
local lfs = require "lfs"
local process = require "moonwire.bench.process"
local program = require "spec.support.program"
local secret = require "host.secret"
local uv = require "luv"
local web = require "spec.support.web"

local PACKAGES = "build/browser"
local PICTURES = "build/pictures"
local RUNNER, CHANGER = "the-token-of-a-runner", "the-token-of-a-changer"

-- In the order of the file: they share servers.
local SCENARIOS = {
  "a run is started by keys, and its rows fill",
  "a device's transcript is opened and closed by keys",
  "the modes of a job stand beside each other",
  "a run is cancelled",
  "failures are grouped by their cause",
  "an earlier run is still there, also one of the command line",
  "what is wrong with a field is said beside it",
  "nothing that a device says is markup",
  "a token is asked for where one is wanted",
  "a configuration is planned, confirmed and applied by keys",
  "a run spreads as it is told to",
  "what a change may do is said before it is planned, and how it spreads behind that",
  "a plan says which devices it does not reach, and why",
  "who may not push is not offered to",
  "the documentation tries an operation, and a stream",
}

-- `make docs-ui` has put it beside this program.
local function has_swagger()
  local folder = uv.exepath():match "^(.*)/"
  return lfs.attributes(folder .. "/docs-ui/swagger-ui-bundle.js") ~= nil
end

local function obstacle()
  if browser.obstacle() then
    return browser.obstacle()
  elseif not lfs.attributes(PACKAGES .. "/node_modules/playwright-core") then
    return "no playwright-core: 'make test' fetches it, where there are node and npm"
  end
end

if obstacle() then
  pending("the pages in a browser: " .. obstacle())
  return
end

if has_swagger() then
  table.insert(SCENARIOS, "Swagger UI has every operation, and tries one")
end

describe("the pages in a browser", function()
  local outcomes

  local function play(sites)
    local settings = {
      chromium = browser.path,
      pictures = uv.fs_realpath(PICTURES),
      token = "the-token-of-this-spec",
      runner = RUNNER,
      changer = CHANGER,
      swagger = has_swagger(),
    }
    for name, site in pairs(sites) do
      settings[name] = site.url
    end
    local said, status = process.run {
      "node", "spec/browser/scenarios.mjs", uv.fs_realpath(PACKAGES),
      json.encode(settings, true),
    }
    assert.equal(0, status, said)
    return assert(json.decode(said), said)
  end

  lazy_setup(function()
    lfs.mkdir "build"
    lfs.mkdir(PICTURES)
    local lab <close> = web.start { inventory = { lab = { devices = 5 } } }
    local slow <close> = web.start {
      inventory = { lab = { devices = 3, think = 300 } },
    }
    local failing <close> = web.start {
      inventory = {
        lab = {
          devices = 12,
          faults = {
            { name = "auth_failure", device = 2 },
            { name = "auth_failure", device = 5 },
            { name = "refuse", device = 9 },
          },
        },
      },
    }
    local guarded <close> = web.start {
      inventory = { lab = { devices = 2 } },
      token = secret.from_string "the-token-of-this-spec",
    }
    local pushing <close> = web.start {
      inventory = {
        lab = { devices = 5, faults = { { name = "refuse", device = 4 } } },
      },
      allow_push = true,
      tokens = {
        { name = "reader", scope = "run", token = secret.from_string(RUNNER) },
        { name = "changer", scope = "push", token = secret.from_string(CHANGER) },
      },
    }
    local sent = program.run {
      "send", "-i", "lab:2", "-q", "--runs", lab.runs, "show privilege",
    }
    assert.equal(0, sent.status, sent.errors)
    outcomes = play {
      lab = lab, slow = slow, failing = failing, guarded = guarded, pushing = pushing,
    }
  end)

  for _, name in ipairs(SCENARIOS) do
    it(name, function()
      assert.equal("ok", outcomes[name])
    end)
  end

  it("shows all there is to see", function()
    local count = 0
    for _ in pairs(outcomes) do
      count = count + 1
    end
    assert.equal(#SCENARIOS, count)
    for _, name in ipairs {
      "light", "dark", "failing", "configuration", "plan", "confirm", "applied",
      "guards", "waves",
    } do
      local path = ("%s/dashboard-%s.png"):format(PICTURES, name)
      assert.is_true(lfs.attributes(path, "size") > 10000)
    end
  end)
end)
