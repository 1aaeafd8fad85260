// What people do with the pages, done by a browser. Run by spec/serve/browser_spec.lua:
//   node scenarios.mjs PACKAGES SETTINGS
// PACKAGES is the folder with node_modules; SETTINGS is JSON: `chromium`, `pictures` (a
// folder) and the addresses of the servers. Writes JSON: by the name of a scenario, "ok"
// or what went wrong. Nothing but those servers is ever asked.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import path from "node:path";

const [packages, text] = process.argv.slice(2);
const { chromium } = createRequire(path.join(packages, "package.json"))("playwright-core");
const settings = JSON.parse(text);

const LONG = 60000; // milliseconds; only what hangs is ended by it

function picture(page, name, options) {
  const file = path.join(settings.pictures, `${name}.png`);
  return page.screenshot({ path: file, animations: "disabled", ...options });
}

async function isOver(page) {
  await page.waitForSelector("article:not([hidden]) #cancel", { state: "hidden" });
}

function rows(page, state) {
  return page.locator(`tbody tr[data-state="${state}"]`);
}

async function startRun(page, commands) {
  await page.waitForSelector("#start");
  await page.fill("#commands", commands);
  await page.click("#start");
  await page.waitForSelector("article:not([hidden])");
}

async function showToken(page, token) {
  await page.waitForSelector("#token-dialog[open]");
  await page.fill("#token", token);
  await page.keyboard.press("Enter");
  await page.waitForSelector("#start");
}

async function planRun(page, lines) {
  await page.click("[data-kind=push]");
  await page.fill("#lines", lines);
  await page.click("#start");
  await page.waitForSelector("article:not([hidden])");
  await isOver(page);
}

