local samples = require "spec.host.term_samples"
local term = require "host.term"

local back = samples.back
local EURO = "\u{20AC}"

local function they(list)
  samples.test(it, list)
end

describe("row, text that was erased", function()
  they {
    { "has no pager that was wiped out with backspaces (C7)",
      "a\r\n --More-- " .. back(10) .. (" "):rep(10) .. back(10) .. "b\r\n", "a\nb\n" },
    { "has no pager that was wiped out with blanks",
      "a\r\n--More--\r        \rb\r\n", "a\nb\n" },
    { "has no pager under more blanks than it had bytes",
      "a\r\n--More--\r                    \rb\r\n", "a\nb\n" },
    { "has no pager under blanks and no carriage return behind them",
      "a\r\n--More--\r               \r\nb\r\n", "a\n\nb\n" },
    { "has no pager that was erased by a sequence",
      "a\r\n---(more 45%)---\r\27[Kb\r\nlines 1-24\27[2K\rc\r\n--More--\27[1K\rd",
      "a\nb\nc\nd" },
    { "trims the rest of a longer line that was blanked before",
      "interface up\r            \rdown\r\n", "down\n" },
    { "trims blanks that were there for nothing but to erase",
      (" "):rep(81) .. "\rup\r\n", "up\n" },
    { "keeps the rest of a longer line that was not", "abcdef\rXY\r\n", "XYcdef\n" },
    { "keeps blanks inside of a line", "abc\r  X\r\nab cd\ra  cd\r\n", "  X\na  cd\n" },
    { "keeps what stands before the blanks", "a  bc\b\b  \r\n", "a  \n" },
    { "forgets blanks at the end that were gone back over",
      "R1#          \rR1#show\r\n", "R1#show\n" },
    { "repairs a prompt that is repainted over itself",
      "R1#sh ver\rR1#         \rR1#show version\r\n", "R1#show version\n" },
  }
end)

describe("row, movements in the line", function()
  they {
    { "has CUB, CUF, CHA, HPA and HPR",
      "abcdef\27[3DX\27[1GY\27[2CZ\27[6`W\27[1GV\27[aU\r\n",
      "VbUZeW\n" },
    { "fills what was jumped over with blanks, once something is printed",
      "a\27[3Cb\27[4C\r\n\27[5Gc\r\n", "a   b\n    c\n" },
    { "stops at both margins", "ab\27[9999DX\27[9999CY\r\n", "Xb       Y\n", 10 },
    { "has EL to the right, to the left and of all",
      "abc\b\27[K\r\nabc\b\b\27[1KX\r\nabc\27[2K\rd\r\n", "ab\n Xc\nd\n" },
    { "blanks up to the end like any other erasing",
      "ab\27[1K\r\nab\r\27[5X\r\n", "\n\n" },
    { "has ICH, DCH and ECH", "abc\r\27[2@X\r\nabcd\r\27[2P\r\nabcd\r\27[2XX\r\n",
      "X abc\ncd\nX cd\n" },
    { "pushes text out at the right margin",
      "12345678\r\27[3@ab\r\n", "ab 12345\n", 8 },
  }
end)

describe("row, lines wider than the terminal", function()
  local wide = ("x"):rep(80)
  they {
    { "keeps them whole", wide .. wide .. "y\r\n", wide .. wide .. "y\n", 40 },
    { "repairs an echo that wraps where the device thinks it must (C4)",
      wide .. " \rabc\r\n", wide .. "abc\n" },
    { "repairs the next wrap too",
      wide .. " \r" .. wide .. " \rabc\r\n", wide .. wide .. "abc\n" },
    { "repairs an echo that wraps where it was told to",
      ("x"):rep(20) .. " \rabc\b\bX\r\n", ("x"):rep(20) .. "aXc\n", 20 },
    { "keeps a blank in that place when the line ends",
      wide .. " \r\n", wide .. " \n" },
    { "edits the row the cursor is on", ("x"):rep(30) .. "\rY\b\b\b\bZ\r\n",
      ("x"):rep(20) .. "Z" .. ("x"):rep(9) .. "\n", 20 },
    { "erases the row the cursor is on", ("x"):rep(30) .. "\27[2K\rY\r\n",
      ("x"):rep(20) .. "Y\n", 20 },
    { "counts characters to the margin",
      EURO:rep(20) .. " \rab\r\n", EURO:rep(20) .. "ab\n", 20 },
    { "wraps behind the last column only",
      EURO .. "1234\rXY\r\n", "XY234\n", 5 },
  }
end)

