// A line for each device, from its beginning to its end: what a mode is, at one look.

import { element } from "./dom.mjs";
import { count, seconds } from "./words.mjs";

const HIGHEST = 300; // pixels
const AXIS = 20;
const LABEL = 132;
const NAMED = 24; // devices that have room for their names
const KEYS = ["ok", "failed", "cancelled", "running"];

function heightOf(devices) {
  if (devices <= NAMED) return devices * 15;
  return Math.min(HIGHEST, Math.max(160, devices * 3));
}

// 1, 2 or 5 of a power of ten, so that there are about six of them.
function stepOf(span) {
  const rough = span / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((one) => one * power >= rough);
  return factor * power;
}

function isSkipped({ result }) {
  return result && result.state === "skipped";
}

function coloursOf(canvas) {
  const style = getComputedStyle(canvas);
  const read = (name) => style.getPropertyValue(name).trim();
  return {
    ok: read("--ok"), failed: read("--bad"), cancelled: read("--wait"),
    running: read("--busy"), line: read("--line"), dim: read("--dim"), text: read("--text"),
  };
}

export class Timeline {
  constructor(onOpen) {
    this.canvas = element("canvas", { class: "timeline", role: "img", onclick: (event) => {
      const device = this.deviceAt(event.offsetY);
      if (device && device.result) onOpen(device.index);
    } });
    this.keys = new Map(KEYS.map((look) => [look, element("span", {},
      element("span", { class: `dot ${look}` }), look)]));
    this.node = element("section", { class: "card", "aria-labelledby": "timeline-title" },
      element("h2", { id: "timeline-title" }, "Timeline"),
      this.canvas, element("p", { class: "keys" }, [...this.keys.values()]));
  }

  deviceAt(y) {
    if (!this.live) return undefined;
    const { devices } = this.live;
    return devices[Math.floor((y / heightOf(devices.length)) * devices.length)];
  }

  show(live) {
    this.live = live;
    const { devices } = live;
    for (const [look, key] of this.keys) key.hidden = live.count[look] === 0;
    this.node.hidden = devices.every((device) => device.started === undefined);
    const height = heightOf(devices.length) + AXIS;
    const width = this.canvas.clientWidth;
    const ratio = devicePixelRatio;
    if (width === 0 || devices.length === 0) return;
    this.canvas.style.height = `${height}px`;
    this.canvas.width = width * ratio;
    this.canvas.height = height * ratio;
    this.canvas.setAttribute("aria-label",
      `${count(devices.length)} devices in ${seconds(live.seconds())}`);
    const paint = this.canvas.getContext("2d");
    paint.scale(ratio, ratio);
    this.paint(paint, width, height - AXIS);
  }

  paint(paint, width, height) {
    const { devices } = this.live;
    const colours = coloursOf(this.canvas);
    const left = devices.length <= NAMED ? LABEL : 0;
    const span = Math.max(this.live.seconds(), 0.001);
    const scale = (width - left - 2) / span;
    paint.font = `12px ${getComputedStyle(document.body).fontFamily}`;
    this.paintAxis(paint, { left, scale, span, height, width, colours });
    const row = height / devices.length;
    const bar = Math.max(row - (row > 4 ? 5 : row > 2 ? 1 : 0), 1);
    if (left) {
      paint.fillStyle = colours.dim;
      devices.forEach(({ name }, i) => {
        paint.fillText(name, 0, i * row + row / 2 + 4, LABEL - 12);
      });
    }
    const place = { left, scale, span, row, bar, colours };
    this.paintBars(paint, place, ({ state }) => state !== "failed");
    this.paintBars(paint, place, ({ state }) => state === "failed"); // none is hidden
  }

  paintBars(paint, { left, scale, span, row, bar, colours }, isWanted) {
    this.live.devices.forEach((device, i) => {
      if (device.started === undefined || isSkipped(device) || !isWanted(device)) return;
      const end = device.elapsed === undefined ? span : device.started + device.elapsed;
      paint.fillStyle = colours[device.state] || colours.cancelled;
      const x = left + device.started * scale;
      const wide = Math.max((Math.min(end, span) - device.started) * scale, 1.5);
      paint.beginPath();
      paint.roundRect(x, i * row + (row - bar) / 2, wide, bar, bar > 4 ? 2 : 0);
      paint.fill();
    });
  }

  paintAxis(paint, { left, scale, span, height, width, colours }) {
    const step = stepOf(span);
    paint.textAlign = "center";
    for (let i = 0; i * step <= span; i += 1) {
      const x = Math.round(left + i * step * scale) + 0.5;
      paint.fillStyle = colours.line;
      paint.fillRect(x, 0, 1, height + 3);
      paint.fillStyle = colours.dim;
      const label = i === 0 ? "0" : seconds(i * step).replace(/\.?0+ s$/, " s");
      if (x + 18 < width || i === 0) paint.fillText(label, Math.max(x, left + 4), height + 16);
    }
    paint.textAlign = "left";
  }
}
