local doc = require "moonwire.repl.doc"

describe("what is written about a function", function()
  it("comes from the comment above it", function()
    local text = assert(doc.of "send_command")
    assert.equal("Session:send_command(command, options)", text:match "^[^\n]*")
    assert.is_truthy(text:find("\n  Run one command.\n", 1, true))
    assert.is_truthy(text:find("\n  options (table, optional): ", 1, true))
    assert.is_truthy(assert(doc.of "session:enable"):find("^Session:enable%("))
  end)

  it("is nothing where nothing is written", function()
    for _, name in ipairs { "no_such_verb", "", "%a", "(" } do
      local text, message = doc.of(name)
      assert.is_nil(text)
      assert.is_string(message)
    end
  end)
end)
