import assert from "node:assert/strict";
import {createServer} from "node:http";
import {createHash} from "node:crypto";
import type {AddressInfo} from "node:net";
import {after, before, test} from "node:test";
import {readFileSync} from "node:fs";
import {Secp256k1, Secp256k1Signature} from "@cosmjs/crypto";
import {Client, CredenceError, DigestMismatch, type Graph, type Job, NoAnswer, NodeError, orderKey, parseManifest, requestId} from "../src/index.js";
import {feeOf} from "../src/client.js";
import {encode, kindOf, type Message, normalJob, normalOrder, orderId, signBytes} from "../src/messages.js";
import {fromBase64, hex, number} from "../src/wire.js";

const sum = (data: string | Buffer) => createHash("sha256").update(data).digest("hex");
const MANIFEST = `credence/result/v1\noutcome RESULT\nreason -\nexit 0\nentries 2\nd - - empty\nf 2 ${sum("hi")} a b\\x5cc.txt\n`;
const TASK = "ab".repeat(32), DIGEST = "sha256:" + sum(MANIFEST), FILE = "/v2/credence/blobs/sha256:" + sum("hi");

const answers = new Map<string, unknown>();
/** What is answered with the status 400. */
const refusals = new Map<string, unknown>();
/** The paths that were asked for. */
const asked: string[] = [];
const server = createServer((req, res) => {
  asked.push(req.url!);
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
    max_price: "300", fuel_limit: "1000", size: "1", pool: "p", datasets: ["d/e:1"], category: "xs"};
  assert.equal(hex(encode("Job", job)), "0a05612f623a3112017812001a1a0a0174120973686132" + "35363a303018022208687474703a2f2f73" + "20642a0863726564656e6365300238ac0248e80750015a01706a05642f653a317a0278738a01009201021200");
  assert.equal(hex(encode("Job", {app: "a/b:1", callback: "feeds/x", onchain: "v"})), "0a05612f623a318a01009201021200ca010766656564732f78c2020176");
});

// The Python client writes the same bytes: its test has the same vector.
test("a publication's encoding", () => {
  const message = {owner: "cred1x", name: "count", version: "1.0", description: "Counts", digest: "sha256:00", size: 300, runtime: "wasm", locators: ["http://s"], price: 7n};
  assert.equal(hex(encode("MsgPublish", message)), "0a066372656431781205636f756e741a03312e302206436f756e74732a097368613235363a303030ac023a047761736d4208687474703a2f2f734807");
});

test("no field is dropped in silence", () => {
  assert.throws(() => encode("Job", {app: "a/b:1", vaucher: "x"}), /Job: this client does not know the fields vaucher/);
  assert.throws(() => encode("Order", {pool: {apps: {audiense: {}}}}), /pool\.apps: .*audiense/);
  assert.throws(() => encode("Job", {args: "x"}), /args: got "x", expected a list/);
  assert.throws(() => encode("Audience", {roles: ["ROLE_X"]}), /roles: got "ROLE_X", expected a role/);
});

// Go writes the vectors: an order of each kind with a value in every field, in another form than the one that is signed.
test("orders", async () => {
  type Vector = {chain: string; order: Message; id: string; sign_bytes: string};
  for (const vector of JSON.parse(readFileSync(new URL("../../../vectors/orders.json", import.meta.url), "utf8")) as Vector[]) {
    const order = normalOrder(vector.order);
    assert.equal(hex(signBytes(order, vector.chain)), vector.sign_bytes);
    assert.equal(await orderId(vector.chain, kindOf(order), order.owner as string, BigInt(order.nonce as string)), vector.id);
    assert.equal(hex(encode("Order", normalOrder(order))), hex(encode("Order", order)));
  }
  for (const order of [{}, {app: {}, pool: {}}]) assert.throws(() => kindOf(order), /exactly one of app, dataset, pool and request/);
});

test("orders are signed, and placed once", async () => {
  const key = await orderKey(Buffer.from(sum("seed"), "hex"));
  const signed = await client.signOrder(key, {nonce: 7, app: {app: "a/b:1", price: 5, tags: ["b", "a", "b"]}});
  assert.deepEqual(signed.order.app!.tags, ["a", "b"]);
  const raw = fromBase64(signed.signature.data.single!.signature), hash = Buffer.from(sum(Buffer.from(signBytes(signed.order as Message, "fake-1"))), "hex");
  assert.ok(await Secp256k1.verifySignature(Secp256k1Signature.fromFixedLength(raw), hash, key.pubkey));
  encode("SignedOrder", signed as unknown as Message);
  await assert.rejects(client.signOrder(key, {...signed.order, owner: "cred1x"}), /owner: got cred1x, expected the account of the key/);
  const signer = {getAccounts: async () => [{address: key.address, algo: "secp256k1" as const, pubkey: key.pubkey}], signDirect: async () => { throw new Error("nothing is to be signed"); }};
  const id = await client.orderId(key.address, "app", 7n);
  answers.set(`/credence/market/v1/orders/${id}`, {order: {id, order: {...signed.order, pool: null}}});
  assert.equal(await client.placeOrder(signer, signed.order), id);
  await assert.rejects(client.placeOrder(signer, {nonce: 7, app: {app: "a/b:1", price: 6}}), /another order under 7/);
});

