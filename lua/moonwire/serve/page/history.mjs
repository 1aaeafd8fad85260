// The runs there were, those of the command line among them.

import { get } from "./api.mjs";
import { byId, element } from "./dom.mjs";
import { ago, count, isOver, modeName, stateOf, whatOf } from "./words.mjs";

const PAGE = 40;
const CALM = 5000; // milliseconds between two looks
const BUSY = 1000; // while something runs

function newItem(run, current) {
  const { look, word } = stateOf(run);
  const what = whatOf(run);
  const link = element("a", { href: `#${run.id}`, "aria-current": run.id === current && "page" },
    element("span", { class: `dot ${look}`, title: word }),
    element("span", { class: "what", title: what }, what),
    element("span", { class: "when" }, ago(run.created)),
    element("span", { class: "sub" },
      `${modeName(run.mode)}, ${count(run.count.ok)} of ${count(run.devices)} OK`));
  return element("li", {}, link);
}

export class History {
  constructor(onChange) {
    this.onChange = onChange;
    this.most = PAGE;
    this.runs = [];
    byId("more-runs").addEventListener("click", () => {
      this.most = Math.min(this.most + PAGE, 1000);
      this.look();
    });
    document.addEventListener("visibilitychange", () => this.look());
  }

  show(current) {
    this.current = current;
    const items = this.runs.map((run) => newItem(run, current));
    const list = byId("history");
    const focus = list.contains(document.activeElement)
      && document.activeElement.getAttribute("href");
    list.replaceChildren(...items.length > 0 ? items
      : [element("li", { class: "empty" }, "None so far.")]);
    if (focus) [...list.querySelectorAll("a")].find((one) => one.getAttribute("href") === focus)?.focus();
  }

  async look() {
    clearTimeout(this.timer);
    if (document.hidden) return;
    try {
      const page = await get(`/api/v1/runs?limit=${this.most}`);
      this.runs = page.runs;
      byId("more-runs").hidden = page.total <= page.runs.length || this.most >= 1000;
      this.show(this.current);
      this.onChange(this.runs);
    } catch (_) {
      // the line at the top tells that the server does not answer
    }
    const isBusy = this.runs.some((run) => !isOver(run));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), isBusy ? BUSY : CALM);
  }
}
