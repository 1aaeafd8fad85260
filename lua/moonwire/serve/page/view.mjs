// One run: how it is, how far it came, and what became of each device.

import { cancel } from "./api.mjs";
import { Causes } from "./causes.mjs";
import { complain, element, visible } from "./dom.mjs";
import { Live } from "./live.mjs";
import { Modes } from "./modes.mjs";
import { Plan } from "./plan.mjs";
import { Table } from "./table.mjs";
import { Timeline } from "./timeline.mjs";
import { ago, count, isOver, modeName, seconds, stateOf, whatOf } from "./words.mjs";

const TICK = 100; // milliseconds between two pictures of a run that goes on
const STATS = ["Devices", "OK", "Failed", "Cancelled", "Time", "Sessions at once"];
const PARTS = ["ok", "failed", "cancelled", "running"];

function newStats() {
  const values = new Map(STATS.map((name) => [name, element("dd", { "data-stat": name })]));
  const node = element("dl", { class: "stats" }, STATS.map((name) => (
    element("div", {}, element("dt", {}, name), values.get(name)))));
  return { node, values };
}

function newProgress() {
  const parts = new Map(PARTS.map((name) => [name, element("i", { class: name })]));
  const node = element("div", {
    class: "progress", role: "progressbar", "aria-label": "Devices that are done",
    "aria-valuemin": "0",
  }, [...parts.values()]);
  return { node, parts };
}

export class View {
  /** `options`: `transcript`, `onEnd`, `onAgain(run)`, `onApply(run)`, `onCompare(bodies)` */
  constructor(id, options) {
    this.options = options;
    this.live = new Live(id, (live) => this.show(live));
    const open = (index) => options.transcript.open(this.live, index);
    this.title = element("h1");
    this.badge = element("span", { class: "badge", id: "run-state", role: "status" });
    this.about = element("span");
    this.remark = element("p", { class: "remark", role: "status" });
    this.again = element("button", {
      type: "button", onclick: () => options.onAgain(this.live.summary),
    }, "Run again");
    this.cancel = element("button", {
      class: "danger", id: "cancel", type: "button", onclick: () => this.drop(),
    }, "Cancel");
    this.stats = newStats();
    this.progress = newProgress();
    this.causes = new Causes(open);
    this.plan = new Plan(open, options.onApply);
    this.timeline = new Timeline(open);
    this.modes = new Modes(() => this.compare());
    this.table = new Table(open);
    this.node = element("article", { "data-run": id },
      element("div", { class: "head" },
        element("div", { class: "title" }, this.title,
          element("p", { class: "about" }, this.badge, this.about)),
        element("div", { class: "row" }, this.cancel, this.again)),
      this.remark,
      element("section", { class: "card", "aria-label": "How far it is" },
        this.stats.node, this.progress.node),
      this.causes.node, this.plan.node, this.timeline.node, this.modes.node, this.table.node);
    this.node.hidden = true;
    this.resized = () => this.live.changed();
    this.scheme = matchMedia("(prefers-color-scheme: dark)");
    addEventListener("resize", this.resized);
    this.scheme.addEventListener("change", this.resized);
  }

  /** Follow it to its end. */
  async open() {
    try {
      await this.live.watch();
      this.options.onEnd(this.live.summary);
    } catch (error) {
      if (error.name !== "AbortError") this.fail(error);
    }
  }

  fail(error) {
    this.node.hidden = false;
    this.node.replaceChildren(element("h1", {}, "This run cannot be shown"),
      element("p", { class: "note" }, error.message));
  }

  close() {
    this.live.stop();
    clearTimeout(this.timer);
    removeEventListener("resize", this.resized);
    this.scheme.removeEventListener("change", this.resized);
  }

  showRuns(runs) {
    this.runs = runs;
    const { summary } = this.live;
    if (!summary) return;
    const canStart = isOver(summary) && summary.verb === "send" && !this.options.isComparing();
    this.modes.show(summary, runs, canStart);
  }

  show(live) {
    const { summary } = live;
    if (!summary) return;
    this.node.hidden = false;
    this.showHead(summary);
    this.showStats(live, summary);
    this.causes.show(live);
    this.plan.show(live);
    this.timeline.show(live);
    this.table.show(live);
    if (this.runs && summary !== this.compared) {
      this.compared = summary;
      this.showRuns(this.runs);
    }
    clearTimeout(this.timer);
    if (!isOver(summary)) this.timer = setTimeout(() => live.changed(), TICK);
  }

  showHead(summary) {
    const { look, word } = stateOf(summary);
    this.title.textContent = whatOf(summary);
    document.title = `${word}: ${whatOf(summary)}`;
    this.badge.className = `badge ${look}`;
    if (this.badge.textContent !== word) this.badge.textContent = word;
    this.about.textContent = [modeName(summary.mode), summary.filter, summary.caller,
      summary.waves ? `waves ${summary.waves}` : "",
      summary.abort_after ? `ends after ${summary.abort_after} failed` : "",
      summary.warm ? `${count(summary.warm)} warm` : "", summary.id,
    ].filter((part) => part).join("  ·  ");
    this.about.title = `begun ${ago(summary.created)} ago`;
    const words = summary.state === "broken"
      ? `Its program ended before it did. Do the rest: moonwire runs resume ${summary.id}`
      : visible(summary.message || "");
    if (this.remark.textContent !== words) this.remark.textContent = words;
    this.remark.classList.toggle("bad", summary.state === "failed");
    this.cancel.hidden = isOver(summary);
    this.again.hidden = !isOver(summary) || summary.verb !== "send";
  }

  showStats(live, summary) {
    const total = summary.devices;
    const { ok, failed, cancelled, running } = live.count;
    const values = [total, ok, failed, cancelled];
    values.forEach((value, i) => {
      const cell = this.stats.values.get(STATS[i]);
      cell.textContent = count(value);
      cell.className = value === 0 ? "none" : ["", "ok", "failed", ""][i];
    });
    this.stats.values.get("Time").textContent = seconds(live.seconds());
    const sessions = summary.peak_sessions === undefined ? running : summary.peak_sessions;
    this.stats.values.get("Sessions at once").textContent = count(sessions);
    for (const [name, part] of this.progress.parts) {
      part.style.width = `${(100 * live.count[name]) / Math.max(total, 1)}%`;
    }
    this.progress.node.setAttribute("aria-valuemax", String(total));
    this.progress.node.setAttribute("aria-valuenow", String(ok + failed + cancelled));
  }

  async drop() {
    this.cancel.disabled = true;
    try {
      await cancel(this.live.id);
    } catch (error) {
      complain(error.message);
    }
    this.cancel.disabled = false;
  }

  compare() {
    const { summary } = this.live;
    this.options.onCompare(this.modes.missing.map((mode) => ({
      mode, commands: summary.commands, filter: summary.filter,
    })));
  }
}
