--- Servers that are hostile before anything is encrypted: scripts over a bare socket.
-- Each has a name, the row of spec/README.md, the kinds of errors and the phases that
-- are right for it, and `serve(peer)`, which runs in a task of its own. `peer:write`
-- gives false once the client is gone; when `serve` returns, the connection is kept as
-- it is until the client goes, unless it was ended.
local packet = require "spec.support.hostile.packet"
local task = require "moonwire.task"

local ESCAPES = "\27]0;pwned\7\27[2J\27[31mred\r\nFAKE: all is well"
local DRIP = 0.2 -- seconds between two bytes
local CHUNK = 1 << 16
local HUGE = 0xffffffff

local raw = {}

local function add(name, row, kinds, phases, serve)
  local case = { name = name, row = row, kinds = {}, phases = {}, serve = serve }
  for kind in kinds:gmatch "%a+" do
    case.kinds[kind] = true
  end
  for phase in phases:gmatch "%a+" do
    case.phases[phase] = true
  end
  raw[#raw + 1] = case
end

local function flood(bytes, beginning)
  local chunk = bytes:rep(CHUNK // #bytes + 1)
  return function(peer)
    peer:write(beginning or "")
    repeat
      local is_there = peer:write(chunk)
    until not is_there
  end
end

local function say(...)
  local bytes = table.concat { ... }
  return function(peer)
    peer:write(bytes)
  end
end

local function drip(bytes)
  return function(peer)
    for i = 1, #bytes do
      if not peer:write(bytes:sub(i, i)) then
        return
      end
      task.sleep(DRIP)
    end
  end
end

local HELLO, OFFER = packet.IDENTIFICATION, packet.kexinit()
local IGNORE = packet.message(packet.IGNORE, packet.text(("i"):rep(200)))
local DEBUG = packet.message(packet.DEBUG, "\1", packet.text "debug", packet.text "")
local UNKNOWN = packet.message(packet.UNIMPLEMENTED, "\0\0\0\1")

-- before the identification
add("flood-of-lines", "S1", "protocol", "banner kex", flood "welcome\r\n")
add("flood-of-one-line", "S1", "protocol", "banner kex", flood "x")
add("flood-of-zeros", "S1", "protocol", "banner kex", flood "\0")
add("drip-of-identification", "N9", "timeout", "banner kex", drip(HELLO:rep(9)))
add("silence", "S3", "timeout", "banner", function() end)
add("end", "N6", "dropped", "connect banner", function(peer) peer:finish() end)
add("reset", "N5", "dropped", "connect banner", function(peer) peer:reset() end)

-- the identification
add("identification-of-300", "S2", "protocol timeout", "kex",
  say("SSH-2.0-", ("x"):rep(300), "\r\n"))
add("identification-with-zero", "S2", "protocol timeout", "kex",
  say "SSH-2.0-a\0b\r\n")
add("version-1", "S2", "protocol", "kex", say "SSH-1.5-old\r\n")
add("version-1.99", "S2", "timeout", "kex", say "SSH-1.99-both\r\n")
add("identification-with-escapes", "S2", "protocol timeout", "kex",
  say("SSH-1.5-", ESCAPES, "\r\n"))

-- what speaks something else
add("http", "N13", "protocol", "banner", say "HTTP/1.1 400 Bad Request\r\n\r\n")
add("tls", "N13", "protocol", "banner", say "\x15\3\1\0\2\2\10")
add("telnet", "N13", "protocol", "banner", say "\xff\xfd\x18\xff\xfd\x20")

-- the key exchange
add("silence-behind-identification", "S3", "timeout", "kex", say(HELLO))
add("silence-behind-offer", "S3", "timeout", "kex", say(HELLO, OFFER))
add("drip-of-offer", "N9", "timeout", "kex", drip(HELLO .. OFFER))
add("end-behind-offer", "N6", "dropped", "banner kex", function(peer)
  peer:write(HELLO .. OFFER)
  peer:finish()
end)
add("reset-behind-offer", "N6", "dropped", "connect banner kex", function(peer)
  peer:write(HELLO .. OFFER)
  peer:reset()
end)
add("garbage", "S4", "protocol dropped", "kex", say(HELLO, ("\xa5\x5a\0"):rep(999)))
for _, length in ipairs { 0, 1, 4, 35001, 1 << 20, 0x7fffffff, HUGE } do
  add(("length-%d"):format(length), "S4", "protocol timeout dropped", "kex",
    say(HELLO, string.pack(">I4B", length, 4), ("z"):rep(64)))
end
add("padding-beyond-packet", "S4", "protocol dropped timeout", "kex",
  say(HELLO, string.pack(">I4B", 12, 255), ("p"):rep(64)))
add("list-without-end", "S7", "protocol dropped", "kex", say(HELLO,
  packet.message(packet.KEXINIT, ("c"):rep(16), string.pack(">I4", HUGE), "abc")))
add("no-common-algorithm", "S5", "algorithm", "kex",
  say(HELLO, packet.kexinit { "diffie-hellman-none" }))
add("offer-with-escapes", "S5", "algorithm", "kex",
  say(HELLO, packet.kexinit { ESCAPES }))
add("reply-of-garbage", "S4", "protocol dropped", "kex",
  say(HELLO, OFFER, packet.kex_reply("nonsense", ("v"):rep(32), "nonsense")))
add("reply-without-value", "S4", "protocol dropped", "kex",
  say(HELLO, OFFER, packet.kex_reply("", "", "")))
add("keys-without-exchange", "S4", "protocol dropped timeout", "kex",
  say(HELLO, OFFER, packet.message(packet.NEWKEYS)))
add("success-before-login", "S4", "protocol dropped timeout", "kex",
  say(HELLO, OFFER, packet.message(packet.USERAUTH_SUCCESS)))
add("goodbye-with-escapes", "S23", "dropped protocol", "kex",
  say(HELLO, packet.message(packet.DISCONNECT, "\0\0\0\2", packet.text(ESCAPES),
    packet.text "")))

-- more than anybody may say before the login
add("flood-of-ignore", "S6", "protocol", "kex", flood(IGNORE, HELLO .. OFFER))
add("flood-of-debug", "S6", "protocol", "kex", flood(DEBUG, HELLO .. OFFER))
add("flood-of-unimplemented", "S6", "protocol", "kex", flood(UNKNOWN, HELLO .. OFFER))
add("flood-of-ignore-first", "S6", "protocol", "kex", flood(IGNORE, HELLO))
add("flood-of-offers", "S6", "protocol dropped", "kex", flood(OFFER, HELLO))

return raw
