-- Faults of spec/README.md: N16.
-- A run whose network goes away and comes back: in a network of its own, where that can
-- be done to it and to nobody else.
local child = require "spec.support.child"
local files = require "spec.support.files"
local journal = require "moonwire.journal"
local json = require "moonwire.report.json"
local uv = require "luv"

local DEVICES = 20

-- "$@" is moonwire. Without the route nothing that is sent arrives, and nobody is told;
-- what begins then hears at once that there is no way. Behind it the devices come back,
-- and a busy machine may need more than one try for some of them.
local SCRIPT = [[
ip link set lo up
ip rule add pref 10 lookup local && ip rule del pref 0 || exit 77
"$@" send --runs "$RUNS" -i "$LAB" -q --sessions 2 --device-timeout 3 'show version' \
  >"$RUNS.out" &
run=$!
until grep -qs '"ok":true.*"type":"end"' "$RUNS"/*/journal || ! kill -0 $run
do sleep 0.02; done
ip rule add pref 5 unreachable
wait $run
echo "first $?"
ip rule del pref 5
for try in 1 2 3 4 5 6 7 8; do
  "$@" runs resume last --runs "$RUNS" --failed -q >"$RUNS.out" && break
done
echo "last $?"
]]

describe("a network that goes away", function()
  local folder, root

  before_each(function()
    folder = assert(uv.fs_mkdtemp "/tmp/moonwire-network-XXXXXX")
    root = folder .. "/runs"
    files.write(folder .. "/lab.json", json.encode {
      lab = { devices = DEVICES, think = 0.2 },
    })
  end)

  after_each(function()
    os.execute("rm -r " .. folder)
  end)

  local function in_network()
    local variables = { "RUNS=" .. root, "LAB=" .. folder .. "/lab.json" }
    for name, value in pairs(uv.os_environ()) do
      variables[#variables + 1] = name .. "=" .. value
    end
    local words = { "unshare", "--net", "--map-root-user", "sh", "-c", SCRIPT, "sh",
      uv.exepath() }
    if uv.getuid() == 0 then
      table.remove(words, 3)
    end
    local running <close> = child.start(words, variables)
    return running:wait(), running
  end

  -- By device: the kinds of its ends in turn, "ok" among them.
  local function history_of(id)
    local kinds = {}
    local known = assert(journal.read(id, { root = root, on_end = function(record)
      local one = kinds[record.device] or {}
      one[#one + 1] = record.ok and "ok" or record.kind
      kinds[record.device] = one
    end }))
    return kinds, known:tally()
  end

  it("N16: fails what is under way or behind it; resumed, all is done", function()
    local status, running = in_network()
    if status == 77 or running.errors:find "^unshare: " then
      return pending("no network of one's own here: " .. running.errors)
    end
    assert.equal("first 1\nlast 0\n", running.output, running.errors)
    local kinds, tally = history_of(assert(journal.find("last", root)))
    assert.equal(DEVICES, tally.done)
    local first = {}
    for device, one in pairs(kinds) do
      assert.equal("ok", one[#one], device)
      assert.is_true(#one == 1 or one[1] ~= "ok", device .. " was done twice")
      first[one[1]] = (first[one[1]] or 0) + 1
    end
    assert.is_true(first.ok > 0)
    assert.is_true(first.unreachable > 0)
    assert.equal(DEVICES, first.ok + first.unreachable + (first.timeout or 0))
  end)
end)
