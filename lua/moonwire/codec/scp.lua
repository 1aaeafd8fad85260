--- The lines of SCP's old protocol, and names of files on a remote side: what a client
-- and a server of it share. It knows no connection and no file.
-- @module moonwire.codec.scp
local scp = {}

--- Bytes in one line at most.
scp.LONGEST = 4096

scp.OK, scp.WARNING, scp.FATAL = "\0", "\1", "\2"

--- What is wrong with the name of a file that is about to be sent.
-- @string name
-- @treturn string|nil
function scp.complaint(name)
  if name == "" then
    return "a file needs a name"
  elseif name:find "[%z\1-\31\127]" then
    return "a file's name may hold no control characters"
  elseif #name > 1024 then
    return "a file's name may have 1024 bytes at most"
  end
end

--- A name that no shell and no command line takes for something else.
-- @string name
-- @treturn boolean
function scp.is_plain(name)
  return name:find "^[%w_./:+@%%=,][%w_./:+@%%=,%-]*$" ~= nil
end

--- A name as one word of a POSIX shell.
-- @string name
-- @treturn string
function scp.quote(name)
  if scp.is_plain(name) then
    return name
  end
  return "'" .. name:gsub("'", "'\\''") .. "'"
end

--- The last part of a path.
-- @string path
-- @treturn string
function scp.base(path)
  return path:match "[^/:]*$"
end

--- The line that offers a file.
-- @int mode permission bits
-- @int size
-- @string name without folders
-- @treturn string
function scp.offer(mode, size, name)
  return ("C%04o %d %s\n"):format(mode & 511, size, name)
end

--- Take such a line apart. Its name is no path, and is refused where it would be one.
-- @string line without its end
-- @treturn[1] table `mode`, `size`, `name`
-- @return[2] nil
-- @treturn[2] string message
function scp.parse_offer(line)
  local mode, size, name = line:match "^C([0-7][0-7][0-7][0-7]) (%d+) (.+)$"
  if not mode or #size > 18 then
    return nil, "a line that offers no file"
  elseif name == "." or name == ".." or name:find "[/%z]" then
    return nil, "a file whose name is a path"
  end
  return { mode = tonumber(mode, 8), size = math.tointeger(size), name = name }
end

--- What a device said, with nothing in it that a terminal would obey.
-- @string text
-- @treturn string one line, shortened
function scp.printable(text)
  text = text:gsub("[\r\n]+$", ""):sub(1, 200)
  return (text:gsub("[%c\127-\255]", function(byte)
    return ("\\x%02x"):format(byte:byte())
  end))
end

return scp
