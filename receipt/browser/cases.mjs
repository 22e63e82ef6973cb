// Runs receipt.mjs on vectors, such as clients/vectors/receipts.json.gz, and compares what it finds: node cases.mjs FILE
import {readFileSync} from "node:fs";
import {gunzipSync} from "node:zlib";
import assert from "node:assert/strict";
import {isFeed, verify, verifyFeed, Refusal} from "./receipt.mjs";

/** What both say is alike; the Go package says more. */
function compare(got, want, where = "") {
  for (const [name, value] of Object.entries(got)) {
    const other = want[name];
    if (name === "manifest" || name === "checked" || where === ".signed" && name === "time") continue;
    if (value instanceof Uint8Array) assert.equal(Buffer.from(value).toString("base64"), other, `${where}.${name}`);
    else if (value !== null && typeof value === "object" && !Array.isArray(value)) compare(value, other, `${where}.${name}`);
    else if (name === "inputs") assert.deepEqual(value.map((v) => [v.name, v.digest, v.tree]), other.map((v) => [v.name, v.digest, v.tree ?? false]), where);
    else assert.equal(JSON.stringify(value), JSON.stringify(typeof value === "string" ? String(other) : other ?? (Array.isArray(value) ? [] : other)), `${where}.${name}`);
  }
}

let count = 0;
for (const c of JSON.parse(gunzipSync(readFileSync(process.argv[2])))) {
  let found = "", statement;
  assert.equal(isFeed(c.file), c.is_feed ?? false, `${c.name}: isFeed`);
  try { statement = await (c.feed ? verifyFeed : verify)(c.file, c.trust, {chain: c.chain, task: c.task, digest: c.digest}); } catch (e) {
    if (!(e instanceof Refusal)) { console.error(`${c.name}: no refusal`); throw e; }
    found = e.reason;
  }
  if (c.pairing) { // a proof, right or wrong: it is not checked, and the statement says so
    assert.equal(statement?.evidence.shown.checked, false, c.name);
    if (!c.states) continue;
  } else if (c.reason === "any" ? found === "" : found !== (c.reason ?? "")) throw new Error(`${c.name}: found ${JSON.stringify(found)}, expected ${JSON.stringify(c.reason)}`);
  if (statement) compare(statement, c.feed ? c.states_feed : c.states);
  count++;
}
console.log(`${count} receipts, all as expected`);
