--- What `moonwire doctor` looks at: this machine, and the files of the user. Nothing is
-- changed, and no device is asked. A finding is { name, state, value, advice }, its
-- state "ok", "note" (worth knowing) or "unsafe".
-- @module moonwire.cli.doctor_check
local hostkeys = require "host.hostkeys"
local lfs = require "lfs"
local pool = require "host.pool"
local task = require "moonwire.task"
local uv = require "luv"

local check = {}

local LIBSSH = "0.10.6-0+deb12u3" -- the first with all that Debian mended by 2026
local STRICT = "kex-strict-c-v00@openssh.com" -- the answer to Terrapin, CVE-2023-48795
local RESERVED = 64 -- descriptors that are not for devices
local LITTLE_DISK = 100 << 20
local LITTLE_MEMLOCK = 256 << 10

local function finding(name, state, value, advice)
  return { name = name, state = state, value = value, advice = advice }
end

local function read(path)
  local file <close> = io.open(path, "rb")
  return file and file:read "a"
end

-- The version of an installed package, by dpkg's own file.
local function version_of(status, package)
  local text = "\n" .. status
  local _, first = text:find("\nPackage: " .. package .. "\n", 1, true)
  if not first then
    return nil
  end
  local paragraph = text:sub(first, text:find("\n\n", first, true) or #text)
  if paragraph:find("\nStatus: install ok installed\n", 1, true) then
    return paragraph:match "\nVersion: (%S+)"
  end
end

local function is_at_least(version, wanted)
  return task.await(function(done)
    local handle
    handle = uv.spawn("dpkg", {
      args = { "--compare-versions", version, "ge", wanted },
    }, function(code)
      handle:close()
      done(code == 0)
    end)
    if not handle then
      done(false)
    end
  end)
end

local function path_of_libssh()
  return (read "/proc/self/maps" or ""):match "(/[^\n]*/libssh%.so[^\n]*)"
end

--- libssh: its package's revision, which ssh_version() does not tell.
-- @string[opt] status_path of dpkg
-- @treturn table finding
function check.libssh(status_path)
  local status = read(status_path or "/var/lib/dpkg/status")
  local version = status and version_of(status, "libssh-4")
  local path = path_of_libssh() or "linked in"
  if not version then
    return finding("libssh", "note", path, "no package of Debian: see for yourself "
      .. "whether it has what " .. LIBSSH .. " mends")
  elseif not path:find "^/usr/lib/" and not path:find "^/lib/" then
    return finding("libssh", "note", path, "this is not the one of package libssh-4")
  elseif not is_at_least(version, LIBSSH) then
    return finding("libssh", "unsafe", version, "apt-get install libssh-4, at least "
      .. LIBSSH)
  end
  return finding("libssh", "ok", version)
end

-- The first revision of a package of Debian 12 without a hole that we would be open to.
local MENDED = {
  { "libuv1", "1.44.2-1+deb12u1", "CVE-2024-24806, a host name that is cut" },
  { "libmicrohttpd12", "0.9.75-6", "CVE-2023-27371, a form that ends the server" },
}

--- Other libraries that face a network. One that is no package here is left out.
-- @string[opt] status_path of dpkg
-- @treturn {table,...} findings
function check.mended(status_path)
  local status = read(status_path or "/var/lib/dpkg/status") or ""
  local findings = {}
  for _, one in ipairs(MENDED) do
    local package, wanted, hole = table.unpack(one)
    local version = version_of(status, package)
    if version and is_at_least(version, wanted) then
      findings[#findings + 1] = finding(package, "ok", version)
    elseif version then
      findings[#findings + 1] = finding(package, "unsafe", version,
        ("apt-get install %s, at least %s: %s"):format(package, wanted, hole))
    end
  end
  return findings
end

--- Whether libssh knows strict key exchange.
-- @treturn table finding
function check.strict_kex()
  local path = path_of_libssh()
  if not path then
    return finding("strict-kex", "note", "unknown", "libssh is no file of its own")
  elseif (read(path) or ""):find(STRICT, 1, true) then
    return finding("strict-kex", "ok", "offered; used where the device knows it, too")
  end
  return finding("strict-kex", "unsafe", "missing", "apt-get install libssh-4")
end

local function limit(name)
  local text = (read "/proc/self/limits"):match(name .. "%s+(%S+)")
  return tonumber(text) or math.huge
end

--- How many sessions the limit of open files allows.
-- @treturn table finding
function check.files()
  local most = limit "Max open files"
  if most == math.huge then
    return finding("open files", "ok", "no limit")
  end
  local sessions = math.max(0, math.tointeger(most) - RESERVED)
  local value = ("%d: %d sessions at once"):format(most, sessions)
  if sessions < 500 then
    return finding("open files", "note", value, "raise it with ulimit -Hn, or take a "
      .. "smaller limit of sessions")
  end
  return finding("open files", "ok", value)
end

--- Whether secrets stay out of the swap space.
-- @treturn table finding
function check.locked_memory()
  local most = limit "Max locked memory"
  local value = most == math.huge and "no limit" or ("%d KiB"):format(most // 1024)
  local _, lines = (read "/proc/swaps" or ""):gsub("\n", "")
  if most >= LITTLE_MEMLOCK or uv.getuid() == 0 then
    return finding("locked memory", "ok", value)
  elseif lines > 1 then
    return finding("locked memory", "unsafe", value, "passwords may be swapped out: "
      .. "ulimit -l 1024")
  end
  return finding("locked memory", "note", value, "there is no swap space now")
end

--- The cores that mode hybrid would use.
-- @treturn table finding
function check.cores()
  return finding("cores", "ok", ("%d"):format(pool.cores()))
end

local function is_changeable_by_others(status)
  return status.mode & tonumber("022", 8) ~= 0
end

--- The store of host keys.
-- @string path
-- @treturn table finding
function check.known_hosts(path)
  local status = uv.fs_stat(path)
  if not status then
    return finding("host keys", "note", path .. " is not there", "moonwire keys scan "
      .. "fetches them, keys accept takes them up")
  elseif status.type ~= "file" then
    return finding("host keys", "unsafe", path, "it is no file")
  elseif is_changeable_by_others(status) then
    return finding("host keys", "unsafe", path, "others can change it: chmod 600 it")
  end
  local store, message = hostkeys.open { path }
  if not store then
    return finding("host keys", "unsafe", message or path, "mend or replace it")
  end
  local _, hashed = ("\n" .. (read(path) or "")):gsub("\n|1|", "")
  return finding("host keys", "ok", ("%s: %d, %d lines of them hashed"):format(
    path, store:count(), hashed))
end

-- The folder itself, or the nearest above that is there.
local function existing(path)
  while not uv.fs_stat(path) do
    path = path:match "^(.+)/[^/]*$" or (path:find "^/" and "/" or ".")
  end
  return path
end

--- The disk that outputs go to.
-- @string path
-- @treturn table finding
function check.disk(path)
  local folder = existing(path)
  local status = uv.fs_statfs(folder)
  local free = status and status.bavail * status.bsize or 0
  local value = ("%s: %d MiB free"):format(folder, free >> 20)
  if not uv.fs_access(folder, "W") then
    return finding("disk", "note", value, "nothing can be written there")
  elseif free < LITTLE_DISK then
    return finding("disk", "note", value, "that is little")
  end
  return finding("disk", "ok", value)
end

local CLOCK = "/sys/devices/system/clocksource/clocksource0/current_clocksource"

--- The clocks: waits go by one that is never set, records by the other.
-- @treturn table finding
function check.clock()
  local source = (read(CLOCK) or "unknown"):match "%S+"
  local value = ("monotonic by %s, %s"):format(source, os.date "!%Y-%m-%dT%H:%M:%SZ")
  if uv.fs_stat "/run/systemd/timesync/synchronized" then
    return finding("clock", "ok", value .. ", synchronized")
  end
  return finding("clock", "note", value, "whether it is synchronized is not known")
end

local LIBRARIES = {
  { "libmicrohttpd", "libmicrohttpd12" },
  { "libedit", "libedit2" },
  { "hiredis", "libhiredis0.14" },
  { "mimalloc", "libmimalloc2.0" },
}

--- Libraries that some parts want: a finding for each.
-- @treturn {table,...}
function check.libraries()
  local status, found = read "/var/lib/dpkg/status" or "", {}
  for i, one in ipairs(LIBRARIES) do
    local version = version_of(status, one[2])
    found[i] = finding(one[1], version and "ok" or "note", version or "not installed",
      not version and "apt-get install " .. one[2] .. ", where it is wanted" or nil)
  end
  return found
end

local function check_file(name, path, forbidden, advice)
  local status = uv.fs_stat(path)
  if not status then
    return finding(name, "note", path .. " is not there")
  elseif status.mode & forbidden ~= 0 then
    return finding(name, "unsafe", ("%s is %o"):format(path, status.mode & 511), advice)
  end
  return finding(name, "ok", path)
end

local OTHERS = tonumber("077", 8)
local WRITERS = tonumber("022", 8)

--- The folder of ssh, and the private keys in it: a finding for each.
-- @string folder
-- @treturn {table,...}
function check.ssh_folder(folder)
  local found = { check_file("ssh folder", folder, WRITERS, "chmod 700 it") }
  if not uv.fs_stat(folder) then
    return found
  end
  local names = {}
  for name in lfs.dir(folder) do
    names[#names + 1] = name:find "^id_" and not name:find "%." and name or nil
  end
  table.sort(names)
  for _, name in ipairs(names) do
    local path = folder .. "/" .. name
    found[#found + 1] = check_file("private key", path, OTHERS, "chmod 600 it")
  end
  return found
end

--- A file that says which devices there are, and where their passwords come from.
-- @string path
-- @treturn table finding
function check.inventory(path)
  return check_file("inventory", path, WRITERS, "others can change it: chmod go-w it")
end

return check
