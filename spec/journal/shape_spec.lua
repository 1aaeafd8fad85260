local is_record = require "moonwire.journal.shape"

describe("a record of a journal", function()
  it("has a number and a type", function()
    assert.is_true(is_record { n = 1, type = "resume" })
    for _, wrong in ipairs {
      {}, { n = 1 }, { type = "note" }, { n = "1", type = "resume" },
      { n = 1.5, type = "resume" }, { n = 0, type = "resume" }, { n = 1, type = {} },
    } do
      assert.is_false(is_record(wrong))
    end
    assert.is_false(is_record(nil))
    assert.is_false(is_record "resume")
    assert.is_false(is_record(7))
  end)

  it("has what its readers rely on, by its type", function()
    assert.is_true(is_record { n = 1, type = "plan", names = { "r1" } })
    assert.is_true(is_record { n = 1, type = "plan", names = {} })
    assert.is_true(is_record { n = 2, type = "begin", i = 1 })
    assert.is_true(is_record { n = 3, type = "end", i = 1, state = "done" })
    for _, wrong in ipairs {
      { n = 1, type = "plan" }, { n = 1, type = "plan", names = "r1" },
      { n = 1, type = "plan", names = { 7 } },
      { n = 1, type = "plan", names = { a = "b" } },
      { n = 1, type = "begin" }, { n = 1, type = "begin", i = "1" },
      { n = 1, type = "begin", i = -1 }, { n = 1, type = "end", i = 1, state = 7 },
      { n = 1, type = "run", format = "9" }, { n = 1, type = "note", text = {} },
      { n = 1, type = "event" }, { n = 1, type = "event", i = 1, before = 7 },
      { n = 1, type = "event", i = 1, seconds = "7" },
    } do
      assert.is_false(is_record(wrong))
    end
  end)

  it("may be of a type that is not known here, and have more", function()
    assert.is_true(is_record { n = 9, type = "lock", holder = {} })
    assert.is_true(is_record { n = 9, type = "begin", i = 1, t = 0.5 })
  end)
end)
