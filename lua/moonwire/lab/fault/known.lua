--- The faults that there are: names, words, and what they do to a connection.
-- 'connection' changes the profile of the connection; what has none is acted upon by
-- those who ask `Device:fault`: `moonwire.lab`, the behaviours, and for what is typed
-- and shown `moonwire.lab.mishap`. 'seconds' is the time of one that takes a time,
-- 'bytes' the size of one that takes a size.
-- @module moonwire.lab.fault.known
return {
  {
    name = "refuse",
    about = "nothing listens on the port that the inventory names",
    connection = function(profile)
      profile.is_refused = true
    end,
  },
  {
    name = "blackhole",
    about = "the connection opens and stays silent",
    connection = function(profile)
      profile.blackhole = true
    end,
  },
  {
    name = "http",
    about = "the port speaks HTTP",
    connection = function(profile)
      profile.greet = "HTTP/1.1 400 Bad Request\r\nServer: switch\r\n"
        .. "Connection: close\r\nContent-Length: 0\r\n\r\n"
    end,
  },
  {
    name = "hostkey_change",
    about = "shows another host key than the inventory's",
    connection = function(profile)
      profile.host_key = 2
    end,
  },
  {
    name = "slow_banner",
    about = "waits before its SSH version line (5 s)",
    seconds = 5,
    connection = function(profile, seconds)
      profile.banner_delay = seconds
    end,
  },
  {
    name = "slow_kex",
    about = "waits before the key exchange (5 s)",
    seconds = 5,
    connection = function(profile, seconds)
      profile.kex_delay = seconds
    end,
  },
  -- the line, at a byte that the device sends; the first one has the number 1
  {
    name = "reset_at",
    about = "resets the connection after so many bytes (1K)",
    bytes = 1 << 10,
    connection = function(profile, bytes)
      profile.drop_after = bytes
    end,
  },
  {
    name = "end_at",
    about = "ends the connection after so many bytes (1K)",
    bytes = 1 << 10,
    connection = function(profile, bytes)
      profile.fin_after = bytes
    end,
  },
  {
    name = "stall_at",
    about = "says nothing more after so many bytes (1K)",
    bytes = 1 << 10,
    connection = function(profile, bytes)
      profile.stall_after = bytes
    end,
  },
  {
    name = "garble_at",
    about = "sends one byte wrong (number 1K)",
    bytes = 1 << 10,
    connection = function(profile, bytes)
      profile.garble_at = bytes
    end,
  },
  {
    name = "slices",
    about = "sends every byte in a packet of its own (20 µs apart)",
    seconds = 2e-5,
    connection = function(profile, seconds)
      profile.dribble = seconds
    end,
  },
  -- the login
  { name = "slow_auth", about = "waits before it answers a login (5 s)", seconds = 5 },
  { name = "auth_failure", about = "refuses every login" },
  { name = "silent_shell", about = "opens the shell and says nothing in it" },
  {
    name = "greeting",
    about = "greets with prompts and questions that are none, pausing (0.1 s)",
    seconds = 0.1,
  },
  { name = "old", about = "knows no filters, no clock and no terminal width" },
  { name = "idle", about = "hangs up when nothing is typed (60 s)", seconds = 60 },
  -- what is typed
  { name = "echo_twice", about = "echoes everything twice" },
  { name = "echo_wrap", about = "wraps what it echoes at column 80" },
  { name = "echo_off", about = "echoes nothing" },
  { name = "lossy", about = "loses what is sent ahead of a line of configuration" },
  { name = "locked", about = "somebody else has locked its configuration" },
  { name = "save_failure", about = "has no room for its saved configuration" },
  { name = "candidate", about = "somebody else has left changes without a commit" },
  -- what is shown
  { name = "hang", about = "never answers a command that shows something" },
  { name = "slow", about = "works long on what it shows, dots (1 s)", seconds = 1 },
  { name = "pager_stuck", about = "refuses to switch paging off" },
  { name = "pager_endless", about = "refuses that too, and its pages never end" },
  { name = "endless", about = "never ends an output, but by Ctrl-C" },
  { name = "drop", about = "resets the connection in the middle of an output" },
  { name = "restart", about = "starts again in the middle of an output" },
  {
    name = "dribble",
    about = "sends its output byte by byte (50 ms apart)",
    seconds = 0.05,
  },
  {
    name = "lookalike",
    about = "shows its prompt in the middle of an output, then pauses (1 s)",
    seconds = 1,
  },
  { name = "rename", about = "gets another name in the middle of an output" },
  { name = "syslog", about = "writes a log message into the middle of an output" },
  { name = "syslog_around", about = "writes one before each output, and one behind" },
  { name = "syslog_prompt", about = "writes one behind the prompt after an output" },
  { name = "ansi", about = "colours its output, rings, asks for the cursor" },
  { name = "bytes", about = "shows bytes that are no text, torn between packets" },
  { name = "bulk", about = "shows more in an output (16M)", bytes = 16 << 20 },
  { name = "long_line", about = "shows a line of 4 MB in an output" },
  -- files
  { name = "flash_full", about = "has no room for a file" },
  { name = "flash_corrupt", about = "keeps files with a wrong bit in them" },
  {
    name = "transfer_cut",
    about = "resets the connection in the middle of a file (after 64 KiB)",
  },
}
