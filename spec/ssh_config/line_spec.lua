-- Single lines, good and bad: we accept what ssh accepts, and mean the same by it.
local keyword = require "moonwire.ssh_config.keyword"
local line = require "moonwire.ssh_config.line"
local oracle = require "spec.ssh_config.oracle"

local LINES = {
  -- how a line is taken apart
  "Port 22", "port=2022", "PORT = 2022", "Port==2022", "Port = = 2022", '"Port" 2022',
  "Port '2022'", 'Port "2022"', 'Port "2022', "Port 20\\22", "Port 2022 # comment",
  "Port 2022#comment", "Port 2022 x", "Port", "Port=", "Port #", "  Port\t2022\t\f",
  "\tPort 22", "\t Port\t2022",
  "=Port 22", "Po rt 22", "User a\\ b", 'User "a\\"b"', "User 'a\\'b'", "User a'b c'd",
  'User ""', "User = x = y", "User =x=y", "User a\\\\b", "User a\\b", "User #x",
  "User x#", 'User "a#b"', "User é",
  -- ports, numbers, times
  "Port 0", "Port 65535", "Port 65536", "Port -1", "Port +22", "Port ssh",
  "Port nowhere", "Port 22x", "Port 0x16", "Port 022", "ConnectionAttempts 0",
  "ConnectionAttempts 3", "ConnectionAttempts 2147483647",
  "ConnectionAttempts 2147483648", "ConnectionAttempts x", "NumberOfPasswordPrompts -1",
  "ConnectTimeout 10", "ConnectTimeout 1h30m", "ConnectTimeout 1.5",
  "ConnectTimeout none", "ConnectTimeout NONE", "ConnectTimeout 10x",
  "ConnectTimeout s", "ConnectTimeout 5s5", "ConnectTimeout 99999w",
  "ServerAliveInterval 1d", "RekeyLimit 1G 1h", "RekeyLimit default none",
  "RekeyLimit 1", "RekeyLimit 15", "RekeyLimit 16 x", "RekeyLimit x",
  "ForwardX11Timeout 5m",
  -- words
  "BatchMode yes", "BatchMode YES", "BatchMode 1", "BatchMode on", "BatchMode",
  "Compression true", "Compression yes", "StrictHostKeyChecking off",
  "StrictHostKeyChecking accept-new", "StrictHostKeyChecking maybe",
  "AddressFamily inet6", "AddressFamily ipv6", "ControlMaster autoask",
  "ControlPersist 10m", "ControlPersist yes", "ControlPersist Yes", "ControlPersist x",
  "Tunnel point-to-point", "Tunnel maybe", "TunnelDevice any:1", "TunnelDevice 1:x",
  "RequestTTY force", "SessionType none", "PubkeyAuthentication host-bound",
  "LogLevel debug3", "LogLevel loud", "SyslogFacility local3", "SyslogFacility x",
  "FingerprintHash md5", "FingerprintHash crc", "IPQoS af21 cs1", "IPQoS 0x10",
  "IPQoS x", "IPQoS af21 cs1 ef", "EscapeChar none", "EscapeChar ^A", "EscapeChar ab",
  "EscapeChar ^", "AddKeysToAgent confirm 5m", "AddKeysToAgent 5m", "AddKeysToAgent x",
  "AddKeysToAgent yes 5m", "StreamLocalBindMask 0177", "StreamLocalBindMask 8",
  "ForwardAgent yes", "ForwardAgent maybe/socket", "Protocol 2,1 and more",
  "UseRoaming whatever", "Cipher blowfish",
  -- algorithms
  "Ciphers aes128-ctr", "Ciphers +3des-cbc,aes128-cbc", "Ciphers arcfour",
  "Ciphers -x*", "Ciphers ^3des-cbc", "Ciphers aes*", "Ciphers aes128-ctr,",
  "Ciphers ,aes128-ctr", "MACs hmac-md5", "MACs +hmac-ripemd160",
  "KexAlgorithms +diffie-hellman-group1-sha1",
  "KexAlgorithms sntrup4591761x25519-sha512@tinyssh.org", "HostKeyAlgorithms=+ssh-dss",
  "HostKeyAlgorithms ssh-*", "HostKeyAlgorithms nothing-*", "HostKeyAlgorithms -ssh-*",
  "HostKeyAlgorithms !ssh-rsa", "PubkeyAcceptedKeyTypes +ssh-rsa", "Ciphers \"\"",
  "GSSAPIKexAlgorithms gss-group14-sha256-",
  -- jumps and commands
  "ProxyJump a,b@c:1,ssh://d@e:2", "ProxyJump a:0", "ProxyJump @a", "ProxyJump a@",
  "ProxyJump a,,b", "ProxyJump none", "ProxyJump NONE,a", "ProxyJump [fe80::1]:22",
  "ProxyJump fe80::1", "ProxyJump ssh://a/path", "ProxyJump a b", "ProxyJump a # b",
  "ProxyJump", "ProxyJump u@v@w", "ProxyCommand none", "ProxyCommand 'half",
  "ProxyCommand nc %h %p # x", "ProxyCommand=nc", "LocalCommand none",
  -- lists
  "UserKnownHostsFile a b c", "UserKnownHostsFile none", "UserKnownHostsFile none a",
  "UserKnownHostsFile a none", 'UserKnownHostsFile ""', "GlobalKnownHostsFile",
  "SendEnv A B*", "SendEnv A=B", "SendEnv -A", "SetEnv A=B C=D", "SetEnv A",
  "SetEnv A=", "SetEnv =A", "LocalForward 80 a:80", "LocalForward 80",
  "CanonicalDomains a.b c.d", "CanonicalDomains a..b", "CanonicalDomains -a",
  "CanonicalDomains none a", "LogVerbose a b", "CanonicalizePermittedCNAMEs none",
  "CanonicalizePermittedCNAMEs a", "PermitRemoteOpen any", "PermitRemoteOpen a:1 b:*",
  "PermitRemoteOpen a", "PermitRemoteOpen", "IdentityFile ~/x", "IdentityFile",
  'IdentityFile ""',
  -- variables and tokens
  "IdentityAgent ${HOME}/a", "IdentityAgent ${NO_SUCH_VARIABLE}", "IdentityAgent $A-B",
  "IdentityAgent $HOME", "ControlPath /%h", "ControlPath /%Z", "ControlPath /%",
  "ControlPath /${NO_SUCH_VARIABLE}", "ControlPath /${HOME", "ControlPath /$HOME",
  "ControlPath ~nobody/x", "ControlPath ~no-such-user/x", "UserKnownHostsFile /%C/%k",
  "UserKnownHostsFile /%i%u%d%l%L", "HostName %h.x", "HostName %n", "HostName %%h",
  "HostName 010.1.1.1", "HostName 1.2", "HostName ::0:1", "HostName UP",
  -- blocks
  "Host", "Host #", 'Host "" x', "Host x y # z", "Host !*", "Host *\nPort 1",
  "Match all", "Match", "Match #", "Match host", "Match host *", "Match host=* user=*",
  "Match bogus", "Match all all", "Match all host *", "Match host * all",
  "Match host * user * all", "Match final all", "Match !all\nPort 1", "Match all # x",
  "Match all x", "Match tagged x", "Match exec true\nPort 1",
  "Match exec false\nPort 1", "Match exec %Z\nPort 1", "Match exec", "Match host * # x",
  'Match exec "true" host *\nPort 1', "Match final\nPort 7", "Match canonical\nPort 7",
  "Match host *,!h\nPort 1", "Match host H\nPort 1", "Match LOCALUSER *\nPort 1",
  "Match user= *\nPort 1", "Match host  = *\nPort 1", "Match exec \"exit 3\"\nPort 1",
  "Match exec 'true'", "Match exec \"a b",
  -- unknown words
  "Tag x", "UseKeychain yes", "IgnoreUnknown UseKeychain\nUseKeychain yes",
  "UseKeychain yes\nIgnoreUnknown UseKeychain", "IgnoreUnknown use*\nUseKeychain yes",
  "IgnoreUnknown USE*\nUseKeychain yes", "IgnoreUnknown !x,*\nUseKeychain 'a b' c",
  "IgnoreUnknown *\nUseKeychain", "Host other\nUseKeychain yes", "IgnoreUnknown",
  "Host other\nIgnoreUnknown *\nHost *\nUseKeychain yes",
  -- files
  "Include /no/such/file", "Include /no/such/*/file", 'Include ""', "Include",
  "Include /etc/shadow-of-nothing /tmp", "Include ~/no/such/file",
}

