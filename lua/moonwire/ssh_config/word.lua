--- The words that options of ssh_config know: as they may be written, in one case, and
-- as they are kept.
-- @module moonwire.ssh_config.word
local word = {}

--- Yes and no.
word.flag = { ["true"] = "yes", yes = "yes", ["false"] = "no", no = "no" }

local function with_flag(words)
  return setmetatable(words, { __index = word.flag })
end

--- By option.
word.choice = {
  addressfamily = { any = "any", inet = "inet", inet6 = "inet6" },
  canonicalizehostname = with_flag { always = "always" },
  compression = { yes = "yes", no = "no" },
  controlmaster = with_flag { auto = "auto", ask = "ask", autoask = "autoask" },
  pubkeyauthentication = with_flag {
    unbound = "unbound",
    ["host-bound"] = "host-bound",
  },
  requesttty = with_flag { force = "force", auto = "auto" },
  sessiontype = { none = "none", subsystem = "subsystem", default = "default" },
  stricthostkeychecking = with_flag {
    ask = "ask",
    off = "no",
    ["accept-new"] = "accept-new",
  },
  tunnel = with_flag { ethernet = "ethernet", ["point-to-point"] = "point-to-point" },
  updatehostkeys = with_flag { ask = "ask" },
  verifyhostkeydns = with_flag { ask = "ask" },
}

local function set_of(words)
  local set = {}
  for one in words:gmatch "%S+" do
    set[one] = one
  end
  return set
end

word.level = set_of "QUIET FATAL ERROR INFO VERBOSE DEBUG DEBUG1 DEBUG2 DEBUG3"
word.facility = set_of [[
  DAEMON USER AUTH AUTHPRIV LOCAL0 LOCAL1 LOCAL2 LOCAL3 LOCAL4 LOCAL5 LOCAL6 LOCAL7]]
word.digest = set_of "MD5 SHA1 SHA256 SHA384 SHA512"
word.quality = set_of [[
  none af11 af12 af13 af21 af22 af23 af31 af32 af33 af41 af42 af43 cs0 cs1 cs2 cs3 cs4
  cs5 cs6 cs7 ef le lowdelay throughput reliability]]

--- Of AddKeysToAgent.
word.adding = with_flag { ask = "ask", confirm = "confirm" }

return word
