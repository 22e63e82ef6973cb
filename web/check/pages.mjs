// Opens every page of a running node in chromium and fails on what a visitor would suffer from: an error in the console, a refused
// resource, a page without data, a page that is wider than a phone, a barrier that axe-core finds.
//
//     node web/check/pages.mjs WEB REST [FOLDER FOR SCREENSHOTS]
//
// WEB is the address of the node's page, REST that of its REST interface. CHROMIUM names the browser. With RECEIPT, a file, and TRUST,
// a validators' hash, the page that checks receipts is tried on it.
import {mkdirSync, readFileSync, rmSync, writeFileSync, existsSync} from "node:fs";
import {join, dirname} from "node:path";
import {fileURLToPath} from "node:url";
import {startChromium} from "./browser.mjs";

const [base, rest, folder] = process.argv.slice(2);
const {RECEIPT: receipt, TRUST: trust} = process.env;
const axeFile = join(dirname(fileURLToPath(import.meta.url)), "node_modules/axe-core/axe.min.js");
const axe = existsSync(axeFile) ? readFileSync(axeFile, "utf8") : "";
const {chromium, home, connect} = startChromium();
let faults = 0;
const fault = text => { faults++; console.log("FAULT " + text); };
const sleep = ms => new Promise(done => setTimeout(done, ms));

// until waits for a condition in the page.
async function until(tab, what, expression) {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(100)) if (await tab.run(expression).catch(() => false)) return true;
  fault(`${what}: waited a minute for ${expression}`);
  return false;
}

// What a page has once it shows its data: those that the node's page draws, and two that stand for themselves.
const LIVE = "!!document.querySelector('main h1') && document.getElementById('live').textContent.startsWith('Live')";
const VERIFY = "!!document.getElementById('check')";
const OPENAPI = "document.querySelectorAll('section > details').length > 50";

async function visit(tab, path, {dark = false, phone = false, shot = "", expect = 200, of = base, ready = LIVE, then = null} = {}) {
  const what = path + (dark ? " dark" : "") + (phone ? " phone" : "");
  tab.heard.length = 0;
  await tab.call("Emulation.setEmulatedMedia", {features: [{name: "prefers-color-scheme", value: dark ? "dark" : "light"}]});
  await tab.call("Emulation.setDeviceMetricsOverride", {width: phone ? 375 : 1200, height: 800, deviceScaleFactor: 1, mobile: phone});
  await tab.call("Page.navigate", {url: of + path});
  if (!await until(tab, what, `document.readyState === 'complete' && location.href.startsWith(${JSON.stringify(of)}) && ${ready}`)) return;
  if (then) await then();
  const wide = await tab.run("document.documentElement.scrollWidth - document.documentElement.clientWidth");
  if (wide > 0) fault(`${what}: ${wide} pixels wider than the window`);
  const alert = await tab.run("document.querySelector('main .note.bad[role=alert]')?.textContent ?? ''");
  if (expect === 200 && alert) fault(`${what}: says ${alert}`);
  if (expect !== 200 && !alert) fault(`${what}: says nothing of what is wrong`);
  if (axe) {
    await tab.run(axe + ";0");
    const barriers = await tab.run("axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map(v => `${v.id} (${v.impact}): ${v.help}: ${v.nodes.slice(0, 2).map(n => n.html.slice(0, 160)).join(' | ')}`))");
    for (const b of barriers) fault(`${what}: ${b}`);
  }
  for (const m of tab.heard) {
    if (m.method === "Runtime.exceptionThrown") fault(`${what}: ${m.params.exceptionDetails.exception?.description ?? m.params.exceptionDetails.text}`);
    if (m.method === "Runtime.consoleAPICalled" && ["error", "warning", "assert"].includes(m.params.type)) fault(`${what}: console: ${m.params.args.map(a => a.value ?? a.description).join(" ")}`);
    // The browser itself notes an answer that is an error; where one is expected, that is no fault.
    if (m.method === "Log.entryAdded" && m.params.entry.level === "error" && !(expect !== 200 && m.params.entry.source === "network")) fault(`${what}: ${m.params.entry.text} ${m.params.entry.url ?? ""}`);
    if (m.method === "Network.requestWillBeSent" && !/^(https?:|data:)/.test(m.params.request.url) === false && new URL(m.params.request.url).origin !== new URL(of).origin) fault(`${what}: asks ${m.params.request.url}`);
  }
  if (shot && folder) {
    const {cssContentSize: size} = await tab.call("Page.getLayoutMetrics");
    const {data} = await tab.call("Page.captureScreenshot", {format: "png", captureBeyondViewport: true, clip: {x: 0, y: 0, width: phone ? 375 : 1200, height: Math.min(size.height, phone ? 1600 : 1500), scale: phone ? 1 : .75}});
    writeFileSync(join(folder, shot + ".png"), Buffer.from(data, "base64"));
  }
  console.log("ok    " + what);
}