-- What is forwarded is not taken apart here, and ssh wants a command for this.
local function is_left_out(name)
  return name:find "Forward$" or name == "ForkAfterAuthentication"
end

-- all words that ssh's manual has
local function with_every_keyword()
  local lines = table.move(LINES, 1, #LINES, 1, {})
  local pipe = assert(io.popen "MANWIDTH=200 man 5 ssh_config 2>/dev/null | col -b")
  for name in pipe:read "a":gmatch "\n     (%u%a+)\n" do
    if not is_left_out(name) then
      lines[#lines + 1] = name .. ' "" \\x'
      lines[#lines + 1] = name .. " yes"
      lines[#lines + 1] = name .. " yes no maybe"
    end
  end
  pipe:close()
  return lines
end

describe("a line of ssh_config", function()
  local path = os.tmpname()

  teardown(function()
    os.remove(path)
  end)

  it("means what it means for ssh, or is refused by both", function()
    if not oracle.is_there then
      pending "there is no ssh here"
    end
    local wrong = {}
    for _, text in ipairs(with_every_keyword()) do
      local stream = assert(io.open(path, "wb"))
      stream:write(text, "\n")
      stream:close()
      local ok, message = pcall(oracle.check, path, "h")
      if not ok then
        wrong[#wrong + 1] = ("%q: %s"):format(text, tostring(message))
      end
    end
    assert.equal("", table.concat(wrong, "\n"))
  end)

  it("has words that end where ssh ends them", function()
    assert.same({ "a b", "c", "d#" }, line.words 'a\\ b\t "c"  d# #e')
    assert.same({}, line.words "# all of it")
    assert.is_nil(line.words "a 'b")
    assert.same({ "keyword", "= rest" }, { line.split " KeyWord = = rest\r" })
    assert.is_nil(line.split "  # comment")
  end)

  -- a line of a megabyte, of what makes patterns slow
  it("is read in time that grows with its length", function()
    for _, unit in ipairs { " ", "=", '"', "\\", "a ", "#", "'a'" } do
      local text = unit:rep(1000000 // #unit)
      assert.equal("port", line.split("Port " .. text .. "x"):sub(1, 4))
      local words = line.words(text) -- a square of it would be days
      assert.is_true(words == nil or #words <= #text, unit)
    end
  end)

  it("may have any keyword of today's OpenSSH or of an old one", function()
    assert.same({ "kbdinteractiveauthentication", "flag" },
      { keyword.get "challengeresponseauthentication" })
    assert.same({ "useroaming", "nothing" }, { keyword.get "useroaming" })
    assert.is_nil((keyword.get "usekeychain"))
  end)
end)
