import assert from "node:assert/strict";
import {spawnSync} from "node:child_process";
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {gunzipSync} from "node:zlib";
import {test} from "node:test";
import {isFeed, Refusal, verify, verifyFeed} from "../receipt.mjs";

interface Vector {
  name: string; file: string; trust: string; chain?: string; task?: string; digest?: string; reason?: string; feed?: boolean; is_feed?: boolean; pairing?: boolean;
  states?: {answer: {digest: string}; work: {app: string}};
}
/** The vectors that all verifiers share: this one, the Python client's, and the Go package receipt. */
const vectors = JSON.parse(gunzipSync(readFileSync(new URL("../../../vectors/receipts.json.gz", import.meta.url))).toString()) as Vector[];

test("every vector is judged as the Go package judges it", async () => {
  assert.ok(vectors.length > 80);
  for (const v of vectors) {
    const expected = {...v.chain && {chain: v.chain}, ...v.task && {task: v.task}, ...v.digest && {digest: v.digest}};
    let found = "";
    try {
      if (v.feed) await verifyFeed(v.file, v.trust, expected);
      else {
        const s = await verify(v.file, v.trust, expected);
        if (v.states) assert.equal(s.answer.digest, v.states.answer.digest, v.name);
        if (v.pairing) assert.equal(s.evidence.shown?.checked, false, v.name);
      }
    } catch (e) {
      if (!(e instanceof Refusal)) throw e;
      found = e.reason;
    }
    assert.equal(found, v.pairing ? "" : v.reason ?? "", v.name);
    assert.equal(isFeed(v.file), v.is_feed ?? false, v.name);
  }
});

test("the example says what is proven, what is not, and what it could not check", () => {
  const folder = mkdtempSync(join(tmpdir(), "credence-"));
  const run = (name: string) => {
    const v = vectors.find((one) => one.name === name)!, file = join(folder, "receipt.json");
    writeFileSync(file, v.file);
    const ran = spawnSync(process.execPath, [fileURLToPath(new URL("../examples/verify.js", import.meta.url)), file, v.trust], {encoding: "utf8"});
    return {status: ran.status, out: ran.stdout, err: ran.stderr, vector: v};
  };
  try {
    const right = run("right, by a block");
    assert.deepEqual([right.status, right.err], [0, ""]);
    assert.match(right.out, new RegExp("^proven " + right.vector.states!.answer.digest));
    const few = run("two thirds");
    assert.deepEqual([few.status, few.out], [15, ""]);
    assert.match(few.err, /not proven \(power\)/);
    const proof = run("proven");
    assert.equal(proof.status, 1);
    assert.match(proof.out, /^partly checked/);
    assert.match(proof.err, /NOT CHECKED: the proof/);
  } finally {
    rmSync(folder, {recursive: true});
  }
});