const scenarios = {
  async "a run is started by keys, and its rows fill"(page) {
    await page.goto(settings.lab);
    await page.waitForFunction(() => document.querySelectorAll(".match .chip").length === 5);
    await page.focus("#commands");
    await page.keyboard.press("Control+Enter");
    await page.waitForFunction(() => (
      document.querySelectorAll('tbody tr[data-state="ok"]').length === 5));
    await isOver(page);
    assert.equal(await page.textContent("#run-state"), "Done");
    assert.equal(await page.textContent('[data-stat="OK"]'), "5");
    assert.equal(await page.getAttribute(".progress", "aria-valuenow"), "5");
  },

  async "a device's transcript is opened and closed by keys"(page) {
    await page.goto(settings.lab);
    await startRun(page, "show version\nshow clock");
    await isOver(page);
    await page.focus("tbody button");
    const name = await page.textContent("tbody button");
    await page.keyboard.press("Enter");
    await page.waitForSelector("dialog.transcript[open] .said");
    assert.equal(await page.textContent("#transcript-title"), name);
    assert.match(await page.textContent(".transcript pre >> nth=0"), /simulated/);
    assert.equal(await page.locator(".transcript .said").count(), 2);
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction((before) => (
      document.getElementById("transcript-title").textContent !== before), name);
    await page.keyboard.press("Escape");
    await page.waitForSelector("dialog.transcript", { state: "hidden" });
  },

  async "the modes of a job stand beside each other"(page) {
    await page.goto(settings.lab);
    await page.waitForSelector("#start");
    await page.fill("#commands", "show ip interface brief");
    await page.check("[name=compare]");
    await page.click("#start");
    await page.waitForFunction(() => document.querySelectorAll(".modes .bar-fill").length === 4);
    await isOver(page);
    const label = await page.getAttribute("svg.modes", "aria-label");
    assert.match(label, /^Sync .*, Threads .*, Non-blocking .*, Hybrid /);
    await picture(page, "dashboard-light");
    await page.emulateMedia({ colorScheme: "dark" });
    await picture(page, "dashboard-dark");
  },

  async "a run is cancelled"(page) {
    await page.goto(settings.slow);
    await startRun(page, "show version");
    await rows(page, "running").first().waitFor();
    await page.click("#cancel");
    await isOver(page);
    assert.equal(await page.textContent("#run-state"), "Cancelled");
    assert.equal(await rows(page, "running").count(), 0);
    assert.equal(await page.textContent('[data-stat="Cancelled"]'), "3");
  },

  async "failures are grouped by their cause"(page) {
    await page.goto(settings.failing);
    await startRun(page, "show version");
    await isOver(page);
    const many = await page.locator(".causes .many").allTextContents();
    assert.deepEqual(many, ["2", "1"]);
    const words = await page.locator(".causes .words").allTextContents();
    assert.deepEqual(words, ["The login was refused", "The connection was refused"]);
    await picture(page, "dashboard-failing");
    await page.click('[data-filter="failed"]');
    assert.equal(await rows(page, "failed").count(), 3);
    assert.equal(await rows(page, "ok").count(), 0);
    await page.click(".causes .chip");
    await page.waitForSelector("dialog.transcript[open] .reason");
    assert.match(await page.textContent(".transcript .reason"), /refused the login/);
  },

  async "an earlier run is still there, also one of the command line"(page) {
    await page.goto(settings.lab);
    const link = page.locator(".history a", { hasText: "show privilege" });
    await link.click();
    await page.waitForFunction(() => (
      document.querySelectorAll('tbody tr[data-state="ok"]').length === 2));
    await page.reload();
    await page.waitForFunction(() => (
      document.querySelectorAll('tbody tr[data-state="ok"]').length === 2));
    assert.equal(await page.textContent("article h1"), "show privilege");
    await page.click("tbody button");
    await page.waitForSelector("dialog.transcript[open] .said");
    assert.match(await page.textContent(".transcript pre"), /privilege level/);
  },

  async "what is wrong with a field is said beside it"(page) {
    await page.goto(settings.lab);
    await page.waitForSelector("#start");
    await page.fill("#filter", "(");
    await page.waitForSelector("#filter-hint.wrong");
    await page.click("#start");
    await page.waitForFunction(() => document.querySelector(".go .wrong").textContent !== "");
    await page.fill("#filter", "");
    await page.fill("#commands", "");
    await page.click("#start");
    assert.equal(await page.textContent(".go .wrong"), "There is no command.");
  },

  async "nothing that a device says is markup"(page) {
    const hostile = '<img src=x onerror="window.taken = 1"><b>bold</b>';
    await page.goto(settings.lab);
    await startRun(page, hostile);
    await isOver(page);
    await page.click("tbody button");
    await page.waitForSelector("dialog.transcript[open] .said");
    const heading = await page.textContent(".transcript h3");
    assert.ok(heading.startsWith(hostile), heading);
    assert.equal(await page.textContent("article h1"), hostile);
    assert.equal(await page.locator("main img, main b, dialog img, dialog b, aside b").count(), 0);
    assert.equal(await page.evaluate(() => window.taken), undefined);
  },

  async "a token is asked for where one is wanted"(page) {
    page.expectsRefusals = true;
    await page.goto(settings.guarded);
    await page.waitForSelector("#token-dialog[open]");
    await page.fill("#token", "a wrong one");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#token-wrong:not([hidden])");
    await page.fill("#token", settings.token);
    await page.keyboard.press("Enter");
    await startRun(page, "show version");
    await isOver(page);
    assert.equal(await page.textContent("#run-state"), "Done");
  },

  async "a configuration is planned, confirmed and applied by keys"(page) {
    page.expectsRefusals = true;
    await page.goto(settings.pushing);
    await showToken(page, settings.changer);
    await page.fill("#filter", "name ~ SW-CORE_*");
    await page.locator("#filter-hint", { hasText: "2 of 5 devices" }).waitFor();
    await page.click("[data-kind=push]");
    await page.fill("#lines", "interface Vlan7\n description <b>from a browser</b>\n no shutdown");
    await page.check("[name=save]");
    await picture(page, "dashboard-configuration");
    await page.focus("#lines");
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector("#apply:not([hidden])");
    assert.equal(await page.textContent("#run-state"), "Planned");
    assert.equal(await page.textContent("article h1"), "plan: 3 lines of configuration");
    assert.match(await page.textContent(".plan .diff"), /description <b>from a browser<\/b>/);
    assert.match(await page.textContent(".plan .promise"), /^line by line; dead-man timer/);
    assert.equal(await rows(page, "ok").count(), 2);
    await picture(page, "dashboard-plan");
    await page.focus("#apply");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#apply-count");
    await page.keyboard.type("5");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.getElementById("apply-wrong").textContent !== "");
    assert.equal(await page.textContent("#apply-wrong"), "It is 2 devices.");
    await picture(page, "dashboard-confirm");
    await page.keyboard.type("2");
    await page.keyboard.press("Enter");
    await page.locator("article h1", { hasText: /^3 lines of configuration$/ }).waitFor();
    await isOver(page);
    assert.equal(await page.textContent("#run-state"), "Done");
    assert.deepEqual(await page.locator("tbody td.why").allTextContents(), ["changed", "changed"]);
    await page.click("tbody button");
    await page.waitForSelector("dialog.transcript[open] .said");
    assert.match(await page.textContent(".transcript pre >> nth=0"), /from a browser/);
    await picture(page, "dashboard-applied");
  },

  async "a run spreads as it is told to"(page) {
    await page.goto(settings.lab);
    await page.waitForSelector("#start");
    await page.fill("[name=waves]", "1,some");
    await page.click("#start");
    await page.locator(".go .wrong", { hasText: /^waves / }).waitFor();
    await page.fill("[name=waves]", "1,2,rest");
    await page.fill("[name=abort_after]", "50%");
    await startRun(page, "show clock");
    await isOver(page);
    assert.match(await page.textContent("article .about"), /waves 1,2,rest .* ends after 50% failed/);
    assert.equal(await page.textContent('[data-stat="OK"]'), "5");
  },

  async "what a change may do is said before it is planned, and how it spreads behind that"(page) {
    page.expectsRefusals = true;
    await page.emulateMedia({ colorScheme: "dark" });
    await page.goto(settings.pushing);
    await showToken(page, settings.changer);
    await page.fill("#filter", "name ~ SW-CORE_*");
    await planRun(page, "no aaa new-model\ninterface Vlan8\n description from a browser");
    assert.equal(await rows(page, "failed").count(), 2);
    assert.match(await page.textContent(".causes .said"), /aaa/);
    await page.goto(`${settings.pushing}/#new`);
    await page.focus("[name=allow]");
    await page.keyboard.type("ssh, aaa");
    await page.keyboard.press("Tab");
    await page.keyboard.type("1");
    await page.focus("#lines");
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector("article:not([hidden])");
    await isOver(page);
    assert.deepEqual(await page.locator(".plan .words").allTextContents(), ["Too much at once"]);
    assert.equal(await page.isVisible("#apply"), false);
    await page.goto(`${settings.pushing}/#new`);
    await page.focus("[name=large]");
    await page.keyboard.press("Space");
    await picture(page, "dashboard-guards", { fullPage: true });
    await page.focus("#lines");
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector("#apply:not([hidden])");
    await page.click("#apply");
    await page.fill("#apply-count", "2");
    await page.fill("dialog [name=waves]", "rest");
    await page.fill("dialog [name=abort_after]", "2");
    await picture(page, "dashboard-waves");
    await page.keyboard.press("Enter");
    await page.locator("article h1", { hasText: /^3 lines of configuration$/ }).waitFor();
    await isOver(page);
    assert.match(await page.textContent("article .about"), /waves rest .* ends after 2 failed/);
    assert.deepEqual(await page.locator("tbody td.why").allTextContents(), ["changed", "changed"]);
  },

  async "a plan says which devices it does not reach, and why"(page) {
    page.expectsRefusals = true;
    await page.goto(settings.pushing);
    await showToken(page, settings.changer);
    await planRun(page, "interface Vlan7\n description <b>from a browser</b>");
    assert.equal(await page.textContent("#apply"), "Apply to 2 devices…");
    const words = await page.locator(".plan .words").allTextContents();
    assert.deepEqual(words, ["2 lines would change", "Nothing to change"]);
    assert.deepEqual(await page.locator("section:not(:has(.plan)) .causes .words").allTextContents(),
      ["The connection was refused"]);
  },

  async "who may not push is not offered to"(page) {
    page.expectsRefusals = true;
    await page.goto(settings.pushing);
    await showToken(page, settings.runner);
    assert.equal(await page.isVisible("[data-kind=push]"), false);
    await page.goto(settings.lab);
    await page.waitForSelector("#start");
    assert.equal(await page.isVisible("[data-kind=push]"), false);
  },

  async "the documentation tries an operation, and a stream"(page) {
    await page.goto(`${settings.lab}/docs/plain#list_devices`);
    await page.click("[data-send=list_devices]");
    const output = page.locator("[data-output=list_devices]");
    await output.filter({ hasText: "SW-CORE_1" }).waitFor();
    assert.match(await output.textContent(), /^GET \/api\/v1\/devices\n200 /);
    await picture(page, "docs");
    await page.goto(`${settings.lab}/`);
    const id = await page.locator(".history a").first().getAttribute("href");
    await page.goto(`${settings.lab}/docs/plain#watch_run`);
    await page.fill("#watch_run-id", id.slice(1));
    await page.click("[data-send=watch_run]");
    await page.locator("[data-output=watch_run]").filter({ hasText: "event: end" }).waitFor();
  },

  async "Swagger UI has every operation, and tries one"(page) {
    await page.goto(`${settings.lab}/docs`);
    const description = await (await page.request.get(`${settings.lab}/openapi.json`)).json();
    const operations = Object.values(description.paths)
      .reduce((sum, methods) => sum + Object.keys(methods).length, 0);
    await page.locator(".opblock").nth(operations - 1).waitFor();
    assert.equal(await page.locator(".opblock").count(), operations);
    await page.click("#operations-Status-health");
    await page.click("#operations-Status-health .execute");
    await page.locator("#operations-Status-health .live-responses-table")
      .filter({ hasText: "uptime" }).first().waitFor();
    await picture(page, "swagger");
  },
};

