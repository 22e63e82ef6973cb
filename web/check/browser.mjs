// Starts a chromium and speaks its protocol. CHROMIUM names the browser.
import {spawn} from "node:child_process";
import {mkdtempSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";

// startChromium returns the process, its folder, which the caller removes after the end of the process, and connect, which opens a tab.
export function startChromium() {
  const home = mkdtempSync(join(tmpdir(), "page-check-"));
  const chromium = spawn(process.env.CHROMIUM ?? "chromium", ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--disable-features=BackForwardCache", "--remote-debugging-pipe", "--user-data-dir=" + home, "about:blank"],
    {stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"]});

  // connect speaks the browser's protocol with one tab, through a pipe: messages of JSON that end in a zero byte.
  async function connect() {
    const [, , stderr, down, up] = chromium.stdio;
    const waiting = new Map(), heard = [];
    let last = 0, text = "", rest = "";
    stderr.on("data", d => { text += d; });
    chromium.on("error", trouble => { for (const {failed} of waiting.values()) failed(trouble); });
    chromium.on("exit", () => { for (const {failed} of waiting.values()) failed(new Error("chromium ended: " + text)); });
    down.on("error", () => {}); // it ended, which is told above
    up.setEncoding("utf8").on("data", d => {
      const parts = (rest + d).split("\0");
      rest = parts.pop();
      for (const part of parts) {
        const m = JSON.parse(part);
        if (!m.id) { heard.push(m); continue; }
        const {done, failed} = waiting.get(m.id);
        waiting.delete(m.id);
        m.error ? failed(new Error(m.error.message)) : done(m.result);
      }
    });
    const send = (method, params = {}, sessionId) => new Promise((done, failed) => { waiting.set(++last, {done, failed}); down.write(JSON.stringify({id: last, method, params, sessionId}) + "\0"); });
    const {targetId} = await send("Target.createTarget", {url: "about:blank"});
    const {sessionId} = await send("Target.attachToTarget", {targetId, flatten: true});
    const call = (method, params) => send(method, params, sessionId);
    const run = async expression => {
      const {result, exceptionDetails} = await call("Runtime.evaluate", {expression, awaitPromise: true, returnByValue: true});
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      return result.value;
    };
    return {call, run, heard};
  }
  return {chromium, home, connect};
}
