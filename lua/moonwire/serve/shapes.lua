--- The shapes of what goes in and out: JSON Schemas that check bodies and describe the
-- API.
-- @module moonwire.serve.shapes
local shapes = {}

local MOST_DEVICES = 100000
local MOST_COMMANDS = 1000
local LONGEST_COMMAND = 4096

local MODES = { "sync", "threads", "nonblocking", "hybrid" }

--- How devices can be run through.
shapes.modes = MODES

local function text(description, more)
  local rule = { type = "string", description = description }
  for name, value in pairs(more or {}) do
    rule[name] = value
  end
  return rule
end

local COMMANDS = {
  type = "array",
  description = "What is typed, in this order.",
  minItems = 1,
  maxItems = MOST_COMMANDS,
  items = text("One command.", {
    minLength = 1, maxLength = LONGEST_COMMAND, format = "text",
  }),
}

shapes.device = {
  type = "object",
  description = "A device of the inventory, by its host and, where several have it, "
    .. "its port. A user's name and passwords given here are used instead of those of "
    .. "the inventory; how it is reached, the inventory says.",
  required = { "host", "username", "password", "device_type" },
  properties = {
    host = text("Name or address.", { format = "host" }),
    port = {
      type = { "integer", "string", "null" },
      format = "port",
      description = "TCP port.",
      default = 22,
    },
    username = text("Who logs in.", {
      minLength = 1, maxLength = 255, format = "text",
    }),
    password = text("Never shown again.", { minLength = 1, maxLength = 1024 }),
    secret = text("Enable password.", { minLength = 1, maxLength = 1024 }),
    device_type = text("Platform, such as cisco_ios.", {
      minLength = 1, maxLength = 64, format = "text",
    }),
    ssh_config_file = {
      type = { "string", "null" },
      description = "Taken, since earlier callers send it, and not used.",
    },
  },
}

shapes.seed_body = {
  type = "object",
  description = "Left out, or empty: the inventory and its commands.",
  properties = {
    devices = {
      type = "array",
      minItems = 1,
      maxItems = MOST_DEVICES,
      items = shapes.device,
    },
    commands = {
      type = "object",
      required = { "commands" },
      properties = { commands = COMMANDS },
    },
  },
}

shapes.run_body = {
  type = "object",
  properties = {
    mode = text("How the devices are run through.", {
      enum = MODES, default = "nonblocking",
    }),
    filter = text("Which devices of the inventory; all when left out.", {
      minLength = 1, maxLength = LONGEST_COMMAND,
    }),
    commands = COMMANDS,
    configuration = {
      type = "array",
      description = "Lines of a configuration instead of commands; needs a server that "
        .. "was started with --allow-push.",
      minItems = 1,
      maxItems = 100000,
      items = text("One line.", { maxLength = LONGEST_COMMAND }),
    },
    save = {
      type = "boolean",
      description = "Save the configuration when all went well.",
      default = false,
    },
    dry_run = {
      type = "boolean",
      description = "Show what would change, and change nothing.",
      default = false,
    },
    plan = {
      type = "boolean",
      description = "With a configuration: change nothing, and show of each device "
        .. "what would change and what its platform promises. Its name applies it.",
      default = false,
    },
    allow = {
      type = "array", minItems = 1, maxItems = 100,
      description = "With a configuration: names of lines that destroy and that may be "
        .. "sent nevertheless, such as interfaces; what refuses a line says its name.",
      items = text("A name.", { minLength = 1, maxLength = 64, format = "text" }),
    },
    max_lines = {
      type = "integer", minimum = 1, maximum = 1000000, default = 200,
      description = "With a configuration: how many lines may change on a device.",
    },
    large = {
      type = "boolean",
      description = "With a configuration: any number of lines, and any share of what "
        .. "a device has; 20 % of it otherwise.",
      default = false,
    },
    waves = text("How many devices at a time, such as 1,5%,rest: each wave begins when "
      .. "no device of the one before has failed. All at once when left out; one, then "
      .. "5 %, then the rest where configurations are changed.", {
        minLength = 1, maxLength = 256, format = "text",
      }),
    abort_after = text("A number of devices, or a share such as 2%: when so many have "
      .. "failed, nothing more begins. 2% where configurations are changed.", {
        minLength = 1, maxLength = 32, format = "text",
      }),
    apply = text("The name of a plan of this server, instead of a configuration: do "
      .. "what it says on the devices that it would change and that are still as they "
      .. "were; one first, then 5 %, then the rest. Needs expect.", {
        minLength = 1, maxLength = 64, format = "text",
      }),
    confirm_within = {
      type = "number", minimum = 1, maximum = 86400,
      description = "With a plan: seconds within which a new login must be possible, "
        .. "or the device takes the change back by itself.",
    },
    limit = {
      type = "integer", minimum = 1, maximum = 20000, default = 500,
      description = "Sessions at once.",
    },
    workers = {
      type = "integer", minimum = 1, maximum = 256, default = 10,
      description = "Threads, in the modes that have them.",
    },
    timeout = {
      type = "number", minimum = 0.001, maximum = 86400, default = 30,
      description = "Seconds that one command may take.",
    },
    deadline = {
      type = "number", minimum = 0.001, maximum = 604800,
      description = "Seconds that all of it may take.",
    },
    expect = {
      type = "integer", minimum = 1, maximum = MOST_DEVICES,
      description = "How many devices the filter must find, or nothing is done.",
    },
  },
}

