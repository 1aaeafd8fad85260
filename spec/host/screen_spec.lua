local samples = require "spec.host.term_samples"
local term = require "host.term"

local back = samples.back
local EURO, E_ACUTE, E_GRAVE = "\u{20AC}", "\u{E9}", "\u{E8}"

local function they(list)
  samples.test(it, list)
end

describe("screen, ends of lines", function()
  they {
    { "takes CR LF, LF, LF CR and CR CR LF for one newline each",
      "a\r\nb\nc\n\rd\r\r\ne", "a\nb\nc\nd\ne" },
    { "takes VT and FF for newlines", "a\vb\fc", "a\nb\nc" },
    { "keeps empty lines", "a\r\n\r\n\r\nb\r\n", "a\n\n\nb\n" },
    { "keeps blanks at the end of a line as the device printed them",
      "a  \r\nb \t\r\n   \r\nc ", "a  \nb \t\n   \nc " },
    { "ends the whole line wherever the cursor is", "abc\b\b\r\nd", "abc\nd" },
    { "lets a device repaint the open line only",
      "done\r\n10%\r55%\r100%\r\nend\r\n", "done\n100%\nend\n" },
  }
end)

describe("screen, control bytes", function()
  they {
    { "drops those that mean nothing to text (C5)",
      "a\0b\ac\127d\1e\14f\15g\5h\24i", "abcdefghi" },
    { "drops a NUL in the middle of a sequence", "a\27[\0001\0;3\0001mb", "ab" },
    { "drops a DEL in the middle of a sequence", "a\27[\1271;3\1271mb", "ab" },
    { "keeps a tab as it is", "a\tb\t\r\n", "a\tb\t\n" },
    { "takes a tab over text for a movement",
      "abcdefghijk\ra\tX\r\n", "abcdefghXjk\n" },
    { "moves back for a backspace, not beyond the first column",
      "abc\b\bX\r\n\b\b\bY\r\n", "aXc\nY\n" },
    { "forgets what was wiped out byte by byte",
      "R1#shx\b \bow\b \b\b \b\r\n", "R1#sh\n" },
  }
end)

describe("screen, sequences that are no text", function()
  they {
    { "has no colours, modes, queries, keypads and character sets (C5)",
      "\27[1;31mred\27[0m\27[?2004h\27[?25l\27[6n\27[c\27[>0c\27=\27>\27(B\27)0" ..
      "\27#8\27%G\27[4:3m\27[0 q\0277\0278!", "red!" },
    { "has no titles and other strings, ended by ST or BEL",
      "\27]0;r1: ~\7a\27]2;t\27\\b\27Pq#0\27\\c\27_x\27\\d\27^y\27\\e\27Xz\27\\f",
      "abcdef" },
    { "keeps UTF-8 out of a title", "\27]0;caf" .. E_ACUTE .. "\7ok", "ok" },
    { "keeps tabs and backspaces out of a title", "\27]0;a\bb\tc\7ok", "ok" },
    { "tells private sequences from others", "ab\27[?2Dc\27[2 Dd\27[>2De", "abcde" },
    { "loses no line to a string without an end", "\27]0;never\r\nR1#", "\nR1#" },
    { "loses no line to a broken sequence",
      "a\27[12\r\nb\27\r\nc\27(\nd", "a\nb\nc\nd" },
    { "begins anew at ESC, and stops at CAN and SUB",
      "\27[1\27[2Dx\27[3\24y\27[4\26z\27]0;t\27[1mw", "xyzw" },
    { "breaks off a sequence for a byte beyond ASCII", "a\27[1" .. E_ACUTE .. "b",
      "a" .. E_ACUTE .. "b" },
    { "bounds numbers and ignores parameters it has no use for",
      "abc\27[65537DX\27[99999999999999999999DY\27[24;1;3HZ", "Zbc" },
  }

  it("bounds sequences and strings", function()
    assert.equal(("1"):rep(10), term.clean("\27[" .. ("1"):rep(74)))
    assert.equal(("x"):rep(4), term.clean("\27]" .. ("x"):rep(4100)))
    assert.equal("", term.clean("\27]" .. ("x"):rep(4000)))
  end)
end)

