import assert from "node:assert/strict";
import {createServer} from "node:http";
import {createHash} from "node:crypto";
import type {AddressInfo} from "node:net";
import {after, before, test} from "node:test";
import {Client, CredenceError, DigestMismatch, NoAnswer, NodeError, parseManifest, requestId} from "../src/index.js";
import {feeOf} from "../src/client.js";
import {encodeJob, hex, number, publish} from "../src/wire.js";

const sum = (data: string | Buffer) => createHash("sha256").update(data).digest("hex");
const MANIFEST = `credence/result/v1\noutcome RESULT\nreason -\nexit 0\nentries 2\nd - - empty\nf 2 ${sum("hi")} a b\\x5cc.txt\n`;
const TASK = "ab".repeat(32), DIGEST = "sha256:" + sum(MANIFEST), FILE = "/v2/credence/blobs/sha256:" + sum("hi");

const answers = new Map<string, unknown>();
/** What is answered with the status 400. */
const refusals = new Map<string, unknown>();
const server = createServer((req, res) => {
  const path = req.url!.split("?")[0]!, refusal = refusals.get(path), answer = refusal ?? answers.get(path);
  res.statusCode = refusal !== undefined ? 400 : answer === undefined ? 404 : 200;
  res.end(typeof answer === "string" ? answer : JSON.stringify(answer ?? {message: "not found"}));
});
let client: Client;

before(async () => {
  await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  answers.set("/cosmos/base/tendermint/v1beta1/node_info", {default_node_info: {network: "fake-1"}});
  answers.set(`/credence/tasks/v1/tasks/${TASK}/result`, {task: TASK, ending: "ENDING_ACCEPTED", outcome: {kind: "KIND_RESULT", digest: DIGEST}, holders: ["cred1w", "cred1court"], final: true, final_height: "9"});
  answers.set("/credence/workers/v1/workers/cred1w", {worker: {endpoint: base}});
  answers.set("/v2/credence/blobs/" + DIGEST, MANIFEST);
  answers.set(FILE, "hi");
  client = await Client.connect(base);
});
after(() => server.close());

test("every byte is compared", async () => {
  const result = await client.fetch(TASK);
  assert.deepEqual([...result.files].map(([p, c]) => [p, Buffer.from(c).toString()]), [["a b\\c.txt", "hi"]]);
  answers.set(FILE, "ho");
  await assert.rejects(client.fetch(TASK), DigestMismatch);
  answers.set(FILE, "hi");
  answers.set("/v2/credence/blobs/" + DIGEST, MANIFEST.replace("exit 0", "exit 1"));
  await assert.rejects(client.fetch(TASK), DigestMismatch);
  answers.set("/v2/credence/blobs/" + DIGEST, MANIFEST);
});

test("no answer says so", async () => {
  answers.set(`/credence/tasks/v1/tasks/${"cd".repeat(32)}/result`, {ending: "ENDING_VOID", holders: []});
  await assert.rejects(client.fetch("cd".repeat(32)), (e: unknown) => e instanceof NoAnswer && e.state === "ENDING_VOID");
});

test("errors have reasons", async () => {
  const info = {reason: "TRUST", domain: "market", metadata: {code: "17", field: "trust"}};
  const path = `/credence/tasks/v1/tasks/${"ef".repeat(32)}/result`;
  const refused = async (body: unknown) => {
    refusals.set(path, body);
    const e: unknown = await client.fetch("ef".repeat(32)).then(() => null, (trouble: unknown) => trouble);
    assert.ok(e instanceof NodeError);
    return {status: e.status, reason: e.reason, domain: e.domain, metadata: e.metadata};
  };
  const details = [{"@type": "type.googleapis.com/google.rpc.BadRequest"}, {"@type": "type.googleapis.com/google.rpc.ErrorInfo", ...info}];
  assert.deepEqual(await refused({code: 9, message: "trust: got 1", details}), {status: 400, ...info});
  for (const body of ["<html>", "[]", "7", {message: "x"}, {message: "x", details: [7]}, {message: "x", details: null}]) {
    assert.deepEqual(await refused(body), {status: 400, reason: "", domain: "", metadata: {}});
  }
});

test("manifests name no way out, and are complete", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  for (const path of ["../x", "/x", "a/../b", "a//b", "./a", "a\\x00b", ""]) assert.throws(() => parseManifest(bytes(MANIFEST.replace("a b\\x5cc.txt", path))), CredenceError, path);
  for (let n = 0; n < MANIFEST.length; n++) assert.throws(() => parseManifest(bytes(MANIFEST.slice(0, n))), String(n));
});

test("numbers, fees and ids", async () => {
  assert.equal(hex(number(1, 300)), "08ac02");
  assert.throws(() => number(1, 1n << 64n), RangeError);
  assert.equal(feeOf("0.001000000000000000ucred", 3_000_000), 3000n);
  assert.equal(feeOf("0.0015ucred", 1), 1n);
  assert.throws(() => feeOf("1stake", 1), CredenceError);
  assert.equal((await requestId("credence-1", "cred1x", 7n)).length, 64);
});

// The Python client writes the same bytes: its test has the same vector.
test("a job's encoding", () => {
  const job = {app: "a/b:1", args: ["x", ""], inputs: [{name: "t", digest: "sha256:00", size: "2", locators: ["http://s"]}], trust: "100", policy: "credence", min_replicas: 2,
    max_price: "300", fuel_limit: "1000", size: "1", pool: "p", datasets: ["d/e:1"], category: "xs", callback: "", onchain: ""};
  assert.equal(hex(encodeJob(job)), "0a05612f623a3112017812001a1a0a0174120973686132" + "35363a303018022208687474703a2f2f73" + "20642a0863726564656e6365300238ac0248e80750015a01706a05642f653a317a027873");
  const feed = {app: "a/b:1", args: [], inputs: [], trust: "0", policy: "", min_replicas: 0, max_price: "0", fuel_limit: "0", size: "0", pool: "", datasets: [], category: "",
    callback: "feeds/x", onchain: "v"};
  assert.equal(hex(encodeJob(feed)), "0a05612f623a31ca010766656564732f78c2020176");
});

// The Python client writes the same bytes: its test has the same vector.
test("a publication's encoding", () => {
  const message = publish("cred1x", "count", "1.0", "Counts", "sha256:00", 300, "wasm", ["http://s"], 7n);
  assert.equal(hex(message), "0a066372656431781205636f756e741a03312e302206436f756e74732a097368613235363a303030ac023a047761736d4208687474703a2f2f734807");
});

test("the same bytes are published once, and others need another version", async () => {
  const base = client.rest, stored = await Client.connect(base, {store: base});
  const signer = {getAccounts: async () => [{address: "cred1p", algo: "secp256k1" as const, pubkey: new Uint8Array(33)}], signDirect: async () => { throw new Error("nothing is to be signed"); }};
  answers.set("/v2/credence/blobs/uploads/", "");
  answers.set("/credence/orgs/v1/organisation_of/cred1p", {organisation: {id: "studio"}});
  answers.set("/credence/apps/v1/versions/studio/count:1.0", {version: {digest: "sha256:" + sum("module")}});
  const version = {name: "count", version: "1.0", description: "Counts"};
  assert.equal(await stored.publish(signer, version, Buffer.from("module")), "studio/count:1.0");
  await assert.rejects(stored.publish(signer, version, Buffer.from("other")), /published with other bytes/);
  await assert.rejects(client.publish(signer, version, Buffer.from("module")), /no store was named/);
});
