--- What a platform's table may hold, and the check that it holds nothing else.
-- A wrong table is a mistake of its author, so it raises, with the file and the field.
-- All patterns are Lua's. Those of prompts and questions are held against the last line
-- that the device has shown, with no line end.
-- @module moonwire.platform.schema
local check = require "moonwire.platform.check"

local schema = {}

local text, number, boolean = check.text, check.number, check.boolean
local pattern, code = check.pattern, check.code
local record, list, one_of = check.record, check.list, check.one_of
local either, one_or_many = check.either, check.one_or_many

-- What the device may ask: a pattern, and the answer. With none of `say`, `secret` and
-- `key` it is never answered by itself.
local question = record({
  say = text, -- sent with a line end
  key = text, -- sent as it is
  secret = one_of("username", "password", "enable"), -- of the device's table
  once = boolean, -- asked again, it was refused
  danger = boolean, -- the answer does harm: only when the user has confirmed it
  text = text, -- how a device words it, for the lint and for simulated devices
}, pattern, 1, 1)

local questions = one_or_many(question)

-- Something to do: a command or several, or these with what is known of them.
local verb = either(text, record({
  mode = text, -- where it is a command; else wherever the device is
  ask = questions, -- what it may ask
  done = pattern, -- only with this in its output has it worked
  unit = one_of("minutes", "seconds"), -- of the number that stands for its %d
  timeout = number, -- seconds it may take, where 30 are too few
  most = number, -- the greatest number for its %d
  needs = pattern, -- it works only with such a line in the running configuration
}, text, 1))

local function word_or_number(value, place)
  return type(value) ~= "number" and text(value, place) or nil
end

local function flag_or_pattern(value, place)
  return (type(value) == "string" and pattern or boolean)(value, place)
end

-- one way to recognise a prompt: its pattern, what the line above must and what the
-- line itself must not match
local rule = record({ prev = pattern, no = pattern }, pattern, 1, 1)

-- what is wrong with a line that the device rejects: it is no command, not a whole one,
-- or may be several; the user may not; it may not be now or with these values; somebody
-- else has locked the configuration
local CLASS = one_of(
  "syntax", "incomplete", "ambiguous", "denied", "rejected", "locked"
)

