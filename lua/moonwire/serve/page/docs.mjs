// The documentation of the API, made of /openapi.json: every operation, a form to try
// it, and its answer, also when that is a stream. What a server or a device says is only
// ever set as text.

import { element as make } from "./dom.mjs";

const LONGEST = 200000; // characters of an answer that are shown

function element(name, text, attributes) {
  return make(name, attributes, text);
}

function field(parent, id, name, about) {
  const label = element("label", about ? `${name}: ${about}` : name, { for: id });
  const input = element("input", undefined, { id, spellcheck: "false", autocomplete: "off" });
  parent.append(label, input);
  return input;
}

// What is allowed of a field, in words.
function describe(schema) {
  const words = [[].concat(schema.type || "any").join(" or ")];
  if (schema.enum) words.push(`one of ${schema.enum.join(", ")}`);
  if (schema.minimum !== undefined) words.push(`from ${schema.minimum}`);
  if (schema.maximum !== undefined) words.push(`to ${schema.maximum}`);
  if (schema.default !== undefined) words.push(`default ${JSON.stringify(schema.default)}`);
  return words.join(", ");
}

function addRows(table, schema, prefix) {
  for (const [name, inner] of Object.entries(schema.properties || {})) {
    const row = element("tr");
    const path = prefix + name;
    const needed = (schema.required || []).includes(name) ? " (needed)" : "";
    const cell = element("td");
    cell.append(element("code", path));
    row.append(cell, element("td", describe(inner) + needed),
      element("td", inner.description || ""));
    table.append(row);
    if (inner.type === "object") addRows(table, inner, `${path}.`);
    if (inner.type === "array" && inner.items && inner.items.type === "object") {
      addRows(table, inner.items, `${path}[].`);
    }
  }
}

function addBody(parent, operation) {
  if (!operation.requestBody) return;
  const { schema } = operation.requestBody.content["application/json"];
  parent.append(element("h3", operation.requestBody.required ? "Body" : "Body (may be empty)"));
  const table = element("table");
  addRows(table, schema, "");
  parent.append(table);
}

function addAnswers(parent, operation) {
  parent.append(element("h3", "Answers"));
  const table = element("table");
  for (const [status, answer] of Object.entries(operation.responses)) {
    const row = element("tr");
    row.append(element("th", status, { scope: "row" }), element("td", answer.description));
    table.append(row);
  }
  parent.append(table);
}

function read(inputs, path) {
  const query = new URLSearchParams();
  const headers = {};
  let target = path;
  for (const { given, input } of inputs) {
    if (given.in === "path") target = target.replace(`{${given.name}}`, encodeURIComponent(input.value));
    else if (input.value && given.in === "header") headers[given.name] = input.value;
    else if (input.value) query.set(given.name, input.value);
  }
  const text = query.toString();
  return { target: text ? `${target}?${text}` : target, headers };
}

function show(output, text) {
  const all = output.textContent + text;
  output.textContent = all.length > LONGEST ? `…${all.slice(-LONGEST)}` : all;
}

// A whole JSON answer is laid out; anything else is shown as it comes.
async function take(response, output) {
  const kind = response.headers.get("Content-Type") || "";
  if (kind.includes("json")) {
    const text = await response.text();
    try {
      show(output, JSON.stringify(JSON.parse(text), null, 2));
    } catch (_) {
      show(output, text);
    }
    return;
  }
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    show(output, decoder.decode(value, { stream: true }));
  }
}

async function send(method, form, buttons, output) {
  const { target, headers } = read(form.inputs, form.path);
  const token = document.getElementById("token").value;
  if (token) headers.Authorization = `Bearer ${token}`;
  const stop = new AbortController();
  buttons.stop.onclick = () => stop.abort();
  const options = { method, headers, signal: stop.signal };
  if (form.body && form.body.value.trim()) {
    options.body = form.body.value;
    headers["Content-Type"] = "application/json";
  }
  buttons.send.disabled = true;
  buttons.stop.disabled = false;
  output.hidden = false;
  output.textContent = `${method} ${target}\n`;
  try {
    const response = await fetch(target, options);
    show(output, `${response.status} ${response.statusText}\n\n`);
    await take(response, output);
  } catch (error) {
    show(output, `\n${error.name === "AbortError" ? "stopped" : error.message}`);
  }
  buttons.send.disabled = false;
  buttons.stop.disabled = true;
}

function addForm(parent, method, path, operation) {
  parent.append(element("h3", "Try it"));
  const form = { path, inputs: [] };
  for (const given of operation.parameters || []) {
    const id = `${operation.operationId}-${given.name}`;
    form.inputs.push({ given, input: field(parent, id, given.name, given.description) });
  }
  if (operation.requestBody) {
    const id = `${operation.operationId}-body`;
    const { example } = operation.requestBody.content["application/json"];
    form.body = element("textarea", undefined, { id, spellcheck: "false" });
    form.body.value = operation.requestBody.required ? JSON.stringify(example, null, 2) : "";
    form.body.placeholder = JSON.stringify(example, null, 2);
    parent.append(element("label", "Body", { for: id }), form.body);
  }
  const buttons = {
    send: element("button", "Send", {
      class: "primary", type: "button", "data-send": operation.operationId,
    }),
    stop: element("button", "Stop", { type: "button" }),
  };
  const output = element("pre", undefined, { tabindex: "0", "data-output": operation.operationId });
  output.hidden = true;
  buttons.stop.disabled = true;
  buttons.send.onclick = () => send(method.toUpperCase(), form, buttons, output);
  parent.append(buttons.send, buttons.stop, output);
}

function newOperation(method, path, operation) {
  const details = element("details", undefined, { id: operation.operationId });
  const summary = element("summary");
  summary.append(element("span", method.toUpperCase(), { class: `method ${method}` }),
    element("span", path, { class: "path" }),
    element("span", operation.summary, { class: "summary" }));
  const inner = element("div", undefined, { class: "inner" });
  if (operation.description) inner.append(element("p", operation.description));
  addForm(inner, method, path, operation);
  addBody(inner, operation);
  addAnswers(inner, operation);
  details.append(summary, inner);
  return details;
}

function showAll(description) {
  const main = document.getElementById("operations");
  const sections = new Map();
  document.getElementById("title").textContent =
    `${description.info.title} ${description.info.version}`;
  document.getElementById("about").textContent = description.info.description;
  main.textContent = "";
  for (const [path, methods] of Object.entries(description.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags[0];
      if (!sections.has(tag)) {
        sections.set(tag, element("section"));
        sections.get(tag).append(element("h2", tag));
        main.append(sections.get(tag));
      }
      sections.get(tag).append(newOperation(method, path, operation));
      if (operation.security) document.getElementById("access").hidden = false;
    }
  }
  const wanted = document.getElementById(location.hash.slice(1));
  if (wanted && wanted.tagName === "DETAILS") wanted.open = true;
}

document.getElementById("access").addEventListener("submit", (event) => event.preventDefault());
fetch("/openapi.json")
  .then((response) => response.json())
  .then(showAll)
  .catch((error) => {
    document.getElementById("operations").textContent =
      `The description could not be loaded: ${error.message}`;
  });
