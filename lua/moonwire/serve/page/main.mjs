// The dashboard: which of its views is shown, and what goes on behind all of them. The
// part of the address behind "#" is the name of a run, or "new".

import { get, post } from "./api.mjs";
import { byId, complain } from "./dom.mjs";
import { Form } from "./form.mjs";
import { History } from "./history.mjs";
import { Transcript } from "./transcript.mjs";
import { View } from "./view.mjs";
import { count } from "./words.mjs";

const main = byId("main");
let server;
let form;
let view;
let history;
let transcript;
let queue = []; // bodies of runs that come behind the one that is shown

function close() {
  if (view) view.close();
  view = undefined;
}

function go(id) {
  location.hash = id;
}

async function begin(bodies) {
  const [body, ...rest] = bodies;
  queue = rest;
  try {
    const run = await post("/api/v1/runs", body);
    go(run.id);
  } catch (error) {
    queue = [];
    complain(error.message);
  }
  history.look();
}

function onEnd(summary) {
  if (queue.length > 0 && summary.state === "done") begin(queue);
  else queue = [];
  history.look();
}

function showRun(id) {
  close();
  view = new View(id, {
    transcript,
    onEnd,
    isComparing: () => queue.length > 0,
    onAgain: (run) => { form.fill(run); go("new"); },
    onApply: (run) => { go(run.id); history.look(); },
    onCompare: begin,
  });
  main.replaceChildren(view.node);
  view.showRuns(history.runs);
  view.open();
}

function showForm() {
  close();
  queue = [];
  document.title = "moonwire";
  main.replaceChildren(form.node);
  form.look();
}

function show() {
  const id = location.hash.slice(1);
  if (/^[\w-]+$/.test(id) && id !== "new") showRun(id);
  else showForm();
  const isForm = view === undefined;
  main.focus({ preventScroll: true });
  byId("new-run").toggleAttribute("aria-current", isForm);
  history.show(id);
}

async function start() {
  history = new History((runs) => { if (view) view.showRuns(runs); });
  transcript = new Transcript();
  server = await get("/api/v1/server");
  byId("where").textContent = [server.inventory, `${count(server.devices)} devices`]
    .filter((part) => part).join(", ");
  form = new Form(server, (run, rest) => {
    go(run.id);
    queue = rest;
    history.look();
  });
  addEventListener("hashchange", show);
  await history.look();
  show();
}

start().catch((error) => complain(error.message));