// checkReceipt fills in the form of /verify, as somebody does who holds a receipt.
async function checkReceipt(tab, trust, expect) {
  const {root} = await tab.call("DOM.getDocument");
  const {nodeId} = await tab.call("DOM.querySelector", {nodeId: root.nodeId, selector: "#file"});
  await tab.call("DOM.setFileInputFiles", {nodeId, files: [receipt]});
  await tab.run(`document.getElementById("trust").value = ${JSON.stringify(trust)}; document.querySelector("#check button").click()`);
  await until(tab, "/verify", `document.querySelector("#outcome h2")?.textContent === ${JSON.stringify(expect)}`);
}

// askNode opens the first operation without a field that has to be filled in, and asks the node.
async function askNode(tab) {
  await tab.run("(() => { const d = document.getElementById('tasks.Params'); d.open = true; d.scrollIntoView(); })()");
  if (!await until(tab, "/openapi/", "!!document.querySelector('section details[open] form button')")) return;
  await tab.run("document.querySelector('section details[open] form button').click()");
  await until(tab, "/openapi/", "/\\n200/.test(document.querySelector('section details[open] pre').textContent)");
}

// checkCharts compares the overview's charts with the data that they show: one bar for each value that is not 0, words for those who do not see
// it, and a table of the same numbers.
async function checkCharts(tab) {
  const {activity: done} = await ask("/api/overview");
  if (done.accepted === 0 || done.checked === 0 || BigInt(done.spent) === 0n) fault("charts: the chain shows no accepted answer that was paid for");
  const shown = await tab.run(`[...document.querySelectorAll("svg.chart")].map(c => [c.getAttribute("role"), c.getAttribute("aria-label"), c.querySelectorAll(".b").length])`);
  if (shown.length !== 3) return fault(`charts: ${shown.length}, expected 3`);
  for (const [role, words, drawn] of shown) if (role !== "img" || !/in bars of .*, oldest left: .* at most/.test(words) || drawn === 0) fault(`charts: ${role}, ${words}, ${drawn} bars`);
  const details = "document.querySelector('.three + details')";
  await tab.run(details + ".querySelector('summary').click()");
  if (!await until(tab, "charts", details + ".open")) return;
  const sums = await tab.run(`["Ended", "Accepted", "Spent"].map(name => [...${details}.querySelectorAll("td")].filter(cell => cell.dataset.name === name)
    .reduce((sum, cell) => sum + Math.round(1e6 * parseFloat(cell.textContent.replaceAll(",", "") || "0")) / (name === "Spent" ? 1 : 1e6), 0))`);
  const labels = shown.map(([, words]) => words.replaceAll(",", ""));
  if (!labels[0].includes(`: ${sums[0]} in all ${sums[1]} of them accepted`)) fault(`charts: the table has ${sums[0]} tasks, ${sums[1]} accepted; the chart says ${labels[0]}`);
  if (!labels[2].includes(`: ${sums[2] / 1e6} CRED in all`)) fault(`charts: the table has ${sums[2]} ucred; the chart says ${labels[2]}`);
}

const ask = async path => (await fetch(base + path)).json();