test("lists go on", async () => {
  answers.set("/credence/market/v1/orders", {orders: [{id: "1"}], pagination: {next_key: null}});
  answers.set("/credence/vouchers/v1/vouchers", {vouchers: [{id: "2"}], pagination: {}});
  const all = async (list: AsyncIterable<{id: string}>) => { const out = []; for await (const {id} of list) out.push(id); return out; };
  assert.deepEqual(await all(client.orders({owner: "cred1x", status: "ORDER_STATUS_RESTING"})), ["1"]);
  assert.equal(asked.at(-1), "/credence/market/v1/orders?owner=cred1x&status=1");
  assert.deepEqual(await all(client.vouchers({holder: "cred1x"})), ["2"]);
});

test("a graph is priced and sent in order", async () => {
  const base = client.rest, stored = await Client.connect(base, {store: base});
  const sent: [string, Uint8Array][][] = [];
  stored.send = async (_, batch) => { sent.push(batch); return {hash: "", height: 1}; };
  const signer = {getAccounts: async () => [{address: "cred1r", algo: "secp256k1" as const, pubkey: new Uint8Array(33)}], signDirect: async () => { throw new Error("nothing is to be signed"); }};
  answers.set("/cosmos/base/tendermint/v1beta1/blocks/latest", {block: {header: {height: "100"}}});
  answers.set("/credence/market/v1/params", {params: {block_millis: "1000"}});
  const fast: Job = {app: "a/b:1", maxPrice: 5n, rest: 10};
  const graph: Graph = {
    merge: {job: {app: "a/b:1", maxPrice: 5n}, after: ["split"], answers: {parts: "count"}, when: {check: [3, 0, 3]}},
    split: {job: fast}, count: {job: fast, answers: {text: "split"}}, check: {job: {app: "a/b:1", maxPrice: 5n, okExit: [3, 0]}},
  };
  const requests = await stored.submitGraph(signer, graph, 40n);
  assert.deepEqual(Object.keys(requests), ["split", "count", "check", "merge"]);
  assert.equal(requests.merge, await requestId("fake-1", "cred1r", 43n));
  assert.deepEqual(sent.map(batch => batch.length), [4]);
  assert.equal(hex(sent[0]![3]![1]), hex(encode("MsgSubmitTask", {requester: "cred1r", nonce: 43, expiry: 100 + 24 * 3600, job: normalJob({
    app: "a/b:1", trust: 1000, fuel_limit: 10n ** 10n, max_price: 5, after: [requests.split],
    inputs: [{name: "parts", size: 64 << 20, locators: [base], tree: true, of: requests.count}], when: [{request: requests.check, exit: [0, 3]}]})})));
  assert.ok(hex(sent[0]![2]![1]).includes("c202052f65786974"), "a node that another one asks for its exit status keeps it");
  for (const name of ["split", "count", "check"]) answers.set(`/credence/market/v1/requests/${requests[name]}`, {request: {height: "5"}});
  assert.deepEqual(await stored.submitGraph(signer, graph, 40n), requests);
  assert.deepEqual(sent[1], [sent[0]![3]]);
  sent.length = 0;
  await stored.submitGraph(signer, Object.fromEntries([...Array(9).keys()].map(i => [`n${i}`, {job: fast}])), 60n);
  assert.deepEqual(sent.map(batch => batch.length), [6, 3]);
  const job: Job = {app: "a/b:1"};
  await assert.rejects(stored.submitGraph(signer, {a: {job, after: ["b"]}, b: {job, after: ["a"]}}), /nodes wait for each other: a waits for b waits for a/);
  await assert.rejects(stored.submitGraph(signer, {a: {job, when: {c: [0]}}}), /node a waits for c, and there is no such node/);
  await assert.rejects(stored.submitGraph(signer, {a: {job: {...job, onchain: "v"}}, b: {job, when: {a: [0]}}}), /node a: its job keeps v on chain/);
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
  answers.set("/credence/apps/v1/dataset_versions/studio/count:1.0", {version: {digest: "sha256:" + sum("data")}});
  assert.equal(await stored.publishDataset(signer, version, Buffer.from("data")), "studio/count:1.0");
  await assert.rejects(stored.publishDataset(signer, version, Buffer.from("other")), /published with other bytes/);
});
