// The server: requests with the token of this tab, and the events of a run.

import { byId } from "./dom.mjs";

const PAUSE = 1000; // milliseconds before a broken stream is asked for again

export class Problem extends Error {
  constructor(status, document) {
    super(document.detail || `the server says ${status}`);
    this.status = status;
    this.errors = document.errors || [];
  }
}

let token = sessionStorage.getItem("moonwire-token") || "";
let asking;

// One dialog, however many requests wait for it.
function askToken(wasWrong) {
  asking = asking || new Promise((resolve) => {
    const dialog = byId("token-dialog");
    const wrong = byId("token-wrong");
    wrong.hidden = !wasWrong;
    wrong.textContent = wasWrong || "";
    byId("token").value = "";
    dialog.addEventListener("close", () => {
      token = byId("token").value.trim();
      sessionStorage.setItem("moonwire-token", token);
      asking = undefined;
      resolve();
    }, { once: true });
    dialog.showModal();
  });
  return asking;
}

function tell(isThere) {
  byId("link").textContent = isThere ? "" : "The server does not answer";
}

async function send(path, options) {
  const headers = { ...options.headers };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (options.body) headers["Content-Type"] = "application/json";
  try {
    const response = await fetch(path, { ...options, headers });
    tell(true);
    return response;
  } catch (error) {
    if (error.name !== "AbortError") tell(false);
    throw error;
  }
}

async function problemOf(response) {
  const document = await response.json().catch(() => ({}));
  return new Problem(response.status, document);
}

/** A response that is good, after a token was asked for if that was needed. */
export async function ask(path, options = {}) {
  for (;;) {
    const used = token;
    const response = await send(path, options);
    if (response.ok) return response;
    if (response.status !== 401) throw await problemOf(response);
    if (used === token) await askToken(used && "That token is not known here.");
  }
}

export async function get(path, options) {
  return (await ask(path, options)).json();
}

export async function post(path, body) {
  return (await ask(path, { method: "POST", body: JSON.stringify(body) })).json();
}

export async function cancel(id) {
  return (await ask(`/api/v1/runs/${id}`, { method: "DELETE" })).json();
}

/** The names of a run's devices. */
export async function namesOf(id) {
  return (await get(`/api/v1/runs/${id}/devices`)).devices;
}

function readEvent(block) {
  const event = { name: "message", data: "" };
  for (const line of block.split("\n")) {
    if (line.startsWith("event: ")) event.name = line.slice(7);
    else if (line.startsWith("data: ")) event.data += line.slice(6);
    else if (line.startsWith("id: ")) event.id = line.slice(4);
  }
  return event;
}

async function* eventsIn(response) {
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += decoder.decode(value, { stream: true });
    const blocks = text.split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      const event = readEvent(block);
      if (event.data) yield event;
    }
  }
}

/** Call `take(name, value)` with each event of a run, until its end. */
export async function follow(id, take, signal) {
  let last = "0";
  while (!signal.aborted) {
    try {
      const headers = { "Last-Event-ID": last };
      const response = await ask(`/api/v1/runs/${id}/events`, { headers, signal });
      for await (const event of eventsIn(response)) {
        last = event.id || last;
        take(event.name, JSON.parse(event.data));
        if (event.name === "end") return;
      }
    } catch (error) {
      if (signal.aborted || error instanceof Problem) throw error;
      tell(false);
    }
    await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
  }
}
