local sink = require "moonwire.session.sink"

describe("sink", function()
  it("says that the disk is full", function()
    local path = os.tmpname()
    os.remove(path)
    local file <close> = assert(sink.open(path))
    local uv = require "luv"
    uv.fs_close(file.descriptor)
    file.descriptor = assert(uv.fs_open("/dev/full", "w", 0))
    assert.is_true(file:write "a little") -- it is gathered
    assert.is_false(file:write(("x"):rep(1 << 18)))
    assert.matches("^cannot write " .. path .. ": ENOSPC", file.message)
    local ok, message, kind = file:finish()
    assert.is_nil(ok)
    assert.equal(file.message, message)
    assert.equal("local", kind)
    assert.is_nil(io.open(path))
    os.remove(path .. ".partial")
  end)
end)
