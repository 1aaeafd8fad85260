local hop = require "moonwire.transport.hop"

local DEVICE = {
  name = "r1",
  host = "10.0.0.1",
  port = 2222,
  username = "admin",
  password = "secret",
  key_file = "/keys/id",
  known_hosts = "/known",
}

local function behind(jump, device)
  return setmetatable({ jump = jump }, { __index = device or DEVICE })
end

local function addresses(device)
  local list, message = hop.list(device)
  assert(list, message)
  for i, one in ipairs(list) do
    list[i] = ("%s@%s:%d"):format(one.username, one.host, one.port or 22)
  end
  return table.concat(list, " ")
end

describe("the jump hosts of a device", function()
  it("are written as with ssh -J", function()
    for given, expected in pairs {
      ["bastion"] = "admin@bastion:22",
      ["op@bastion"] = "op@bastion:22",
      ["op@bastion:2022"] = "op@bastion:2022",
      ["ssh://op@bastion:2022"] = "op@bastion:2022",
      ["op@corp@bastion"] = "op@corp@bastion:22",
      ["[2001:db8::1]:2022"] = "admin@2001:db8::1:2022",
      ["[2001:db8::1]"] = "admin@2001:db8::1:22",
      ["2001:db8::1"] = "admin@2001:db8::1:22",
      ["first,op@second:24"] = "admin@first:22 op@second:24",
      ["none"] = "",
    } do
      assert.equal(expected, addresses(behind(given)), given)
    end
  end)

  it("are devices, or a list of both, in the order in which they are passed", function()
    local outer = { host = "outer", username = "o" }
    local inner = { host = "inner", jump = outer }
    assert.equal("o@outer:22 admin@inner:22", addresses(behind(inner)))
    assert.equal("o@outer:22 x@last:22", addresses(behind { outer, "x@last" }))
    assert.equal("", addresses(DEVICE))
  end)

  it("have the device's key when they are only a name, never its password", function()
    local one = hop.list(behind "bastion")[1]
    assert.equal("/keys/id", one.key_file)
    assert.equal("/known", one.known_hosts)
    assert.is_nil(one.password)
    assert.is_nil(one.name)
    local own = hop.list(behind { host = "b", password = "b" })[1]
    assert.equal("b", own.password)
    assert.is_nil(own.key_file)
  end)

  it("are refused when they are none", function()
    for _, wrong in ipairs {
      "", "a b", "-oProxyCommand=x", "a:0", "a:65536", "@a", "$(x)", "a;b", { 5 }, 5,
      { {} },
    } do
      local list, message, kind = hop.list(behind(wrong))
      if wrong == "" then
        assert.same({}, list)
      else
        assert.is_nil(list, tostring(wrong))
        assert.equal("invalid", kind)
        assert.is_string(message)
      end
    end
  end)

  it("are called by their name, or by their address", function()
    assert.equal("r1", hop.label(DEVICE))
    assert.equal("b", hop.label { host = "b" })
    assert.equal("b:2022", hop.label { host = "b", port = 2022 })
  end)
end)

describe("the proxy command of a device", function()
  local function command(text, changes)
    local device = setmetatable(changes or {}, { __index = DEVICE })
    device.proxy_command = text
    return hop.command(device)
  end

  it("has its tokens replaced, and no others", function()
    assert.equal("nc 10.0.0.1 2222", command "nc %h %p")
    assert.equal("x admin@10.0.0.1 % %d", command "x %r@%n %% %d")
    assert.equal("nc a 22", command("nc a 22"))
    assert.is_nil(command(nil))
    assert.is_nil(command "none")
  end)

  it("never has a shell's words in it that came from elsewhere", function()
    local hosts = { "a;reboot", "$(x)", "`x`", "-oX", "a b", "a\nb", "a|b", "" }
    for _, host in ipairs(hosts) do
      local text, message, kind = command("nc %h %p", { host = host })
      assert.is_nil(text, host)
      assert.equal("invalid", kind)
      assert.matches("not run", message)
    end
    local text, _, kind = command("x %r", { username = "a';b" })
    assert.is_nil(text)
    assert.equal("invalid", kind)
    assert.equal("nc 10.0.0.1", command("nc %h", { username = "a';b" }))
  end)
end)
