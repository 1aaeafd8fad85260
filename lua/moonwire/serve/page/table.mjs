// The devices of a run, row by row, as they come. Rows that nobody sees are not made.

import { element, visible } from "./dom.mjs";
import { planNote } from "./plan.mjs";
import { count, reasonOf, seconds } from "./words.mjs";

const PAGE = 100; // rows that are added at a time
const WORDS = {
  waiting: "Waiting", running: "Running", ok: "OK", failed: "Failed", cancelled: "Cancelled",
};
const FILTERS = [
  ["all", "All"], ["running", "Running"], ["ok", "OK"], ["failed", "Failed"],
];

// A device that had a result says why, or what came of it.
function noteOf(device) {
  const { result } = device;
  if (!result) return "";
  if (!result.ok) return visible(reasonOf(result));
  if (result.value && result.value.plan) return planNote(result);
  return ["done", "ok", undefined].includes(result.state) ? "" : result.state;
}

// Nothing was begun with it.
function isLeft({ state, started, result }) {
  return state === "cancelled" && (started === undefined || (result && result.state === "skipped"));
}

class Row {
  constructor(device, onOpen) {
    this.device = device;
    this.dot = element("span", { class: "dot" });
    this.word = element("span");
    this.open = element("button", {
      type: "button", onclick: () => onOpen(device.index),
    }, visible(device.name));
    this.host = element("td", { class: "host" });
    this.time = element("td", { class: "time" });
    this.why = element("td", { class: "why" });
    this.node = element("tr", { "data-device": device.name },
      element("td", { class: "state" }, this.dot, this.word),
      element("td", { class: "name" }, this.open), this.host, this.time, this.why);
  }

  show(now) {
    const { device } = this;
    if (device.state !== this.state) {
      this.state = device.state;
      this.node.dataset.state = device.state;
      this.dot.className = `dot ${device.state}`;
      this.word.textContent = isLeft(device) ? "Not run" : WORDS[device.state];
      this.host.textContent = device.result ? visible(device.result.host || "") : "";
      this.why.textContent = noteOf(device);
      this.why.title = this.why.textContent;
      this.open.disabled = !device.result;
    }
    if (device.elapsed !== undefined) this.time.textContent = seconds(device.elapsed);
    else if (device.state === "running") this.time.textContent = seconds(now - device.started);
  }
}

function newHead() {
  const titles = [["state", "State"], ["name", "Device"], ["host", "Host"], ["time", "Time"],
    ["why", "What came of it"]];
  return element("thead", {}, element("tr", {},
    titles.map(([look, title]) => element("th", { class: look, scope: "col" }, title))));
}

export class Table {
  constructor(onOpen) {
    this.onOpen = onOpen;
    this.rows = new Map();
    this.filter = "all";
    this.most = PAGE;
    this.body = element("tbody");
    this.buttons = new Map(FILTERS.map(([name, title]) => [name, element("button", {
      type: "button", "data-filter": name, onclick: () => this.choose(name),
    }, title)]));
    this.search = element("input", {
      type: "search", placeholder: "Find a device", "aria-label": "Find a device",
      oninput: () => this.again(),
    });
    this.more = element("button", {
      class: "quiet wide", type: "button", onclick: () => { this.most += PAGE; this.show(this.live); },
    });
    this.none = element("p", { class: "note" }, "No device is like that.");
    this.node = element("section", { class: "card", "aria-label": "Devices" },
      element("div", { class: "tools" },
        element("h2", {}, "Devices"),
        element("div", { class: "segments", role: "group", "aria-label": "Which devices" },
          [...this.buttons.values()]),
        this.search),
      element("table", { class: "devices" }, newHead(), this.body), this.none, this.more);
  }

  choose(name) {
    this.filter = name;
    this.again();
  }

  again() {
    this.most = PAGE;
    this.show(this.live);
  }

  wanted() {
    const text = this.search.value.trim().toLowerCase();
    return this.live.devices.filter((device) => (
      (this.filter === "all" || device.state === this.filter)
      && (text === "" || device.name.toLowerCase().includes(text))));
  }

  show(live) {
    this.live = live;
    if (!live) return;
    for (const [name, title] of FILTERS) {
      const many = name === "all" ? live.devices.length : live.count[name];
      const button = this.buttons.get(name);
      button.textContent = `${title} ${count(many)}`;
      button.setAttribute("aria-pressed", String(this.filter === name));
    }
    const wanted = this.wanted();
    const now = live.seconds();
    const rows = wanted.slice(0, this.most).map((device) => this.rowOf(device));
    rows.forEach((row) => row.show(now));
    this.lay(rows.map((row) => row.node));
    const rest = wanted.length - rows.length;
    this.none.hidden = wanted.length > 0;
    this.more.hidden = rest <= 0;
    this.more.textContent = `Show ${count(Math.min(rest, PAGE))} more of ${count(rest)}`;
  }

  rowOf(device) {
    if (!this.rows.has(device.index)) {
      this.rows.set(device.index, new Row(device, this.onOpen));
    }
    return this.rows.get(device.index);
  }

  // Rows that are there already keep their place, and with it the focus.
  lay(nodes) {
    const present = this.body.children;
    const isSame = nodes.length === present.length
      && nodes.every((node, i) => node === present[i]);
    if (!isSame) this.body.replaceChildren(...nodes);
  }
}