local COUNT = {
  type = "object",
  properties = {
    ok = { type = "integer" },
    failed = { type = "integer" },
    cancelled = { type = "integer" },
  },
}

shapes.result = {
  type = "object",
  properties = {
    index = { type = "integer", description = "Its place in the inventory, from 1." },
    device = text "Name.",
    host = text "Name or address.",
    ok = { type = "boolean" },
    state = text "How the run left the device: done, changed, failed, skipped, …",
    kind = text "Why it failed, in one word: timeout, auth, refused, …",
    phase = text "Where it failed: connect, auth, command, …",
    message = text "Why it failed, in a sentence.",
    started = { type = "number", description = "Seconds since the run began." },
    elapsed = { type = "number", description = "Seconds." },
    warm = {
      type = "boolean",
      description = "Its session was kept logged in here: no login was needed.",
    },
    output = {
      type = "array",
      items = {
        type = "object",
        properties = {
          command = text "What was typed.",
          output = text "What the device said, as it said it.",
          elapsed = { type = "number", description = "Seconds." },
        },
      },
    },
  },
}

shapes.run = {
  type = "object",
  properties = {
    id = text "Its name.",
    verb = text("Commands, or a configuration.", { enum = { "send", "push" } }),
    mode = text("Its mode.", { enum = MODES }),
    state = text("How far it is; late: its deadline came first; broken: its program "
      .. "ended before it did, and moonwire runs resume does the rest.", {
        enum = { "queued", "running", "done", "failed", "late", "cancelled", "broken" },
      }),
    filter = text "Which devices of the inventory.",
    plan = { type = "boolean", description = "It only shows what would change." },
    applies = text "The name of the plan that it applies.",
    waves = text "How many devices at a time.",
    abort_after = text "When so many have failed, nothing more begins.",
    caller = text "The name of the token that began it.",
    ok = { type = "boolean", description = "Whether it is done and no device failed." },
    devices = { type = "integer", description = "How many." },
    count = COUNT,
    warm = {
      type = "integer",
      description = "How many needed no login so far, where the server keeps sessions.",
    },
    seconds = { type = "number" },
    created = text("When it was asked for.", { format = "date-time" }),
    started = text("When it began.", { format = "date-time" }),
    ended = text("When it ended.", { format = "date-time" }),
    results = { type = "array", items = shapes.result },
  },
}

--- What a run may look like.
shapes.run_example = {
  id = "20260131-120000-5eed",
  mode = "nonblocking",
  verb = "send",
  state = "running",
  ok = false,
  devices = 1000,
  count = { ok = 617, failed = 2, cancelled = 0 },
  seconds = 1.25,
  created = "2026-01-31T12:00:00Z",
}

shapes.seed_answer = {
  type = "object",
  required = { "result" },
  properties = {
    result = text "Total time: H:MM:SS.ffffff",
    run = text "The name of the run.",
    ok = { type = "boolean" },
    count = COUNT,
    results = { type = "array", items = shapes.result },
  },
}

shapes.problem = {
  type = "object",
  required = { "title", "status", "detail" },
  properties = {
    type = text "about:blank",
    title = text "What the status is called.",
    status = { type = "integer" },
    detail = text "What is wrong.",
    errors = {
      type = "array",
      items = {
        type = "object",
        properties = {
          field = text "Where, such as devices[0].port.",
          message = text "What.",
        },
      },
    },
  },
}

--- A list of something, a page at a time.
-- @string name of the field with the list
-- @tparam table items schema
-- @treturn table schema
function shapes.page(name, items)
  return {
    type = "object",
    properties = {
      [name] = { type = "array", items = items },
      total = { type = "integer", description = "How many there are in all." },
    },
  }
end

shapes.inventory_device = {
  type = "object",
  properties = {
    name = text "Its name.",
    host = text "Name or address.",
    port = { type = "integer" },
    device_type = text "Platform.",
    groups = { type = "array", items = text "A group." },
    labels = { type = "object", additionalProperties = true },
  },
}

return shapes
