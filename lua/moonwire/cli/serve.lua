--- `moonwire serve`: the HTTP API, until stopped.
-- @module moonwire.cli.serve
local argparse = require "argparse"

local duration = require "moonwire.duration"
local inventory_option = require "moonwire.cli.inventory_option"
local escape = require "moonwire.report.escape"
local signals = require "moonwire.signals"
local uv = require "luv"
local watch = require "moonwire.serve.watch"
local whole = require "moonwire.cli.whole"

local command = { summary = "the HTTP API, with a dashboard and its documentation" }

local DESCRIPTION = [[
Serves the HTTP API until it is stopped: runs on the devices of an inventory, their
events, a dashboard at /, documentation at /docs. SIGHUP reads the inventory again.
SIGTERM or SIGINT stops: new requests are refused and runs end first; a second one
cancels them. With --warm it also keeps sessions logged in, for send, push, repl, test
and Ansible of the same user to borrow (--via SOCKET, or MOONWIRE_VIA).]]

local SOCKET = "outputs/warm.socket"

-- "127.0.0.1:8000", "[::1]:8000", ":8000" or "8000"
local function listen_place(text)
  local address, port = text:match "^%[([%x:.]+)%]:(%d+)$"
  if not address then
    address, port = text:match "^([%d.]*):?(%d+)$"
  end
  port = tonumber(port)
  if not port or port > 65535 then
    local message = "--listen: '%s' is not ADDRESS:PORT, such as 127.0.0.1:8000"
    return nil, message:format(text)
  end
  return { address = address ~= "" and address or "127.0.0.1", port = port }
end

local function add_warm(parser)
  parser:option("--warm", "Keep sessions logged in for others to borrow, this many "
    .. "(1000).")
    :argname("<n>"):args("?"):convert(whole "--warm")
  parser:option("--socket", ("Where they are borrowed (%s)."):format(SOCKET))
    :argname("<path>")
  parser:option("--warm-idle", "How long one may wait for a borrower (10m).")
    :argname("<time>"):convert(duration.option "--warm-idle")
  parser:option("--warm-keepalive", "How long one may be silent before it is asked, "
    .. "by SSH, whether it is there (15s)."):argname("<time>")
    :convert(duration.option "--warm-keepalive")
end

local function new_parser()
  local parser = argparse("moonwire serve", DESCRIPTION)
  parser:add_help(false)
  parser:usage_max_width(88):help_max_width(88):help_description_margin(27)
  parser:flag("-h --help", "Show this text.")
  parser:option("-i --inventory", "The devices that callers may reach (a lab of five).")
    :argname("<inventory>"):default("lab:5"):show_default(false)
  parser:option("--listen", "Where (127.0.0.1:8000); port 0: a free one.")
    :argname("<address:port>"):default("127.0.0.1:8000"):show_default(false)
    :convert(listen_place)
  parser:flag("--reload", "Read the inventory again when its files change.")
  parser:option("--token-file", "What callers must show, in a file that nobody else "
    .. "can read; needed beyond this machine: one token, or lines of NAME SCOPE TOKEN "
    .. "with a scope of read, run or push."):argname "<file>"
  parser:option("--certificate", "TLS: the certificate, PEM."):argname "<file>"
  parser:option("--key", "TLS: its key, PEM, in a file that nobody else can read.")
    :argname "<file>"
  parser:flag("--plain", "No TLS beyond this machine: something in front does it.")
  parser:option("--host", "A name by which this server may be called; may be repeated.")
    :argname("<name>"):count "*"
  parser:option("--origin", "A web origin whose pages may call; may be repeated.")
    :argname("<origin>"):count "*"
  parser:flag("--allow-any-device", "Callers may name devices beside the inventory.")
  parser:flag("--allow-push", "Callers may change configurations.")
  parser:option("--on-stop", "Whether runs end first, or are cancelled (wait).")
    :choices({ "wait", "cancel" }):default("wait"):show_default(false)
  parser:option("--max-runs", "Runs at once (8); 64 more may wait.")
    :argname("<n>"):convert(whole "--max-runs")
  parser:option("--runs", "The folder of all runs (outputs/runs)."):argname "<folder>"
  parser:option("--heartbeat", "Between two signs of life in a stream of events (15s).")
    :argname("<time>"):convert(duration.option "--heartbeat")
  add_warm(parser)
  inventory_option.add(parser)
  return parser