// A page that complains, or asks anybody else, is not well, whatever it shows.
function listen(page, wrong) {
  const ours = new Set([settings.lab, settings.slow, settings.failing, settings.guarded,
    settings.pushing]);
  page.on("console", (message) => {
    if (message.type() === "error" && !page.expectsRefusals && !/422/.test(message.text())) {
      wrong.push(message.text());
    }
  });
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol !== "data:" && !ours.has(origin)) wrong.push(`asked ${request.url()}`);
  });
}

async function play(browser, scenario) {
  const context = await browser.newContext({ viewport: { width: 1360, height: 1040 } });
  const page = await context.newPage();
  const wrong = [];
  page.setDefaultTimeout(LONG);
  listen(page, wrong);
  try {
    await scenario(page);
    return wrong.length === 0 ? "ok" : wrong.join("\n");
  } catch (error) {
    const seen = await page.textContent("body").catch(() => "");
    return [error.message, ...wrong, seen.replace(/\s+/g, " ").slice(0, 600)].join("\n");
  } finally {
    await context.close();
  }
}

const browser = await chromium.launch({
  executablePath: settings.chromium,
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
});
const outcomes = {};
for (const [name, scenario] of Object.entries(scenarios)) {
  if (name.startsWith("Swagger") && !settings.swagger) continue;
  outcomes[name] = await play(browser, scenario);
}
await browser.close();
process.stdout.write(JSON.stringify(outcomes));
