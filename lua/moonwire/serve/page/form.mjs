// The form for a new run: which devices, what is typed there, and how they are run through.

import { Problem, get, post } from "./api.mjs";
import { complain, element, shape, visible } from "./dom.mjs";
import { Guards, Spread } from "./guards.mjs";
import { MODES, count } from "./words.mjs";

const PREVIEW = 8; // names of devices
const QUIET = 250; // milliseconds after the last key
const KINDS = [["send", "Commands"], ["push", "Configuration"]];
const NUMBERS = [
  ["limit", "Sessions at once", "500", "1"],
  ["workers", "Threads", "10", "1"],
  ["timeout", "Seconds for a command", "30", "any"],
  ["deadline", "Seconds for all of it", "no limit", "any"],
];

// Four devices in time: what the mode does, as a picture.
const PICTURES = {
  sync: [[0, 22], [25, 22], [50, 22], [75, 22]],
  threads: [[0, 40], [0, 46], [43, 40], [49, 44]],
  nonblocking: [[0, 30], [1, 26], [2, 32], [3, 24]],
  hybrid: [[0, 22], [0, 27], [1, 24], [1, 19]],
};

function newPicture(mode) {
  return shape("svg", { viewBox: "0 0 100 36", preserveAspectRatio: "none", "aria-hidden": "true" },
    PICTURES[mode].map(([x, width], i) => shape("rect", { x, y: i * 9 + 1, width, height: 6, rx: 1.5 })));
}

function newMode(mode, isChosen) {
  return element("label", { class: "choice" },
    element("input", { type: "radio", name: "mode", value: mode, checked: isChosen }),
    newPicture(mode), element("b", {}, MODES[mode].name), element("span", {}, MODES[mode].about));
}

function newNumber([name, title, otherwise, step]) {
  return element("label", {}, title, element("input", {
    name, type: "number", min: step === "1" ? "1" : "0.001", step, placeholder: otherwise,
    inputmode: "decimal",
  }));
}

function linesOf(text) {
  return text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
}

// A configuration has its indents, and may have a text of several lines with empty ones.
function textOf(text) {
  return text.trim() === "" ? [] : text.replace(/\s+$/, "").split("\n").map((line) => line.trimEnd());
}

export class Form {
  /** `onStart(run, rest)`: a run has begun, and `rest` are bodies of others behind it. */
  constructor(server, onStart) {
    this.server = server;
    this.onStart = onStart;
    this.filter = element("input", {
      class: "mono wide", id: "filter", name: "filter", spellcheck: "false", autocomplete: "off",
      placeholder: "all devices", "aria-describedby": "filter-hint",
      oninput: () => { clearTimeout(this.timer); this.timer = setTimeout(() => this.look(), QUIET); },
    });
    this.hint = element("p", { class: "hint", id: "filter-hint", role: "status" });
    this.match = element("div", { class: "match" });
    this.commands = element("textarea", {
      id: "commands", name: "commands", spellcheck: "false", rows: "3", required: true,
      placeholder: "one command per line",
    });
    this.lines = element("textarea", {
      id: "lines", name: "lines", spellcheck: "false", rows: "6", class: "mono",
      placeholder: "one line of configuration per line", "aria-describedby": "lines-hint",
    });
    this.save = element("input", { type: "checkbox", name: "save" });
    this.confirm = element("input", {
      name: "confirm_within", type: "number", min: "1", max: "86400", step: "any",
      placeholder: "no timer", inputmode: "decimal",
    });
    this.guards = new Guards();
    this.spread = new Spread({ waves: "all at once", abort_after: "no end" });
    this.kinds = KINDS.map(([kind, title]) => element("button", {
      type: "button", "data-kind": kind, onclick: () => this.choose(kind),
    }, title));
    this.wrong = element("p", { class: "wrong", role: "alert" });
    this.modes = element("div", { class: "choices" });
    this.compare = element("input", { type: "checkbox", name: "compare" });
    this.comparing = element("label", { class: "check" }, this.compare,
      "in every mode, one after another, to compare them");
    this.start = element("button", { class: "primary", id: "start" }, "Start");
    this.node = this.newNode();
    this.fill({});
  }

  newSend() {
    return element("div", { class: "field" }, element("label", { for: "commands" }, "Commands"),
      this.commands);
  }

  newPush() {
    return element("div", {},
      element("div", { class: "field" }, element("label", { for: "lines" }, "Configuration"),
        this.lines, element("p", { class: "hint", id: "lines-hint" },
          "Nothing is changed at first: a plan shows what would change on each device.")),
      element("fieldset", {}, element("legend", {}, "When it is applied"),
        element("div", { class: "numbers" },
          element("label", {}, "Seconds to confirm, or it is taken back", this.confirm),
          element("label", { class: "check" }, this.save, "save, to outlive a restart"))),
      this.guards.node);
  }