describe("row, what was cleared away", function()
  it("goes on where the device is after everything was cleared", function()
    local screen <close> = term.screen()
    screen:feed "sw1# "
    screen:clear()
    assert.equal("", screen:tail())
    screen:feed "\27[24;6Hsh\27[24;6Hshow\b\b\b\b\r\n"
    assert.equal("show\n", screen:text())
  end)

  it("shows the whole line when a cleared part of it is painted again", function()
    local screen <close> = term.screen()
    screen:feed "R1#"
    screen:clear()
    screen:feed "sho\rR1#show\r\n"
    assert.equal("R1#show\n", screen:text())
    screen:clear()
    screen:feed "R1#"
    screen:clear()
    screen:feed "show\rR1#\r\n"
    assert.equal("R1#show\n", screen:text())
  end)

  it("knows the columns of what was cleared", function()
    for _, sample in ipairs {
      { "R1# ", "\r\27[4Cx", "x" },
      { "R1# ", "show\27[1G\27[5GX", "Xhow" },
      { "R1#abc\b\b\b", "\27[7Gx", "x" },
      { "R1#\27[3C", "x", "   x" },
      { "R1#", ("x"):rep(20) .. "\rY", ("x"):rep(17) .. "Yxx" },
    } do
      local before, after, tail = table.unpack(sample)
      local screen <close> = term.screen(20)
      screen:feed(before)
      screen:clear()
      screen:feed(after)
      assert.equal(tail, screen:tail())
    end
  end)

  it("shows no blanks where a cleared pager was wiped out", function()
    local blanks = (" "):rep(8)
    for _, wipe in ipairs { "\r" .. blanks, "\r    " .. blanks, back(8) .. blanks } do
      local screen <close> = term.screen()
      screen:feed "--More--"
      screen:clear()
      screen:feed(wipe .. "\r")
      assert.equal("", screen:tail())
      screen:feed "Gi0/1\r\n"
      assert.equal("Gi0/1\n", screen:text())
    end
  end)
end)

describe("row, cost", function()
  local function work(bytes, piece)
    local screen <close> = term.screen()
    for at = 1, #bytes, piece do
      screen:feed(bytes:sub(at, at + piece - 1))
    end
    return (screen:work())
  end

  it("is linear for one line of a megabyte (C19)", function()
    local half, whole = ("x"):rep(2^19), ("x"):rep(2^20)
    assert.is_true(work(half, 4096) <= 4 * #half)
    assert.is_true(work(whole, 4096) <= 4 * #whole)
    assert.is_true(work(whole .. "\r\n", 1) <= 4 * #whole)
    assert.equal(whole .. "\n", term.clean(whole .. "\r\n"))
  end)

  it("is linear for lines that are edited all the time", function()
    local edits = {
      "\rx", "a\b", "\27[1K", "\27[511@", "\27[P", "\27[9999Gx", "\27[2Kx", "x\r \r",
      EURO .. "\b", "\r" .. EURO, "\27[9999C\27[9999D", " \b", "\27[1X\27[K",
    }
    for _, edit in ipairs(edits) do
      local begin = EURO:rep(511) .. ("x"):rep(400)
      local once = work(begin .. edit:rep(500), 4096)
      local twice = work(begin .. edit:rep(1000), 4096)
      local first = work(begin, 4096)
      assert.is_true(twice - first <= 2.1 * (once - first) + 4 * #begin, edit)
    end
  end)

  it("does not look at finished lines again", function()
    local line = ("x"):rep(60) .. "\r\n"
    local once, twice = work(line:rep(1000), 1), work(line:rep(2000), 1)
    assert.is_true(twice <= 2 * once + 64)
  end)

  it("holds a line of blanks and sequences in bounds", function()
    local screen <close> = term.screen()
    screen:feed(("x\r\27[511@"):rep(10000))
    assert.is_true(#screen:tail() <= 511)
  end)
end)
