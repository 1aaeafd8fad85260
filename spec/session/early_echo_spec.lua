-- Faults of spec/README.md: C4.
-- A terminal echoes what is typed while its shell is busy at once, in the midst of
-- whatever the shell's program writes; and the shell's editor shows it once more.
local files = require "spec.support.files"
local session = require "moonwire.session"

-- What bash behind a busy machine was seen to do, at the very moment that matters.
local SHELL = [[
stty -echo
prompt='u@h:~$ '
answer() { printf '%s\n%s%s\n%s' "$1" "$prompt" "$mark" "$prompt"; }
printf '%s' "$prompt"
while IFS= read -r line; do
  case $line in
    ./slow)
      printf './slow\n%s' "$prompt" # a prompt that is about to read what was typed
      IFS= read -r mark
      answer "$(printf './slow\none\ntw%s\no\nthree' "$mark")" ;;
    'cat unended')
      IFS= read -r mark
      answer "$(printf 'cat unended\nlast line%s' "$mark")" ;;
    'cat taken over') # the shell did so between a line and its end
      IFS= read -r mark
      shown="cat taken over$prompt"
      answer "$(printf '%scat taken over\none\n%s' "$shown" "$mark")" ;;
    *) printf '%s\n%s' "$line" "$prompt" ;;
  esac
done
]]

describe("the terminal's echo of a mark in the midst of an output", function()
  local function with_shell(fn)
    files.with_folder(function(folder)
      files.write(folder .. "/shell", SHELL)
      local shell <close> = assert(session.open {
        name = "busy", username = "u", device_type = "linux", transport = "command",
        command = { "sh", folder .. "/shell" },
      })
      fn(shell)
      assert.equal("", shell:send_command "true") -- and is in step
    end)
  end

  local function lines_of(shell, command)
    local lines = {}
    assert(shell:stream(command, function(line) lines[#lines + 1] = line end))
    return lines
  end

  it("is no part of an answer", function()
    with_shell(function(shell)
      assert.equal("one\ntwo\nthree", shell:send_command "./slow")
      assert.equal("last line", shell:send_command "cat unended")
      assert.equal("one", shell:send_command "cat taken over")
    end)
  end)

  it("is no part of a stream", function()
    with_shell(function(shell)
      assert.same({ "one", "two", "three" }, lines_of(shell, "./slow"))
      assert.same({ "last line" }, lines_of(shell, "cat unended"))
      assert.same({ "one" }, lines_of(shell, "cat taken over"))
    end)
  end)
end)