describe("screen, every byte there is", function()
  local function is_dropped(byte)
    local is_used = ("\t\n\v\f\r\b\27"):find(string.char(byte), 1, true)
    return byte < 32 and not is_used or byte == 127
  end

  local function assert_byte(value, left, right)
    local byte = string.char(value)
    local text = term.clean(left .. byte .. right)
    if is_dropped(value) then
      assert.equal(left .. right, text)
    elseif value >= 32 or byte == "\t" then
      assert.equal(left .. byte .. right, text)
    end
  end

  it("is text or dropped, wherever it stands among others", function()
    for value = 0, 255 do
      for before = 0, 16 do
        assert_byte(value, ("x"):rep(before), ("y"):rep(16))
      end
    end
  end)
end)

describe("screen, bytes beyond ASCII", function()
  they {
    { "keeps UTF-8, Latin-1 and broken UTF-8 byte for byte (C17)",
      E_ACUTE .. EURO .. " caf\233 \128\159\155 \255\254 \195 \226\130 \r\n",
      E_ACUTE .. EURO .. " caf\233 \128\159\155 \255\254 \195 \226\130 \n" },
    { "steps over whole characters", "a" .. EURO .. "b\b\bX\r\n", "aXb\n" },
    { "puts long characters over short ones and back",
      "abc\r" .. EURO .. E_GRAVE .. "\r\n" .. EURO .. EURO .. "\rab\r\n",
      EURO .. E_GRAVE .. "c\nab\n" },
    { "counts a character as a column", E_ACUTE .. E_ACUTE .. "cd\27[2GX\27[4GY\r\n",
      E_ACUTE .. "XcY\n" },
    { "deletes and blanks whole characters",
      EURO .. "bc\r\27[P\r\n" .. EURO .. "bc\r\27[2X\r\n" ..
      EURO .. "bc\r\27[C\27[1K\r\n",
      "bc\n  c\n  c\n" },
    { "takes stray continuation bytes for characters",
      "\169\169\169\b\bX\r\n", "\169X\169\n" },
    { "wipes a character out", "a" .. E_ACUTE .. "\b \b\r\n", "a\n" },
    { "takes bytes that begin no UTF-8 for characters",
      "\193\129\bX\245\128\bY\r\n", "\193X\245Y\n" },
  }
end)

