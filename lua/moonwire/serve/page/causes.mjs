// Failures, grouped by what caused them: a run of ten thousand has a handful of causes.

import { element, visible } from "./dom.mjs";
import { causeOf, count, reasonOf } from "./words.mjs";

const NAMED = 12; // devices of a group that are named

function groupsOf(devices) {
  const groups = new Map();
  for (const device of devices) {
    const { kind, state, phase } = device.result || {};
    if (!device.result || (device.state !== "failed" && state !== "skipped")) continue;
    const key = `${kind || state} ${phase || ""}`;
    if (!groups.has(key)) groups.set(key, { key, first: device.result, devices: [] });
    groups.get(key).devices.push(device);
  }
  return [...groups.values()].sort((a, b) => b.devices.length - a.devices.length);
}

/** The first devices of a group by their names, each of which opens it. */
export function newWho(devices, onOpen) {
  const who = devices.slice(0, NAMED).map((device) => element("button", {
    class: "chip", type: "button", onclick: () => onOpen(device.index),
  }, visible(device.name)));
  const rest = devices.length - who.length;
  if (rest > 0) who.push(element("span", { class: "chip more" }, `and ${count(rest)} more`));
  return element("div", { class: "who" }, who);
}

export class Causes {
  constructor(onOpen) {
    this.onOpen = onOpen;
    this.list = element("ol", { class: "causes" });
    this.title = element("h2", { id: "causes-title" });
    this.node = element("section", { class: "card", "aria-labelledby": "causes-title" },
      this.title, this.list);
    this.node.hidden = true;
    this.shown = 0;
  }

  show(live) {
    const { failed, cancelled } = live.count;
    if (failed + cancelled === this.shown) return;
    this.shown = failed + cancelled;
    const groups = groupsOf(live.devices);
    this.node.hidden = groups.length === 0;
    this.title.textContent = groups.length === 1 ? "What went wrong"
      : `What went wrong: ${groups.length} causes`;
    this.list.replaceChildren(...groups.map((group) => this.newGroup(group)));
  }

  newGroup({ first, devices }) {
    return element("li", {},
      element("span", { class: first.state === "skipped" ? "many skipped" : "many" },
        count(devices.length)),
      element("span", { class: "words" }, causeOf(first)),
      element("span", { class: "note" }, first.phase ? `phase ${first.phase}` : ""),
      element("span", { class: "said" }, visible(reasonOf(first))),
      newWho(devices, this.onOpen));
  }
}
