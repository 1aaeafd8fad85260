--- What is shown to people: no byte of it is a terminal's or breaks a line of a log.
local words = {}

--- Raise unless a message can be shown as it is.
-- @string text
function words.check_safe(text)
  local bad = text:match "[\0-\8\11-\31\127]" or text:match "\xc2[\x80-\x9f]"
  assert(not bad, "a message holds no control byte")
end

--- What came of something that may fail: its words are safe, and its kind is known.
-- @return[1] value
-- @return[2] nil
function words.check(found, message, kind)
  if not found then
    assert(type(message) == "string", "a failure has words")
    words.check_safe(message)
    assert(kind == nil or type(kind) == "string", "and a kind")
  end
  return found
end

return words
