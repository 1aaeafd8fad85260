// A run as this page knows it: its summary, and each device from waiting to its end. It
// is fed by the run's events and tells who listens, at most once for each picture.

import { follow, namesOf } from "./api.mjs";
import { isOver } from "./words.mjs";

const OUTCOMES = { cancelled: "cancelled", skipped: "cancelled" };

function outcomeOf(result) {
  return result.ok ? "ok" : OUTCOMES[result.state] || "failed";
}

export class Live {
  constructor(id, onChange) {
    this.id = id;
    this.onChange = onChange;
    this.devices = [];
    this.count = { ok: 0, failed: 0, cancelled: 0, running: 0 };
    this.results = 0;
    this.stopper = new AbortController();
  }

  /** Follow it until its end, or until `stop`. */
  async watch() {
    const names = await namesOf(this.id);
    this.devices = names.map((name, i) => ({ index: i + 1, name, state: "waiting" }));
    await follow(this.id, (name, value) => this.take(name, value), this.stopper.signal);
  }

  stop() {
    this.stopper.abort();
  }

  take(name, value) {
    if (name === "run" || name === "end") this.takeSummary(value);
    else if (name === "begin") value.devices.forEach((one) => this.takeBegin(one));
    else if (name === "result") this.takeResult(value);
    this.changed();
  }

  takeSummary(summary) {
    this.summary = summary;
    this.clock = performance.now() - (summary.seconds || 0) * 1000;
    if (!isOver(summary)) return;
    for (const device of this.devices) {
      if (device.state === "running") this.move(device, "cancelled");
      else if (device.state === "waiting") this.move(device, "cancelled");
    }
  }

  takeBegin({ index, started }) {
    const device = this.devices[index - 1];
    if (!device || device.result) return;
    device.started = started;
    this.move(device, "running");
  }

  takeResult(result) {
    const device = this.devices[result.index - 1];
    if (!device) return;
    if (!device.result) this.results += 1;
    device.result = result;
    if (result.started !== undefined) device.started = result.started;
    device.elapsed = result.elapsed;
    this.move(device, outcomeOf(result));
  }

  move(device, state) {
    if (device.state in this.count) this.count[device.state] -= 1;
    if (state in this.count) this.count[state] += 1;
    device.state = state;
  }

  /** Seconds since it began. */
  seconds() {
    if (!this.summary || this.summary.state === "queued") return 0;
    if (isOver(this.summary)) return this.summary.seconds || 0;
    return (performance.now() - this.clock) / 1000;
  }

  changed() {
    if (this.isAsked) return;
    this.isAsked = true;
    requestAnimationFrame(() => {
      this.isAsked = false;
      if (!this.stopper.signal.aborted) this.onChange(this);
    });
  }
}
