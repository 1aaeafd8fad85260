--- The words of ssh_config, as OpenSSH 9.2 in Debian 12 knows them: what kind of value
-- each takes. What moonwire does with it is not decided here.
-- Source: ssh_config(5) and readconf.c of OpenSSH 9.2p1 with Debian's patches.
-- @module moonwire.ssh_config.keyword
local keyword = {}

-- by kind, see moonwire.ssh_config.value
local KINDS = {
  flag = [[
    batchmode canonicalizefallbacklocal checkhostip clearallforwardings
    enableescapecommandline enablesshkeysign exitonforwardfailure
    forkafterauthentication forwardx11 forwardx11trusted gatewayports
    gssapiauthentication gssapidelegatecredentials gssapikeyexchange
    gssapirenewalforcesrekey gssapitrustdns hashknownhosts hostbasedauthentication
    identitiesonly kbdinteractiveauthentication nohostauthenticationforlocalhost
    passwordauthentication permitlocalcommand proxyusefdpass stdinnull
    streamlocalbindunlink tcpkeepalive visualhostkey]],
  choice = [[
    addressfamily canonicalizehostname compression controlmaster
    pubkeyauthentication requesttty sessiontype stricthostkeychecking tunnel
    updatehostkeys verifyhostkeydns]],
  number = [[
    canonicalizemaxdots connectionattempts numberofpasswordprompts requiredrsasize
    serveralivecountmax]],
  time = "connecttimeout forwardx11timeout serveraliveinterval",
  text = [[
    bindaddress bindinterface controlpath gssapiclientidentity gssapiserveridentity
    hostkeyalias hostname ignoreunknown kbdinteractivedevices pkcs11provider
    preferredauthentications revokedhostkeys securitykeyprovider user xauthlocation]],
  rest = "knownhostscommand localcommand proxycommand remotecommand",
  list = "globalknownhostsfile logverbose userknownhostsfile",
  path = "certificatefile identityfile",
  algorithms = [[
    casignaturealgorithms ciphers gssapikexalgorithms hostbasedacceptedalgorithms
    hostkeyalgorithms kexalgorithms macs pubkeyacceptedalgorithms]],
  forward = "dynamicforward localforward remoteforward",
  jump = "proxyjump",
  port = "port",
  sendenv = "sendenv",
  setenv = "setenv",
  domains = "canonicaldomains",
  cnames = "canonicalizepermittedcnames",
  opens = "permitremoteopen",
  rekey = "rekeylimit",
  agent = "identityagent",
  forwardagent = "forwardagent",
  addkeys = "addkeystoagent",
  escape = "escapechar",
  qos = "ipqos",
  tunneldevice = "tunneldevice",
  persist = "controlpersist",
  mask = "streamlocalbindmask",
  fingerprint = "fingerprinthash",
  loglevel = "loglevel",
  facility = "syslogfacility",
  -- read and forgotten, by ssh as well
  nothing = [[
    afstokenpassing cipher compressionlevel fallbacktorsh globalknownhostsfile2
    kerberosauthentication kerberostgtpassing protocol rhostsauthentication
    rhostsrsaauthentication rsaauthentication useprivilegedport userknownhostsfile2
    useroaming usersh]],
}

local ALIASES = {
  challengeresponseauthentication = "kbdinteractiveauthentication",
  dsaauthentication = "pubkeyauthentication",
  hostbasedkeytypes = "hostbasedacceptedalgorithms",
  identityfile2 = "identityfile",
  keepalive = "tcpkeepalive",
  protocolkeepalives = "serveraliveinterval", -- Debian's
  pubkeyacceptedkeytypes = "pubkeyacceptedalgorithms",
  setuptimeout = "serveraliveinterval", -- Debian's
  skeyauthentication = "kbdinteractiveauthentication",
  smartcarddevice = "pkcs11provider",
  tisauthentication = "kbdinteractiveauthentication",
}

local kind_of = {}
for kind, names in pairs(KINDS) do
  for name in names:gmatch "%S+" do
    kind_of[name] = kind
  end
end

--- What a keyword means.
-- @string word in lower case
-- @treturn ?string the name that it has today; nil: there is no such keyword
-- @treturn ?string kind of its value
function keyword.get(word)
  local name = ALIASES[word] or word
  local kind = kind_of[name]
  if kind then
    return name, kind
  end
end

--- How people write it: for messages.
keyword.spelling = setmetatable({
  ciphers = "Ciphers",
  hostkeyalgorithms = "HostKeyAlgorithms",
  kexalgorithms = "KexAlgorithms",
  macs = "MACs",
  pubkeyacceptedalgorithms = "PubkeyAcceptedAlgorithms",
}, {
  __index = function(_, name) return name end,
})

return keyword
