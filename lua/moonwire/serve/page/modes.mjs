// The same job in several modes, beside each other: the last run of each that was done.

import { element, shape } from "./dom.mjs";
import { MODES, jobOf, modeName, seconds } from "./words.mjs";

const ROW = 30;
const LABEL = 116;
const RIGHT = 200;
const WIDTH = 736;

/** The last good run of each mode that did the same job. */
export function sameJob(run, runs) {
  const found = new Map();
  for (const other of [run, ...runs]) { // the latest come first
    const isDone = other.state === "done" && other.seconds !== undefined;
    if (isDone && jobOf(other) === jobOf(run) && !found.has(other.mode)) {
      found.set(other.mode, other);
    }
  }
  return Object.keys(MODES).filter((mode) => found.has(mode)).map((mode) => found.get(mode));
}

function newRow(run, i, { longest, slowest, current }) {
  const y = i * ROW;
  const room = WIDTH - LABEL - RIGHT;
  const wide = Math.max((run.seconds / longest) * room, 2);
  const faster = slowest.seconds / run.seconds;
  const words = faster > 1.05 ? `${faster.toFixed(1)} times as fast` : "";
  return shape("g", { transform: `translate(0 ${y})` },
    shape("text", { x: 0, y: 17 }, modeName(run.mode)),
    shape("rect", { class: "track", x: LABEL, y: 4, width: room, height: 18, rx: 4 }),
    shape("rect", {
      class: run.id === current ? "bar-fill" : "bar-fill other",
      x: LABEL, y: 4, width: wide, height: 18, rx: 4,
    }),
    shape("text", { x: LABEL + room + 10, y: 17 }, seconds(run.seconds)),
    shape("text", { class: "dim", x: LABEL + room + 74, y: 17 }, words));
}

export class Modes {
  constructor(onCompare) {
    this.chart = element("div");
    this.button = element("button", { type: "button", onclick: onCompare },
      "Run the other modes");
    this.node = element("section", { class: "card", "aria-labelledby": "modes-title" },
      element("h2", { id: "modes-title" }, "The same job in other modes"),
      this.chart, this.button);
    this.node.hidden = true;
  }

  show(run, runs, canStart) {
    const list = sameJob(run, runs);
    this.missing = Object.keys(MODES).filter((mode) => (
      mode !== run.mode && !list.some((one) => one.mode === mode)));
    this.button.hidden = !canStart || this.missing.length === 0;
    this.node.hidden = list.length < 2 && this.button.hidden;
    this.chart.hidden = list.length < 2;
    const longest = Math.max(...list.map((one) => one.seconds), 0.001);
    const slowest = list.find((one) => one.seconds === longest);
    const height = Math.max(list.length * ROW, 1);
    const label = list.map((one) => `${modeName(one.mode)} ${seconds(one.seconds)}`).join(", ");
    this.chart.replaceChildren(shape("svg", {
      class: "modes", viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": label,
    }, list.map((one, i) => newRow(one, i, { longest, slowest, current: run.id }))));
  }
}
