--- How the page of a report looks, on light screens, dark ones and paper.
-- @module moonwire.report.run.style
local svg = require "moonwire.report.svg"

local style = {}

local PAGE = [[
:root { color-scheme: light dark; --page: #ffffff; --text: #1f2328; --quiet: #59636e;
--line: #d1d9e0; --head: #f6f8fa; --good: #1a7f37; --wrong: #cf222e; }
@media (prefers-color-scheme: dark) {
:root { --page: #0d1117; --text: #f0f6fc; --quiet: #9198a1; --line: #3d444d;
--head: #151b23; --good: #3fb950; --wrong: #ff7b72; }
}
body { margin: 0; background: var(--page); color: var(--text);
font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; }
main { max-width: 1000px; margin: 0 auto; padding: 24px; }
h1, h2, h3, h4 { line-height: 1.25; overflow-wrap: anywhere; }
h1 { font-size: 26px; }
h2 { font-size: 21px; margin-top: 40px; padding-top: 16px;
border-top: 1px solid var(--line); }
h3 { font-size: 16px; margin: 28px 0 8px; }
h4 { font: 13px ui-monospace, "DejaVu Sans Mono", monospace; margin: 12px 0 4px;
white-space: pre-wrap; }
.lead { font-size: 17px; }
.good { color: var(--good); }
.wrong { color: var(--wrong); }
h2 span { font-size: 15px; font-weight: 400; }
.wide { overflow-x: auto; margin: 12px 0; }
figure svg { display: block; max-width: 100%; height: auto; }
table { border-collapse: collapse; font-size: 13px; }
th, td { padding: 5px 12px; border: 1px solid var(--line); text-align: left;
vertical-align: top; }
.long { overflow-wrap: anywhere; min-width: 180px; }
th { background: var(--head); white-space: nowrap; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
details { border: 1px solid var(--line); border-radius: 6px; margin: 6px 0;
padding: 6px 12px; }
summary { cursor: pointer; overflow-wrap: anywhere; }
pre { background: var(--head); padding: 10px; margin: 0 0 8px; overflow-x: auto;
font: 12px/1.45 ui-monospace, "DejaVu Sans Mono", monospace; }
@media print { main { max-width: none; } section { break-inside: avoid-page; } }
]]

--- The whole style sheet; its charts included.
style.text = PAGE .. svg.style

return style