  newNode() {
    this.parts = { send: this.newSend(), push: this.newPush() };
    return element("form", {
      class: "form", "aria-label": "New run", novalidate: true,
      onsubmit: (event) => { event.preventDefault(); this.submit(); },
      onkeydown: (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.submit();
      },
    },
    element("div", { class: "row" }, element("h1", {}, "New run"),
      element("div", {
        class: "segments", role: "group", "aria-label": "What is sent", hidden: !this.server.may_push,
      }, this.kinds)),
    element("div", { class: "field" }, element("label", { for: "filter" }, "Devices"),
      this.filter, this.hint, this.match),
    this.parts.send, this.parts.push,
    element("fieldset", {}, element("legend", {}, "Mode"), this.modes),
    element("fieldset", {}, element("legend", {}, "Limits"),
      element("div", { class: "numbers" }, NUMBERS.map(newNumber), this.spread.fields)),
    element("div", { class: "go" }, this.start, this.comparing, this.wrong));
  }

  /** Commands, or a configuration. */
  choose(kind) {
    this.kind = kind;
    for (const [name, part] of Object.entries(this.parts)) part.hidden = name !== kind;
    for (const button of this.kinds) {
      button.setAttribute("aria-pressed", String(button.dataset.kind === kind));
    }
    this.comparing.hidden = kind === "push";
    for (const field of this.spread.fields) field.hidden = kind === "push"; // asked behind the plan
    this.start.textContent = kind === "push" ? "Plan" : "Start";
  }

  /** Set it to what an earlier run was. */
  fill(run) {
    this.choose("send");
    this.commands.value = (run.commands || this.server.commands).join("\n");
    this.filter.value = run.filter || "";
    const chosen = run.mode || "nonblocking";
    this.modes.replaceChildren(...this.server.modes
      .filter((mode) => MODES[mode]).map((mode) => newMode(mode, mode === chosen)));
    this.look();
  }

  // Which devices the filter means, before anything is begun.
  async look() {
    const text = this.filter.value.trim();
    const query = text ? `?filter=${encodeURIComponent(text)}` : "";
    try {
      const page = await get(`/api/v1/devices${query}`);
      if (text !== this.filter.value.trim()) return;
      this.hint.classList.remove("wrong");
      this.hint.textContent = page.total === 0 ? "No device is wanted by it."
        : `${count(page.total)} of ${count(this.server.devices)} devices`;
      this.showMatch(page);
    } catch (error) {
      this.hint.classList.add("wrong");
      this.hint.textContent = error.errors && error.errors[0]
        ? error.errors[0].message : error.message;
      this.match.replaceChildren();
    }
  }

  showMatch({ devices, total }) {
    const names = devices.slice(0, PREVIEW).map((one) => element("span", { class: "chip" }, visible(one.name)));
    if (total > PREVIEW) names.push(element("span", { class: "chip more" }, `and ${count(total - PREVIEW)} more`));
    this.match.replaceChildren(...names);
  }

  whatOf() {
    if (this.kind === "send") return { commands: linesOf(this.commands.value), ...this.spread.body() };
    const what = { configuration: textOf(this.lines.value), plan: true, ...this.guards.body() };
    if (this.save.checked) what.save = true;
    if (this.confirm.value !== "") what.confirm_within = Number(this.confirm.value);
    return what;
  }

  bodyOf(mode) {
    const body = { mode, ...this.whatOf() };
    if (this.filter.value.trim()) body.filter = this.filter.value.trim();
    for (const [name] of NUMBERS) {
      const { value } = this.node.elements[name];
      if (value !== "") body[name] = Number(value);
    }
    return body;
  }

  async submit() {
    if (this.start.disabled) return;
    const chosen = this.node.elements.mode.value;
    const isComparing = this.kind === "send" && this.compare.checked;
    const modes = isComparing ? this.server.modes : [chosen];
    const [body, ...rest] = modes.map((mode) => this.bodyOf(mode));
    this.wrong.textContent = "";
    if ((body.commands || body.configuration).length === 0) {
      this.wrong.textContent = body.commands ? "There is no command." : "There is no line.";
      (body.commands ? this.commands : this.lines).focus();
      return;
    }
    this.start.disabled = true;
    try {
      this.onStart(await post("/api/v1/runs", body), rest);
    } catch (error) {
      this.complain(error);
    }
    this.start.disabled = false;
  }

  complain(error) {
    if (!(error instanceof Problem)) {
      complain(error.message);
      return;
    }
    const fields = error.errors.map(({ field, message }) => `${field} ${message}`);
    this.wrong.textContent = fields.length > 0 ? fields.join("; ") : error.message;
  }
}
