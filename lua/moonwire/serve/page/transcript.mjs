// What one device said, beside the run.

import { get } from "./api.mjs";
import { byId, complain, element, visible } from "./dom.mjs";
import { causeOf, reasonOf, seconds } from "./words.mjs";

function newAnswer(answer) {
  return element("section", { class: "said" },
    element("h3", {}, visible(answer.command), element("span", {}, seconds(answer.elapsed))),
    element("pre", { tabindex: "0" }, visible(answer.output || "")));
}

const PHASES = ["resolve", "connect", "banner", "kex", "hostkey", "jump", "auth", "shell"];

function placeOf(name) {
  const place = PHASES.indexOf(name);
  return place < 0 ? PHASES.length : place;
}

function newPhases(phases) {
  const entries = Object.entries(phases || {}).sort((a, b) => placeOf(a[0]) - placeOf(b[0]));
  const list = entries.map(([name, time]) => (
    element("span", {}, `${name} ${seconds(time)}`)));
  return list.length > 0 ? element("p", { class: "phases" }, list) : undefined;
}

function newBody(result) {
  const answers = (result.output || []).map(newAnswer);
  const isEmpty = answers.length === 0;
  const words = result.is_output_dropped ? "There was no more room for what it said."
    : "It said nothing.";
  return element("div", { class: "body" },
    result.ok ? undefined : element("p", { class: "reason" },
      visible(reasonOf(result))),
    newPhases(result.phases),
    result.value && result.value.diff
      ? newAnswer({ command: "difference", output: result.value.diff }) : undefined,
    answers, isEmpty ? element("p", { class: "note" }, words) : undefined);
}

function textOf(result) {
  return (result.output || []).map(({ command, output }) => `${command}\n${output}`).join("\n\n");
}

export class Transcript {
  constructor() {
    this.dialog = byId("transcript");
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog) this.dialog.close(); // beside it
    });
    this.dialog.addEventListener("keydown", (event) => {
      if (event.key === "ArrowLeft") this.step(-1);
      else if (event.key === "ArrowRight") this.step(1);
    });
  }

  async open(live, index) {
    this.live = live;
    this.index = index;
    try {
      const result = await get(`/api/v1/runs/${live.id}/results/${index}`);
      if (this.index === index) this.show(result);
    } catch (error) {
      complain(error.message);
    }
  }

  // The next device that has a result.
  next(by) {
    const { devices } = this.live;
    for (let i = this.index - 1 + by; i >= 0 && i < devices.length; i += by) {
      if (devices[i].result) return devices[i];
    }
    return undefined;
  }

  step(by) {
    const device = this.next(by);
    if (device) this.open(this.live, device.index);
  }

  newStep(by, title) {
    return element("button", {
      type: "button", disabled: !this.next(by), onclick: () => this.step(by),
    }, title);
  }

  show(result) {
    const look = result.ok ? "ok" : "failed";
    const copy = element("button", {
      type: "button", hidden: !(result.output || []).length,
      onclick: () => navigator.clipboard.writeText(textOf(result))
        .then(() => { copy.textContent = "Copied"; }, (error) => complain(error.message)),
    }, "Copy");
    const focused = this.dialog.contains(document.activeElement)
      && document.activeElement.textContent;
    this.dialog.replaceChildren(
      element("header", {},
        element("h2", { id: "transcript-title" }, visible(result.device)),
        element("span", { class: `badge ${look}` }, result.ok ? "OK" : causeOf(result)),
        element("span", { class: "note" }, visible(result.host || ""), " ",
          seconds(result.elapsed)),
        element("span", { class: "push row" }, copy,
          this.newStep(-1, "Previous"), this.newStep(1, "Next"),
          element("button", { type: "button", onclick: () => this.dialog.close() }, "Close"))),
      newBody(result));
    if (!this.dialog.open) this.dialog.showModal();
    const buttons = [...this.dialog.querySelectorAll("button:not([disabled])")];
    const same = buttons.find((button) => button.textContent === focused);
    (same || buttons[buttons.length - 1]).focus();
  }
}
