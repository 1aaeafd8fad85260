--- Draws configurations for specs: everything that a seed decides, and nothing else.
local chance = require "moonwire.lab.chance"

local generator = {}

--- Hosts that the configurations are about.
generator.hosts = {
  "r1", "r2", "R1", "sw-lon-1", "sw-lon-12", "edge.example", "Core.Example", "10.2.0.7",
  "10.2.0.99", "jumphost", "bastion", "fe80::1",
}

local GLOBS = {
  "*", "r*", "r?", "sw-*", "sw-lon-?", "*-1", "*.example", "10.2.0.*", "10.2.0.9?",
  "*o*", "??", "?1", "s*-*-*", "*r*1", "f*::*", "**", "core.example",
  "host.with.no.match",
}
local USERS = { "ops", "admin", "root", "net-ops", "o*", "*", "?oot" }
local KEX = {
  "curve25519-sha256", "diffie-hellman-group1-sha1", "diffie-hellman-group14-sha1",
  "ecdh-sha2-nistp256", "sntrup761x25519-sha512@openssh.com",
}
local CIPHERS = { "aes128-ctr", "3des-cbc", "aes128-cbc", "aes256-gcm@openssh.com" }
local MACS = { "hmac-sha1", "hmac-md5", "hmac-sha2-256", "umac-64@openssh.com" }
local KEYS = { "ssh-rsa", "ssh-dss", "ssh-ed25519", "rsa-sha2-512", "ecdsa-sha2-*" }

local Draw = {}
Draw.__index = Draw

function Draw:number()
  self.drawn = self.drawn + 1
  return chance.unit(self.seed, self.drawn)
end

function Draw:below(n)
  return math.floor(self:number() * n) + 1
end

function Draw:is(probability)
  return self:number() < probability
end

