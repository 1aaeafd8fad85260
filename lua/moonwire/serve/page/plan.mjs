// A plan: what would change on which devices and what their platforms promise, and the
// button behind which all of it is done. Who applies it types how many devices that is.

import { Problem, post } from "./api.mjs";
import { newWho } from "./causes.mjs";
import { element, visible } from "./dom.mjs";
import { Spread } from "./guards.mjs";
import { count } from "./words.mjs";

const GROUPS = 40; // that are shown

function changeOf(device) {
  const { result } = device;
  const value = result && result.ok && result.value;
  return value && value.plan ? value : undefined;
}

function willChange(device) {
  const value = changeOf(device);
  return value !== undefined && value.changes > 0 && !value.complaint;
}

// Devices of which the same is to be said.
function groupsOf(devices) {
  const groups = new Map();
  for (const device of devices) {
    const value = changeOf(device);
    if (value) {
      const key = JSON.stringify([value.diff, value.guarantee, value.complaint, value.changes]);
      if (!groups.has(key)) groups.set(key, { value, devices: [] });
      groups.get(key).devices.push(device);
    }
  }
  return [...groups.values()].sort((a, b) => b.value.changes - a.value.changes
    || b.devices.length - a.devices.length);
}

function headingOf({ changes, complaint }) {
  if (complaint) return "Too much at once";
  if (changes === 0) return "Nothing to change";
  return changes === 1 ? "1 line would change" : `${count(changes)} lines would change`;
}

function newLine(line) {
  const look = { "+": "added", "-": "removed" }[line[0]];
  return element("span", { class: look }, `${visible(line)}\n`);
}

export class Plan {
  /** `onOpen(index)`; `onApply(run)`: what applies it has begun. */
  constructor(onOpen, onApply) {
    this.onOpen = onOpen;
    this.onApply = onApply;
    this.list = element("ol", { class: "causes plan" });
    this.apply = element("button", {
      class: "primary", id: "apply", type: "button", onclick: () => this.ask(),
    });
    this.node = element("section", { class: "card", "aria-labelledby": "plan-title" },
      element("div", { class: "tools" },
        element("h2", { id: "plan-title" }, "What would change"), this.apply),
      this.list);
    this.node.hidden = true;
  }

  show(live) {
    const { summary } = live;
    this.node.hidden = !summary.plan;
    if (!summary.plan) return;
    this.live = live;
    if (live.results !== this.shown) this.lay();
    this.apply.hidden = summary.state !== "done" || this.many === 0;
  }

  lay() {
    const { devices, results } = this.live;
    const groups = groupsOf(devices);
    this.shown = results;
    this.many = devices.filter(willChange).length;
    this.apply.textContent = `Apply to ${this.words()}…`;
    this.list.replaceChildren(...groups.slice(0, GROUPS).map((group) => this.newGroup(group)));
    if (groups.length > GROUPS) {
      this.list.append(element("li", { class: "note" }, `and ${count(groups.length - GROUPS)} more that differ`));
    }
  }

  words() {
    return this.many === 1 ? "1 device" : `${count(this.many)} devices`;
  }

  newGroup({ value, devices }) {
    return element("li", {},
      element("span", { class: "many skipped" }, count(devices.length)),
      element("span", { class: "words" }, headingOf(value)),
      element("span", { class: "note promise" }, value.guarantee || ""),
      value.complaint ? element("span", { class: "said" }, visible(value.complaint)) : undefined,
      value.diff && value.changes > 0
        ? element("pre", { class: "diff", tabindex: "0" }, value.diff.split("\n").map(newLine))
        : undefined,
      newWho(devices, this.onOpen));
  }

  // ---- apply ----

  ask() {
    const number = element("input", {
      id: "apply-count", inputmode: "numeric", autocomplete: "off", required: true,
      "aria-describedby": "apply-wrong",
    });
    const wrong = element("p", { class: "wrong", id: "apply-wrong", role: "alert" });
    const { confirm_within: within, save } = this.live.summary;
    this.spread = new Spread({ waves: "1,5%,rest", abort_after: "2%" });
    const dialog = element("dialog", { "aria-labelledby": "apply-title" },
      element("form", {
        class: "token",
        onsubmit: (event) => { event.preventDefault(); this.submit(dialog, number, wrong); },
      },
      element("h2", { id: "apply-title" }, `Change the configuration of ${this.words()}`),
      element("p", {}, "A wave begins when all of the one before are well. "
        + "A device that is no longer as it was is left alone."),
      element("p", {}, within ? `What is not confirmed within ${within} s is taken back. ` : "No timer. ",
        save ? "It is saved." : "It is not saved."),
      element("label", { for: "apply-count" }, "Type how many devices"), number,
      element("div", { class: "numbers" }, this.spread.fields), wrong,
      element("div", { class: "row" },
        element("button", { type: "button", onclick: () => dialog.close() }, "Back"),
        element("button", { class: "danger", id: "apply-now" }, "Apply"))));
    dialog.addEventListener("close", () => dialog.remove());
    this.node.append(dialog);
    dialog.showModal();
    number.focus();
  }

  async submit(dialog, number, wrong) {
    if (number.value.trim() !== String(this.many)) {
      wrong.textContent = `It is ${this.words()}.`;
      number.select();
      return;
    }
    try {
      const run = await post("/api/v1/runs", {
        apply: this.live.id, expect: this.many, ...this.spread.body(),
      });
      dialog.close();
      this.onApply(run);
    } catch (error) {
      const [first] = error instanceof Problem ? error.errors : [];
      wrong.textContent = first ? first.message : error.message;
    }
  }
}

/** What is said of a device's plan in its row. */
export function planNote({ value }) {
  return headingOf(value).toLowerCase();
}
