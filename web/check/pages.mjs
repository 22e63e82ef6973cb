// Opens every page of a running node's page in chromium and fails on what a visitor would suffer from: an error in the console, a
// refused resource, a page without data, a page that is wider than a phone, or, where axe-core is installed, a barrier.
//
//     node --experimental-websocket web/check/pages.mjs URL [FOLDER FOR SCREENSHOTS]
import {spawn} from "node:child_process";
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync} from "node:fs";
import {tmpdir} from "node:os";
import {join, dirname} from "node:path";
import {fileURLToPath} from "node:url";

const [base, folder] = process.argv.slice(2);
const axeFile = join(dirname(fileURLToPath(import.meta.url)), "node_modules/axe-core/axe.min.js");
const axe = existsSync(axeFile) ? readFileSync(axeFile, "utf8") : "";
const home = mkdtempSync(join(tmpdir(), "page-check-"));
const chromium = spawn(process.env.CHROMIUM ?? "chromium", ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-port=0", "--user-data-dir=" + home, "about:blank"], {stdio: ["ignore", "ignore", "pipe"]});
let faults = 0;
const fault = text => { faults++; console.log("FAULT " + text); };
const sleep = ms => new Promise(done => setTimeout(done, ms));

// connect speaks the browser's protocol with one tab.
async function connect() {
  const port = await new Promise((done, failed) => {
    let text = "";
    chromium.stderr.on("data", d => { text += d; const m = /ws:\/\/127\.0\.0\.1:(\d+)/.exec(text); if (m) done(m[1]); });
    chromium.on("exit", () => failed(new Error("chromium ended: " + text)));
  });
  const tab = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()).find(t => t.type === "page");
  const socket = new WebSocket(tab.webSocketDebuggerUrl);
  await new Promise(done => { socket.onopen = done; });
  const waiting = new Map(), heard = [];
  let last = 0;
  socket.onmessage = ({data}) => {
    const m = JSON.parse(data);
    if (m.id) { const {done, failed} = waiting.get(m.id); waiting.delete(m.id); m.error ? failed(new Error(m.error.message)) : done(m.result); } else heard.push(m);
  };
  const call = (method, params = {}) => new Promise((done, failed) => { waiting.set(++last, {done, failed}); socket.send(JSON.stringify({id: last, method, params})); });
  const run = async expression => {
    const {result, exceptionDetails} = await call("Runtime.evaluate", {expression, awaitPromise: true, returnByValue: true});
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  return {call, run, heard};
}

// until waits for a condition in the page.
async function until(tab, what, expression) {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(100)) if (await tab.run(expression).catch(() => false)) return true;
  fault(`${what}: waited a minute for ${expression}`);
  return false;
}

async function visit(tab, path, {dark = false, phone = false, shot = "", expect = 200} = {}) {
  const what = path + (dark ? " dark" : "") + (phone ? " phone" : "");
  tab.heard.length = 0;
  await tab.call("Emulation.setEmulatedMedia", {features: [{name: "prefers-color-scheme", value: dark ? "dark" : "light"}]});
  await tab.call("Emulation.setDeviceMetricsOverride", {width: phone ? 375 : 1200, height: 800, deviceScaleFactor: 1, mobile: phone});
  await tab.call("Page.navigate", {url: base + path});
  if (!await until(tab, what, "document.readyState === 'complete' && !!document.querySelector('main h1') && document.getElementById('live').textContent.startsWith('Live')")) return;
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
    if (m.method === "Network.requestWillBeSent" && !/^(https?:|data:)/.test(m.params.request.url) === false && new URL(m.params.request.url).origin !== new URL(base).origin) fault(`${what}: asks ${m.params.request.url}`);
  }
  if (shot && folder) {
    const {cssContentSize: size} = await tab.call("Page.getLayoutMetrics");
    const {data} = await tab.call("Page.captureScreenshot", {format: "png", captureBeyondViewport: true, clip: {x: 0, y: 0, width: phone ? 375 : 1200, height: Math.min(size.height, phone ? 1600 : 1500), scale: phone ? 1 : .75}});
    writeFileSync(join(folder, shot + ".png"), Buffer.from(data, "base64"));
  }
  console.log("ok    " + what);
}

const ask = async path => (await fetch(base + path)).json();

try {
  if (folder) mkdirSync(folder, {recursive: true});
  const tab = await connect();
  for (const domain of ["Page", "Runtime", "Log", "Network"]) await tab.call(domain + ".enable");
  const ended = (await ask("/api/tasks?state=ended&ending=accepted")).tasks;
  const task = ended.find(t => t.by_court) ?? ended[0];
  if (!task) throw new Error("the chain has no accepted task to show");
  const plain = ended.find(t => !t.by_court) ?? task;
  const {workers} = await ask("/api/workers"), {book} = await ask("/api/market");
  await visit(tab, "/", {shot: "overview"});
  await visit(tab, "/", {dark: true, shot: "overview-dark"});
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
  await visit(tab, "/api");
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
  await new Promise(done => chromium.exitCode !== null || chromium.signalCode ? done() : chromium.on("exit", done));
  rmSync(home, {recursive: true, force: true, maxRetries: 5});
}
console.log(faults ? `${faults} faults` : "no faults");
process.exit(faults ? 1 : 0);
