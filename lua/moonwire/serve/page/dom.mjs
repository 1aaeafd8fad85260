// Elements. Text is only ever set as text: what a server or a device says is no markup.

const SVG = "http://www.w3.org/2000/svg";

// What would change how the text around it is shown, or is not shown at all.
const UNSEEN = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

function set(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== undefined && child !== null));
  return made;
}

/** An element: `element("p", { class: "note" }, "text", other)`; `onclick` is a listener. */
export function element(name, attributes, ...children) {
  return set(document.createElement(name), attributes, children);
}

/** The same for a picture. */
export function shape(name, attributes, ...children) {
  return set(document.createElementNS(SVG, name), attributes, children);
}

/** Text of a device, with what one would not see written out. */
export function visible(text) {
  return String(text).replace(UNSEEN, (sign) => {
    const code = sign.codePointAt(0);
    return code < 256
      ? `\\x${code.toString(16).padStart(2, "0")}`
      : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** The element of this page with an id. */
export function byId(id) {
  return document.getElementById(id);
}

/** Say that something went wrong, for a while. */
let timer;
export function complain(message) {
  const toast = byId("toast");
  toast.textContent = message;
  toast.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => { toast.hidden = true; }, 8000);
}
