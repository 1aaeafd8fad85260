// What keeps a run from going too far: how it spreads through the devices, and what a
// change may do to one of them. What is left empty is as the server has it.

import { element } from "./dom.mjs";

function textField(name, title, otherwise) {
  return element("label", {}, title, element("input", {
    name, placeholder: otherwise, autocomplete: "off", spellcheck: "false", class: "mono",
  }));
}

/** Few devices first, and an end when some are not well. */
export class Spread {
  /** `otherwise`: the words of what holds when `waves` and `abort_after` are left empty. */
  constructor(otherwise) {
    this.fields = [
      textField("waves", "Waves of devices", otherwise.waves),
      textField("abort_after", "End after failures", otherwise.abort_after),
    ];
  }

  body() {
    const given = {};
    for (const label of this.fields) {
      const { name, value } = label.querySelector("input");
      if (value.trim() !== "") given[name] = value.trim();
    }
    return given;
  }
}

/** Lines that destroy and changes that are large are refused unless they are wanted. */
export class Guards {
  constructor() {
    this.allow = textField("allow", "Lines that destroy, by name", "none");
    this.most = element("input", {
      name: "max_lines", type: "number", min: "1", step: "1", placeholder: "200", inputmode: "numeric",
    });
    this.large = element("input", { type: "checkbox", name: "large" });
    this.node = element("fieldset", {}, element("legend", {}, "What is allowed on a device"),
      element("div", { class: "numbers" }, this.allow,
        element("label", {}, "Lines that may change", this.most),
        element("label", { class: "check" }, this.large, "any number, any share of it")),
      element("p", { class: "hint" },
        "Where a plan refuses a line it says its name, such as interfaces; put commas between several."));
  }

  body() {
    const given = {};
    const names = this.allow.querySelector("input").value.split(/[\s,]+/).filter((name) => name !== "");
    if (names.length > 0) given.allow = names;
    if (this.most.value !== "") given.max_lines = Number(this.most.value);
    if (this.large.checked) given.large = true;
    return given;
  }
}