try {
  if (folder) mkdirSync(folder, {recursive: true});
  const tab = await connect();
  for (const domain of ["Page", "Runtime", "Log", "Network", "DOM"]) await tab.call(domain + ".enable");
  const ended = (await ask("/api/tasks?state=ended&ending=accepted")).tasks;
  const task = ended.find(t => t.by_court) ?? ended[0];
  if (!task) throw new Error("the chain has no accepted task to show");
  const plain = ended.find(t => !t.by_court) ?? task;
  const {workers} = await ask("/api/workers"), {book} = await ask("/api/market");
  await visit(tab, "/", {shot: "overview"});
  await visit(tab, "/", {then: () => checkCharts(tab)});
  await visit(tab, "/", {dark: true, then: () => checkCharts(tab)});
  await visit(tab, "/", {dark: true, shot: "overview-dark"});
  await visit(tab, "/verify", {ready: VERIFY, shot: receipt ? "" : "verify"});
  if (receipt) await visit(tab, "/verify", {ready: VERIFY, shot: "verify", then: () => checkReceipt(tab, trust, "Proven")});
  if (receipt) await visit(tab, "/verify", {ready: VERIFY, phone: true, dark: true, shot: "verify-phone", then: () => checkReceipt(tab, "ab".repeat(32), "Not proven")});
  await visit(tab, "/openapi/", {of: rest, ready: OPENAPI, shot: "openapi", then: () => askNode(tab)});
  await visit(tab, "/openapi/", {of: rest, ready: OPENAPI, phone: true, dark: true, shot: "openapi-phone"});
  await visit(tab, "/tasks", {shot: "tasks"});
  await visit(tab, "/tasks?state=ended&ending=accepted");
  await visit(tab, `/tasks/${plain.id}`, {shot: "task"});
  await visit(tab, `/tasks/${plain.id}`, {phone: true, shot: "task-phone"});
  if (task !== plain) await visit(tab, `/tasks/${task.id}`, {shot: "task-court", dark: true});
  await visit(tab, `/requests/${task.request}`, {shot: "request"});
  await visit(tab, `/deals/${task.deal}`, {shot: "deal"});
  await visit(tab, "/market", {shot: "market"});
  await visit(tab, "/market", {phone: true, dark: true, shot: "market-phone"});
  await visit(tab, `/orders/${book[0].id}`);
  await visit(tab, "/organisations", {shot: "organisations"});
  await visit(tab, `/organisations/${workers[0].organisation}`);
  await visit(tab, "/workers", {shot: "workers"});
  await visit(tab, `/workers/${workers[0].address}`, {shot: "worker"});
  await visit(tab, "/ledgers", {shot: "ledgers"});
  await visit(tab, "/apps", {shot: "apps"});
  await visit(tab, `/apps/${task.app}`);
  await visit(tab, "/feeds", {shot: "feeds"});
  const feed = (await ask("/api/feeds")).feeds[0];
  if (feed) await visit(tab, `/feeds/${feed.owner}/${feed.name}`, {shot: "feed"});
  await visit(tab, "/api", {shot: "api"});
  await visit(tab, "/search?q=zzzz");
  await visit(tab, `/tasks/${"0".repeat(64)}`, {expect: 404});
  for (const path of ["/", "/tasks", "/workers", "/ledgers"]) await visit(tab, path, {phone: true});

  // A search by the beginning of an id leads to the task itself, and a click stays within the page, with the focus on what is new.
  await visit(tab, `/search?q=${task.id.slice(0, 10)}`);
  await until(tab, "search", `location.pathname === "/tasks/${task.id}"`);
  await visit(tab, "/");
  await tab.run("document.querySelector('#nav a[href=\"/ledgers\"]').click()");
  await until(tab, "click", "location.pathname === '/ledgers' && document.querySelector('main h1').textContent === 'Ledgers' && document.activeElement.id === 'main'");

  // Data never becomes markup, and the browser holds us to it.
  const refused = await tab.run("(() => { try { document.body.innerHTML = '<b>x</b>'; return false; } catch { return true; } })()");
  if (!refused) fault("the browser lets a script turn text into markup");

  // Live: a page follows the chain without being asked.
  await visit(tab, "/");
  const before = await tab.run("document.querySelector('main .number').textContent");
  await until(tab, "live", `document.querySelector('main .number').textContent !== ${JSON.stringify(before)}`);
  console.log(axe ? "axe-core looked for barriers" : "axe-core is not installed: nobody looked for barriers; npm install in web/check");
} catch (trouble) {
  fault(trouble.stack ?? String(trouble));
} finally {
  chromium.kill("SIGKILL");
  await new Promise(done => chromium.exitCode !== null || chromium.signalCode || !chromium.pid ? done() : chromium.on("exit", done));
  await removeFolder(home);
}

// removeFolder tries for some seconds: the browser's own children may still write while they end.
async function removeFolder(path) {
  for (let tries = 0; existsSync(path); tries++) {
    try {
      rmSync(path, {recursive: true, force: true});
    } catch (trouble) {
      if (tries === 50) throw trouble;
      await new Promise(done => setTimeout(done, 100));
    }
  }
}

console.log(faults ? `${faults} faults` : "no faults");
process.exit(faults ? 1 : 0);