function Draw:one(list)
  return list[self:below(#list)]
end

function Draw:some(list, most)
  local taken = {}
  for i = 1, self:below(most) do
    taken[i] = self:one(list)
  end
  return taken
end

local function flag(draw)
  return draw:one { "yes", "no", "true", "false", "YES", "No" }
end

local function algorithms(list, can_be_glob)
  return function(draw)
    local sign = draw:one { "", "", "+", "+", "-", "^" }
    local names = draw:some(list, 3)
    if sign == "-" and draw:is(0.3) then
      names[#names + 1] = "*sha1*"
    end
    for i, name in ipairs(names) do
      if sign ~= "-" and not can_be_glob then
        names[i] = name:gsub("%*", "nistp256")
      end
    end
    return sign .. table.concat(names, ",")
  end
end

local function count(draw)
  return tostring(draw:below(50))
end

local function time(draw)
  return draw:one { "5", "10s", "1m", "1m30s", "2H", "1h1m1s", "none", "0", "1w" }
end

local function path(draw)
  return draw:one {
    "~/.ssh/id_rsa", "/etc/keys/a", '"/etc/keys/b c"', "/etc/keys/d\\ e", "'/k y'", "~",
  }
end

local function files(draw)
  return draw:one {
    "none", "/a/known /b/known", "~/.ssh/known_%h", "/k/%n-%p-%r-%u", '"/a b" /c',
    "/k/%k%%/${HOME}", "/dev/null", "/k/%C", "/k/%l.%L/%d/%i",
  }
end

local function jumps(draw)
  return draw:one {
    "bastion", "ops@bastion", "bastion:2222", "a,b,c", "ops@a:22,b", "none", "none # x",
    "[::1]:22",
    "ssh://ops@far:2022", "10.0.0.1", "10.0.0.1:24 # comment", "ssh://far",
  }
end

local function commands(draw)
  return draw:one {
    "ssh -W %h:%p jumphost", "nc %h %p # no comment", "none", 'sh -c "exec nc %h %p"',
    "= odd", "exec nc 'a b' %n",
  }
end

local OPTIONS = {
  { "Port", function(draw) return tostring(draw:below(9000)) end },
  { "User", function(draw)
    return draw:one { "ops", "admin", '"o ps"', "DOM\\\\u" }
  end },
  { "HostName", function(draw)
    return draw:one { "10.9.9.9", "%h.lab.example", "UP.Example", "x%%y", "::1" }
  end },
  { "HostKeyAlias", function(draw) return draw:one { "Alias", "other.example" } end },
  { "IdentityFile", path, 3 }, { "CertificateFile", path, 2 },
  { "IdentitiesOnly", flag }, { "BatchMode", flag }, { "CheckHostIP", flag },
  { "PasswordAuthentication", flag }, { "TCPKeepAlive", flag }, { "KeepAlive", flag },
  { "ChallengeResponseAuthentication", flag }, { "ForwardX11", flag },
  { "KbdInteractiveAuthentication", flag }, { "GSSAPIAuthentication", flag },
  { "PubkeyAuthentication", function(draw)
    return draw:one { "yes", "no", "unbound", "host-bound" }
  end },
  { "StrictHostKeyChecking", function(draw)
    return draw:one { "yes", "no", "ask", "accept-new", "off", "Accept-New", "true" }
  end },
  { "AddressFamily", function(draw) return draw:one { "any", "inet", "inet6" } end },
  { "Compression", function(draw) return draw:one { "yes", "no" } end },
  { "ControlMaster", function(draw)
    return draw:one { "auto", "ask", "yes", "no" }
  end },
  { "RequestTTY", function(draw) return draw:one { "force", "auto", "yes", "no" } end },
  { "UpdateHostKeys", flag },
  { "VerifyHostKeyDNS", function(draw) return draw:one { "yes", "no", "ask" } end },
  { "CanonicalizeHostname", function(draw) return draw:one { "no", "false" } end },
  { "ConnectTimeout", time }, { "ServerAliveInterval", time },
  { "ServerAliveCountMax", count }, { "ConnectionAttempts", count },
  { "NumberOfPasswordPrompts", count }, { "RequiredRSASize", count },
  { "KexAlgorithms", algorithms(KEX), 2 }, { "Ciphers", algorithms(CIPHERS), 2 },
  { "MACs", algorithms(MACS) }, { "HostKeyAlgorithms", algorithms(KEYS, true), 2 },
  { "PubkeyAcceptedAlgorithms", algorithms(KEYS, true) },
  { "PubkeyAcceptedKeyTypes", algorithms(KEYS, true) },
  { "CASignatureAlgorithms", algorithms { "ssh-ed25519", "rsa-sha2-512" } },
  { "ProxyJump", jumps, 3 }, { "ProxyCommand", commands, 3 },
  { "LocalCommand", commands },
  { "UserKnownHostsFile", files, 3 }, { "GlobalKnownHostsFile", function(draw)
    return draw:one { "none", "/a /b", "/etc/known" }
  end },
  { "ControlPath", function(draw)
    return draw:one { "~/.ssh/%r@%h:%p", "none", "/run/%C", "'/run/%n'" }
  end },
  { "IdentityAgent", function(draw)
    return draw:one { "none", "SSH_AUTH_SOCK", "${HOME}/agent", "~/agent" }
  end },
  { "PreferredAuthentications", function(draw)
    return draw:one { "publickey", "keyboard-interactive,password", "password" }
  end },
  { "SendEnv", function(draw)
    return draw:one { "LANG LC_*", "-LC_*", "TERM", "-*", "A B C", "-?" }
  end, 3 },
  { "SetEnv", function(draw) return draw:one { "A=1 B=2", '"C=a b"', "A=3 A=4" } end },
  { "LocalForward", function(draw)
    return draw:one { "8080 web:80", "8443 web:443" }
  end, 2 },
  { "DynamicForward", function(draw) return draw:one { "1080", "1081" } end },
  { "BindAddress", function(draw) return draw:one { "10.1.1.1", "::1" } end },
  { "CanonicalDomains", function(draw)
    return draw:one { "example.com", "A.Example b.example", "none" }
  end },
  { "LogLevel", function(draw) return draw:one { "error", "debug2", "Verbose" } end },
  { "IgnoreUnknown", function(draw) return draw:one { "UseKeychain", "Use*,x" } end },
  { "UseRoaming", flag }, { "Protocol", count }, { "UseKeychain", flag },
}

local function weigh(options)
  local list = {}
  for _, option in ipairs(options) do
    for _ = 1, option[3] or 1 do
      list[#list + 1] = option
    end
  end
  return list
end

local WEIGHED = weigh(OPTIONS)

local function spell(draw, word)
  return draw:one { word, word, word:lower(), word:upper() }
end

local function option_line(draw)
  local option = draw:one(WEIGHED)
  local between = draw:one { " ", " ", "  ", "\t", "=", " = ", "= ", " =" }
  local value = option[2](draw)
  if draw:is(0.05) and value:find "^%w+$" then
    value = '"' .. value .. '"'
  end
  return spell(draw, option[1]) .. between .. value
end

local function pattern_of(draw)
  return draw:is(0.5) and draw:one(generator.hosts) or draw:one(GLOBS)
end

local function host_line(draw)
  local words = {}
  for i = 1, draw:below(3) do
    words[i] = (draw:is(0.25) and "!" or "") .. pattern_of(draw)
  end
  local text = table.concat(words, draw:one { " ", "  ", "\t" })
  return spell(draw, "Host") .. draw:one { " ", "=", "\t" } .. text
end

local CRITERIA = {
  function(draw) return "host " .. table.concat(draw:some(GLOBS, 2), ",!") end,
  function(draw) return "host=" .. pattern_of(draw) end,
  function(draw) return "originalhost " .. pattern_of(draw) end,
  function(draw) return "user " .. table.concat(draw:some(USERS, 2), ",") end,
  function(draw) return "localuser " .. draw:one(USERS) end,
  function(draw) return "exec " .. draw:one { "true", "false", '"test %p = 22"' } end,
  function(draw) return 'exec "test \'%h\' = ' .. draw:one(generator.hosts) .. '"' end,
  function() return [[exec "test '%n:%r' = r1:ops"]] end,
  function() return "final" end,
  function() return "canonical" end,
}

local function match_line(draw)
  if draw:is(0.1) then
    return "Match " .. draw:one { "all", "final all", "ALL", "!all", "all # x" }
  end
  local words = {}
  for i = 1, draw:below(3) do
    words[i] = (draw:is(0.2) and "!" or "") .. draw:one(CRITERIA)(draw)
  end
  return spell(draw, "Match") .. " " .. table.concat(words, " ")
end

local function include_line(draw, folder, depth)
  if draw:is(0.2) then
    return "Include " .. folder .. "/nowhere/*.conf"
  end
  local name = ("%d-%d"):format(depth, draw:below(1000000))
  generator.write(draw, folder, name .. ".conf", depth + 1)
  if draw:is(0.4) then
    generator.write(draw, folder, name .. "-b.conf", depth + 1)
    return ("Include %s/%s*.conf"):format(folder, name)
  end
  return ("include %s/%s.conf"):format(folder, name)
end

local function any_line(draw, folder, depth)
  local point = draw:number()
  if point < 0.16 then
    return host_line(draw)
  elseif point < 0.24 then
    return match_line(draw)
  elseif point < 0.28 and depth < 3 then
    return include_line(draw, folder, depth)
  elseif point < 0.33 then
    return draw:one { "", "# comment", "   # Host *", "\t" }
  end
  return draw:one { "", "  ", "\t", " \t" } .. option_line(draw)
    .. draw:one { "", "", " ", "\t ", "\r", "\f" }
end

--- Draw a file, and those that it includes.
-- @tparam table draw from `new`
-- @string folder where it goes
-- @string name of the file
-- @int depth how many are above it
-- @treturn string its path
function generator.write(draw, folder, name, depth)
  local lines = {}
  for i = 1, draw:below(depth == 0 and 40 or 12) do
    lines[i] = any_line(draw, folder, depth)
  end
  local path_of_it = folder .. "/" .. name
  local stream = assert(io.open(path_of_it, "wb"))
  stream:write(table.concat(lines, "\n"), draw:is(0.8) and "\n" or "")
  stream:close()
  return path_of_it
end

--- Something that draws.
-- @int seed
function generator.new(seed)
  return setmetatable({ seed = seed, drawn = 0 }, Draw)
end

return generator
