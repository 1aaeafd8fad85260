--- What a measurement of the bench has found, made up.
local figures = {}

--- Of ten thousand devices.
function figures.of(seconds, cpu_seconds, floor)
  return {
    devices = 10000,
    logins = 10000,
    commands = 1,
    seconds = seconds,
    cpu_seconds = cpu_seconds,
    ok = 10000,
    failed = 0,
    peak_sessions = 10000,
    threads = 1,
    max_rss_bytes = 200e6,
    lab = { max_rss_bytes = 100e6 },
    floor = floor,
  }
end

return figures
