// Opens pages of a node in chromium, each in a fresh document, and prints how long each took to show its data.
//
//     node web/check/time.mjs WEB FOLDER PATH...
//
// WEB is the address of the node's page; screenshots go to FOLDER unless it is "". A line has the path, the milliseconds from the navigation
// to the first frame with the data, and the rows of all tables.
import {rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {startChromium} from "./browser.mjs";

const [base, folder, ...paths] = process.argv.slice(2);
const {chromium, home, connect} = startChromium();
// The page draws its heading together with its data. The second frame begins once the first has been drawn.
const NOTE = `new MutationObserver((_, o) => { if (document.querySelector("main h1")) { o.disconnect(); requestAnimationFrame(() => requestAnimationFrame(() => { window.drawn = performance.now(); })); } }).observe(document, {childList: true, subtree: true})`;
let missing = 0;
try {
  const tab = await connect();
  await tab.call("Page.enable");
  await tab.call("Emulation.setDeviceMetricsOverride", {width: 1200, height: 800, deviceScaleFactor: 1, mobile: false});
  await tab.call("Page.addScriptToEvaluateOnNewDocument", {source: NOTE});
  for (const [i, path] of paths.entries()) {
    const before = await tab.run("performance.timeOrigin"); // each document has its own
    await tab.call("Page.navigate", {url: base + path});
    let drawn = 0;
    for (const end = Date.now() + 60_000; !drawn && Date.now() < end; await new Promise(done => setTimeout(done, 50))) {
      drawn = await tab.run(`performance.timeOrigin !== ${before} && window.drawn || 0`).catch(() => 0);
    }
    const wrong = await tab.run("document.querySelector('main .note.bad[role=alert]')?.textContent ?? ''");
    if (!drawn || wrong) { missing++; console.log(`FAULT ${path} ${wrong}`); continue; }
    console.log(`page ${path} ${Math.round(drawn)} ${await tab.run("document.querySelectorAll('main tbody tr').length")}`);
    if (!folder) continue;
    const {cssContentSize: size} = await tab.call("Page.getLayoutMetrics");
    const {data} = await tab.call("Page.captureScreenshot", {format: "png", captureBeyondViewport: true, clip: {x: 0, y: 0, width: 1200, height: Math.min(size.height, 2400), scale: .6}});
    writeFileSync(join(folder, `${i}.png`), Buffer.from(data, "base64"));
  }
} finally {
  chromium.kill("SIGKILL");
  await new Promise(done => chromium.exitCode !== null || chromium.signalCode || !chromium.pid ? done() : chromium.on("exit", done));
  rmSync(home, {recursive: true, force: true, maxRetries: 50, retryDelay: 100});
}
process.exit(missing ? 1 : 0);
