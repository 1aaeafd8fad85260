// Numbers, times and causes in words.

const whole = new Intl.NumberFormat("en");

export function count(number) {
  return whole.format(number);
}

/** A length of time. */
export function seconds(value) {
  if (value === undefined || value === null) return "";
  if (value < 0.9995) return `${Math.round(value * 1000)} ms`;
  if (value < 10) return `${value.toFixed(2)} s`;
  if (value < 59.95) return `${value.toFixed(1)} s`;
  if (value < 3600) return `${Math.floor(value / 60)} m ${Math.floor(value % 60)} s`;
  return `${Math.floor(value / 3600)} h ${Math.floor((value % 3600) / 60)} m`;
}

/** How long ago a time was. */
export function ago(iso) {
  const passed = (Date.now() - Date.parse(iso)) / 1000;
  if (passed < 45) return "now";
  if (passed < 3600) return `${Math.round(passed / 60)} min`;
  if (passed < 86400) return `${Math.round(passed / 3600)} h`;
  return `${Math.round(passed / 86400)} d`;
}

export const MODES = {
  sync: { name: "Sync", about: "One device after another." },
  threads: { name: "Threads", about: "A device for each thread." },
  nonblocking: { name: "Non-blocking", about: "All at once, in one thread." },
  hybrid: { name: "Hybrid", about: "All at once, in several threads." },
};

export function modeName(mode) {
  return MODES[mode] ? MODES[mode].name : mode;
}

const CAUSES = {
  timeout: "No answer in time",
  auth: "The login was refused",
  refused: "The connection was refused",
  unreachable: "There is no way to the address",
  drifted: "Another configuration than the one that was planned for",
  denied: "A line that may destroy too much",
  rejected: "The device refused a line",
  locked: "Somebody else changes it",
  unsupported: "Its platform cannot do that",
  resolve: "The name has no address",
  dropped: "The device ended the connection",
  hostkey: "The host key is not the one that is known",
  algorithm: "No algorithm that both sides allow",
  protocol: "It does not speak SSH as it should",
  channel: "No shell was opened",
  jump: "The jump host is lost",
  limit: "More output than is allowed",
  local: "This machine lacks a resource",
  auth_suspended: "Left alone: others refused the same credential",
  hostkey_alarm: "Left alone: too many host keys have changed",
  stopped: "Not begun any more",
  cancelled: "Dropped",
  handed: "Begun, and nobody knows what came of it",
  planned: "It had no turn",
};

export function causeOf(result) {
  return CAUSES[result.kind] || result.kind || result.state || "It failed";
}

/** Why a device failed, in the program's words, without its name at the beginning. */
export function reasonOf(result) {
  const words = result.message || causeOf(result);
  const name = `${result.device}: `;
  return words.startsWith(name) ? words.slice(name.length) : words;
}

/** The colour of a run, and the word for how it is. */
export function stateOf(run) {
  if (run.state === "running") return { look: "running", word: "Running" };
  if (run.state === "queued") return { look: "waiting", word: "Waits for its turn" };
  if (run.state === "cancelled") return { look: "cancelled", word: "Cancelled" };
  if (run.state === "late") return { look: "failed", word: "Its time was up" };
  if (run.state === "broken") return { look: "failed", word: "Broke off" };
  if (run.state === "failed") return { look: "failed", word: "Failed" };
  const failed = run.count.failed;
  if (failed > 0) return { look: "failed", word: `${count(failed)} failed` };
  return { look: "ok", word: run.plan ? "Planned" : "Done" };
}

export function isOver(run) {
  return run.state !== "running" && run.state !== "queued";
}

/** What a run does, in one line. */
export function whatOf(run) {
  if (run.commands && run.commands.length > 0) return run.commands.join("; ");
  if (run.verb !== "push") return "commands";
  const many = run.lines === 1 ? "1 line of " : `${count(run.lines)} lines of `;
  const lines = `${run.lines ? many : ""}configuration`;
  return run.plan ? `plan: ${lines}` : lines;
}

/** Runs with the same words here are the same job in other modes. */
export function jobOf(run) {
  return JSON.stringify([run.verb, run.commands, run.filter || "", run.devices]);
}