end

--- The options as argparse knows them: for completion and manual pages.
function command.parser()
  return (new_parser())
end

local function complain(...)
  io.stderr:write("moonwire serve: ", ...)
  io.stderr:write "\n"
  return 2
end

local function read_file(path)
  local file <close>, message = io.open(path, "rb")
  if not file then
    return nil, message
  end
  return file:read "a"
end

-- What lies in files: `token`, `certificate`. The key is read where it is used.
local function read_files(given, options)
  local message
  if given.token_file then
    options.tokens, message = require("moonwire.serve.tokens").read(given.token_file)
  end
  options.key = given.key
  if given.certificate and not message then
    options.certificate, message = read_file(given.certificate)
  end
  if not message and (given.key == nil) ~= (given.certificate == nil) then
    message = "--key and --certificate belong together"
  end
  return not message, message
end

-- "--warm" alone gives an empty list
local function warm_of(given)
  if not given.warm then
    return nil, (given.socket or given.warm_idle or given.warm_keepalive)
      and "--socket, --warm-idle and --warm-keepalive are for --warm"
  end
  local path = given.socket or SOCKET
  if path == SOCKET then
    uv.fs_mkdir("outputs", tonumber("755", 8))
  end
  return {
    path = path, limit = math.tointeger(given.warm[1] or given.warm),
    idle = given.warm_idle, keepalive = given.warm_keepalive,
  }
end

local function options_of(given)
  local about, message = inventory_option.read(given)
  if not about then
    return nil, message
  end
  local warm, complaint = warm_of(given)
  if complaint then
    return nil, complaint
  end
  local options = {
    warm = warm,
    inventory = given.inventory,
    inventory_options = about,
    address = given.listen.address,
    port = given.listen.port,
    allow_plain = given.plain,
    allow_any_device = given.allow_any_device,
    allow_push = given.allow_push,
    hosts = given.host,
    origins = given.origin,
    heartbeat = given.heartbeat,
    runs = given.runs,
    limits = { active = given.max_runs },
    version = require("moonwire.cli").version,
  }
  local ok
  ok, message = read_files(given, options)
  return ok and options, message
end

-- A hang-up reads the inventory again. The first of the others stops, and the second
-- does not wait for runs.
local function obey(service, given)
  local has_been_told = false
  return signals.listen(function(name)
    if name == "sighup" then
      return service.stock:ask_reload()
    end
    service:stop(has_been_told or given.on_stop == "cancel")
    has_been_told = true
  end)
end

local function watch_files(service, given)
  if not given.reload then
    return nil
  end
  local watcher, message = watch.open(given.inventory, function()
    service.stock:ask_reload()
  end)
  if not watcher then
    complain("--reload: ", message)
  end
  return watcher
end

local function tell_reload(devices, message)
  complain(devices and ("the inventory has been read again: %d devices"):format(devices)
    or "the inventory is wrong, and the old one stays: " .. escape.text(message))
end

local function serve(options, given)
  local listener, watcher
  options.on_reload = tell_reload
  local ok, message = require("moonwire.serve").run(options, function(service)
    listener, watcher = obey(service, given), watch_files(service, given)
    local url = service:url()
    print(("moonwire serves %s, described at %s/docs"):format(url, url))
    if options.warm then
      print("sessions are lent at " .. options.warm.path)
    end
    io.stdout:flush()
  end)
  for _, one in pairs { listener, watcher } do
    one:close()
  end
  return ok, message
end

--- Run a subcommand.
-- @tparam {string,...} words of the command line
-- @treturn int exit status
function command.run(words)
  local parser = new_parser()
  local ok, given = parser:pparse(words)
  if ok and given.help then
    print(parser:get_help())
    return 0
  elseif not ok then
    io.stderr:write(parser:get_usage(), "\n\n")
    return complain(given)
  elseif not require("moonwire.serve").is_built() then
    return complain("this moonwire was built without HTTP: install libmicrohttpd-dev ",
      "('make setup' does) and build it again")
  end
  local options, message = options_of(given)
  if not options then
    return complain(message)
  end
  ok, message = serve(options, given)
  return ok and 0 or complain(message)
end

return command