local FIELDS = {
  -- proved: against a real system; lab: against a simulated device that was written
  -- apart from it; documents: from documents only, and nobody has seen it work
  status = one_of("proved", "lab", "documents"),
  title = text, -- as the vendor calls it
  family = text,
  aliases = list(text), -- such as the names that users of other tools know
  like = text, -- a platform that gives all fields that are not here

  link = record {
    newline = one_of("\n", "\r", "\r\n"), -- what Enter sends
    term = text, width = number, height = number, -- asked for with the terminal
    terminators = text, -- last bytes of questions that no `text` shows
    window = number, -- bytes of configuration that it takes at once; 1024 if unknown
  },
  width = text, -- the command that sets the width, with %d
  paging = record {
    off = verb, on = verb,
    restore = boolean, -- it is a setting of the device: to be put back on leaving
  },
  ssh = record {
    identification = text, -- behind "SSH-2.0-"
    methods = list(one_of("password", "keyboard-interactive", "publickey"), 1),
    ask = list(question), -- keyboard-interactive prompts beside the password
    user_suffix = text, -- goes behind the name to log in with
    exec = boolean, -- whether a command can be run without a shell; nil: not known
    algorithms = text, -- the profile that old ones need
  },
  host = record {
    pattern = either(pattern, list(pattern, 1)), -- the first capture is the host name
    clip = number, -- so much of it is left in the prompts of some modes
  },

  banner = text, -- what one may show before its first prompt
  login = list(question), -- what may be asked before the first prompt
  start = list(text, 1), -- the modes in which a login may find itself
  privileged = text, -- the mode that `enable` leads to; "priv" where there is one
  -- tried in this order. `over`: later modes whose patterns match its prompts too
  modes = list(check.named({ over = list(text) }, either(pattern, rule)), 1),
  -- `alone`: a program begins or ends, and what was typed ahead is lost with it
  edges = list(record({ run = text, ask = questions, alone = boolean }, text, 2)),
  -- commands for a new session; `mode`: only there, as soon as the session is in it
  prep = list(either(text, record({ mode = text, ask = questions }, text, 1))),
  logout = verb,

  pager = record {
    text = text, pattern = pattern,
    key = text, stop = text, -- for the next page, and to end it
    erase = boolean, -- it is overwritten when it goes on
  },
  -- the key that asks what may follow, the one that then takes the line back, or only
  -- one letter of it, and the modes that know it, where not all do. Answers are rows of
  -- a word and its help behind a margin; or such ones with no margin, those with a dash
  -- between, only words and in capitals, or whole commands in place of their next words
  help = record {
    ask = text, take_back = text, by_letter = boolean,
    rows = one_of("flush", "dashed", "words", "commands"),
    modes = list(text, 1),
  },
  questions = list(question), -- at any time behind a command
  errors = list(record(
    { class = CLASS }, pattern, 1, 1)),
  log = list(pattern), -- lines that the device says on its own account

  -- verbs that only read and cannot ask: "sh[ow]" is at least "sh", at most "show"
  read_only = list(either(text, record({}, pattern, 1))),
  not_read_only = list(pattern),
  harmful = list(text),

  -- how the end of an answer is proved: by a comment line that comes back behind the
  -- prompt, or where there are no comments by an empty line and a second prompt
  sentinel = one_of("comment", "double_prompt"),
  comment = text,
  type_ahead = boolean, -- takes lines before its first prompt
  unended = boolean, -- output may lack its last line end: the prompt stands behind it
  echo = boolean, -- false: what is typed may not be shown
  break_key = text,

  config = record {
    enter = text, -- the mode for it
    hostname = text, -- the line that names the device, with %s
    modes = list(text, 1), -- all that are for it, where there are several
    -- before the lines: undoes them in %d minutes or seconds unless `confirm` comes
    revert = verb,
    -- lines take effect by a commit, all or none; a pattern: where prompts match it
    candidate = flag_or_pattern,
    -- lines in lower case that destroy more than a change should, by what they destroy
    deny = list(record({ name = text }, pattern, 1, 1)),
    own_candidate = boolean, -- each session has one, which nobody else sees
    session = verb, -- enters a candidate of its own with the name %s
    -- what undoes a commit that nobody confirms; nil: the device, at its work
    expiry = one_of "reboot",
    snapshot = verb, -- keeps the configuration under the name %s, for `rollback`
    -- lines of `diff` that are no changes; where it is given, nothing is sent to a
    -- candidate that has changes of somebody else; leaving must not discard them
    unchanged = list(pattern),
    show = verb, startup = verb, diff = verb, check = verb, save = verb,
    commit = verb,
    comment = text, -- with %s, behind `commit` and `confirmed`
    confirmed = verb, -- a commit that undoes itself in %d minutes or seconds
    confirm = verb, -- keeps it
    discard = verb,
    rollback = verb, -- to %s or %d, or to what was there before
    checksum = verb, -- of the file %s
  },

  push = record { -- lines of a configuration that are not sent ahead of others
    alone = list(pattern), -- in lower case: they may ask, or change the prompt or mode
    -- they open a text, up to a line with what is captured or that matches `stop`
    text = list(record({ stop = pattern }, pattern, 1)),
  },

  files = record {
    method = one_of("sftp", "scp"), -- where it is known that only this one works
    alone = boolean, -- one channel to a connection: files go through another one
    shell = boolean, -- names are quoted for a POSIX shell; else only plain ones go
    -- a file system, as commands call it, and where transfers find it
    mount = list(text, 2),
    disk = text, -- where a name without a file system is
    -- a command that shows how many units are free on %s; `text`: how it says so
    free = record({ unit = number, text = text }, pattern, 2),
  },

  -- lines that change by themselves, or differ from device to device by nature
  volatile = list(pattern),
  scrub = list(pattern), -- secrets; only the captures are kept
  secrets = list(text), -- such lines, with SECRET for what must not be seen

  -- { command, pattern, score }, `text`: a line by which it knows itself
  detect = record(
    { banner = pattern }, record({ text = text }, word_or_number, 3)),
  parse = record { ntc = text },
  -- prompts by mode, and what is none; the line above it and "\n" may go before
  samples = check.map(list(text)),

  -- Functions, for what cannot be said in data. The session gives all but `plain` a
  -- `cli`: `cli.device`; `cli.kept`, a table of this session; `cli:tail()`, the last
  -- line; `cli:run(command)`, its output; `cli:press(bytes)`. They return true, or nil,
  -- message and kind.
  --   open: the device rests for the first time, and shows no prompt
  --   arrive: at the first prompt, before `prep`
  --   leave: before the logout
  --   plain: takes a prompt, gives it without what changes by itself
  hooks = record { open = code, arrive = code, leave = code, plain = code },
}

local REQUIRED = { "status", "link", "modes", "prep", "read_only", "samples" }
local NOT_INHERITED = { status = true, title = true, aliases = true, like = true }

local function check_edges(value)
  local modes = {}
  for _, mode in ipairs(value.modes) do
    modes[mode[1]] = true
  end
  for i, edge in ipairs(value.edges or {}) do
    for side = 1, 2 do
      if not modes[edge[side]] then
        return ("edges[%d][%d]: there is no mode '%s'"):format(i, side, edge[side])
      end
    end
    if not edge.run then
      return ("edges[%d].run: is missing"):format(i)
    end
  end
end

--- What is wrong with a platform's table.
-- @tparam table value
-- @treturn string|nil the field and the reason
function schema.complaint(value)
  if type(value) ~= "table" then
    return "expected a table, got a " .. type(value)
  end
  for _, field in ipairs(REQUIRED) do
    if value[field] == nil then
      return field .. ": is missing"
    end
  end
  local complaint = record(FIELDS)(value, "")
  complaint = complaint or check_edges(value)
  return complaint and complaint:gsub("^%.", "") or nil
end

--- Take from another platform what a table does not have itself.
-- @tparam table value is changed
-- @tparam table parent
function schema.inherit(value, parent)
  for field in pairs(FIELDS) do
    if value[field] == nil and not NOT_INHERITED[field] then
      value[field] = parent[field]
    end
  end
end

return schema