describe("screen, devices that address the cursor", function()
  they {
    { "sees through a ProCurve scrolling for Enter and moving about",
      "sw1# \27[1;0H\27[1M\27[24;1H\27[1L\27[24;6H\27[24;1H\27[2K\27[24;1H\27[?25h" ..
      "\27[24;1H\27[1;24r\27[24;1H\27[24;1H\27[2K\27[24;1Hsw1# \27[24;1H\27[24;6H" ..
      "\27[24;1H\27[?25h\27[24;6H",
      "sw1# \nsw1# " },
    { "sees through the one that calls its last row 1000 and 232 by turns",
      "sw1# \27[1;0H\27[1M\27[232;1H\27[1L\27[1000;6H\27[232;1H\27[2K\27[1000;1H" ..
      "\27[1;232r\27[1000;1H\27[232;1H\27[2K\27[1000;1H\27[232;1Hsw1# \27[1000;1H" ..
      "\27[232;6H\27[1000;1H\27[1000;6H",
      "sw1# \nsw1# " },
    { "takes next-line for the end of a line, and the command with its prompt",
      "sw1# \27[24;6H\27[24;6Hshow\27[24;6H\27[24;10H\27[24;0H\27E\27[24;1H\27[2K" ..
      "\27[24;1H\r\nup 3 days\r\n\27[24;1Hsw1# \27[24;6H",
      "sw1# show\n\nup 3 days\nsw1# " },
    { "puts what is painted on another row on another line",
      "\27[2J\27[1;1HStatus\27[3;5HPort 1\27[4;5HPort 2\27[24;1H> ",
      "Status\n    Port 1\n    Port 2\n> " },
    { "keeps a line that the cursor only left and came back to",
      "\27[5;1Hab\27[9;1H\27[5;3Hcd",
      "abcd" },
    { "does not erase a line from another row",
      "\27[5;1Hab\27[7;1H\27[2K\27[5;3Hc", "abc" },
    { "takes the last row for the one that scrolls",
      "\27[24;1Ha\r\nb\27[24;2Hc\27[30;1H\27[29;1Hd\r\ne\27[30;2Hf",
      "a\nbc\nd\nef" },
    { "takes it from the scrolling region too",
      "\27[50;1H\27[1;24r\27[24;1Ha\r\nb\27[24;2Hc", "a\nbc" },
    { "stays below a region that was made smaller",
      "\27[50;1Ha\27[1;24r\27[Bb", "ab" },
    { "takes the first row far down that it hears of for where it was",
      "sw1# \27[50;6Hshow\27[60;1Hup", "sw1# show\nup" },
    { "is not misled by a device that asks for the size",
      "sw1# \27[1920;1920H\27[6n\27[24;6Hshow", "sw1# show" },
    { "keeps a line above a row that scrolls away",
      "\27[24;1Hab\27[1;1H\27[M\27[24;1Hcd", "ab\ncd" },
    { "puts tabs and bytes beyond ASCII on the new line too",
      "\27[5;1Hab\27[6;1H\tc\27[7;1H" .. EURO, "ab\n\tc\n" .. EURO },
    { "keeps what was said before a reset", "bye\27clogin: ", "bye\nlogin: " },
    { "keeps what a cleared screen had said", "bye\27[2J\27[Hlogin: ", "bye\nlogin: " },
    { "has CNL, CPL, CUU, CUD, VPA and index",
      "\27[9;1Ha\27[Eb\27[Fc\27[Bd\27[2Ae\27[5df\27Dg", "a\nb\nc\n d\n  e\n   f\ng" },
    { "takes an inserted line for a new one", "\27[5;1Hab\27[Lcd", "ab\n  cd" },
    { "erases to the end of the screen in this line only",
      "a\r\nbcd\b\27[J\r\n", "a\nbc\n" },
    { "takes a very large row for the row it is on",
      "name: r1\r\n\27[9999B[a@r1] > \27[c\27[9999Bx",
      "name: r1\n[a@r1] > x" },
    { "repairs a MikroTik repainting prompt and command",
      "[a@r1] > \r[a@r1] > /sy\27[K\r[a@r1] > /sys\27[K\r\n[a@r1] > ",
      "[a@r1] > /sys\n[a@r1] > " },
    { "repairs a Huawei echo of blank and step back",
      "<r1>d \27[1Di \27[1Ds \27[1D\r\n",
      "<r1>dis \n" },
    { "repairs a line that scrolls sideways",
      "R1#show interfaces desc" .. back(20) .. "$erfaces description" ..
      back(20) .. "\r\n",
      "R1#$erfaces description\n" },
  }
end)

describe("a part of a text", function()
  it("is that of string.sub", function()
    local text = "abcdef"
    for first = 1, 7 do
      for last = 0, 6 do
        assert.equal(text:sub(first, last), term.part(text, first, last))
      end
    end
  end)

  it("is within the text", function()
    assert.has_error(function() term.part("abc", 0, 1) end)
    assert.has_error(function() term.part("abc", 1, 4) end)
  end)
end)

describe("screen, misuse", function()
  it("is closed once and for all, and closing again is harmless", function()
    local screen = term.screen()
    screen:feed(("x"):rep(1000))
    screen:close()
    screen:close()
    for _, method in ipairs { "feed", "text", "tail", "drop", "clear", "work" } do
      assert.error_matches(function() screen[method](screen, "1") end, "closed")
    end
  end)

  it("wants a width that a terminal can have, and bytes", function()
    assert.has_error(function() term.screen(0) end)
    assert.has_error(function() term.screen(5000) end)
    assert.has_error(function() term.screen "wide" end)
    assert.has_error(function() term.clean() end)
    assert.has_error(function() term.clean("x", -1) end)
    local screen <close> = term.screen()
    assert.has_error(function() screen:feed() end)
    assert.has_error(function() screen:drop(-1) end)
    assert.has_error(function() screen.feed({}, "x") end)
  end)
end)
