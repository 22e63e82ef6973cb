// Verifies receipts (docs/receipts.md) in a browser or in Node 20: the same checks, in the same order and with the same
// reasons, as the Go package receipt. It imports nothing and asks nobody. SHA-256 and Ed25519 are WebCrypto's; signatures at the
// edges of Ed25519 that CometBFT takes and WebCrypto does not (ZIP 215) are refused here.
//
//   const statement = await verify(text, "5E1F...9A", {chain: "credence-1"});   // throws a Refusal
//   const feed = await verifyFeed(text, "5E1F...9A");                            // of a feed; isFeed(text) says which it is

export const FORMAT = "credence/receipt/v1";
export const FEED_FORMAT = "credence/feed-receipt/v1";
const MAX_BYTES = 16 << 20, MAX_PATH = 1000, MAX_VALIDATORS = 1000, MAX_POWER = (1n << 63n) / 8n;

/** Why a receipt proves nothing: a reason for programs, and a sentence for people. */
export class Refusal extends Error {
  constructor(reason, what) { super(what); this.name = "Refusal"; this.reason = reason; }
}
const refuse = (reason, what) => { throw new Refusal(reason, what); };

// --- bytes ---
const concat = (...parts) => {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) { out.set(p, at); at += p.length; }
  return out;
};
const equal = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);
const hex = (b) => Array.from(b, (x) => x.toString(16).padStart(2, "0")).join("");
const HEX = (b) => hex(b).toUpperCase();
const utf8 = (text) => new TextEncoder().encode(text);
const sha256 = async (b) => new Uint8Array(await crypto.subtle.digest("SHA-256", b));
const EMPTY = new Uint8Array();

function unhex(text) {
  if (!/^([0-9a-fA-F]{2})*$/.test(text)) return null;
  return Uint8Array.from(text.match(/../g) ?? [], (d) => parseInt(d, 16));
}

function unbase64(what, text) {
  if (text === undefined || text === null) return EMPTY;
  if (typeof text !== "string" || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) refuse("format", `${what}: expected base64`);
  let raw;
  try { raw = atob(text); } catch { refuse("format", `${what}: expected base64`); }
  if (btoa(raw) !== text) refuse("format", `${what}: it is not in the one encoding of base64`);
  return Uint8Array.from(raw, (c) => c.charCodeAt(0));
}

// --- addresses ---
const LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l", PREFIX = "cred";

function checksum(groups) {
  let sum = 1;
  for (const g of groups) {
    const top = sum >>> 25;
    sum = (sum & 0x1ffffff) << 5 ^ g;
    [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3].forEach((generator, i) => { if (top >> i & 1) sum ^= generator; });
  }
  return sum ^ 1;
}

/** The text of an account: bech32. */
function address(raw) {
  const groups = [];
  let held = 0, bits = 0;
  for (const byte of raw) {
    held = held << 8 | byte;
    for (bits += 8; bits >= 5; bits -= 5) groups.push(held >> bits - 5 & 31);
    held &= (1 << bits) - 1;
  }
  if (bits > 0) groups.push(held << 5 - bits & 31);
  const prefix = [...PREFIX].map((c) => c.charCodeAt(0));
  const sum = checksum([...prefix.map((c) => c >> 5), 0, ...prefix.map((c) => c & 31), ...groups, 0, 0, 0, 0, 0, 0]);
  for (let i = 5; i >= 0; i--) groups.push(sum >> 5 * i & 31);
  return PREFIX + "1" + groups.map((g) => LETTERS[g]).join("");
}

// --- protobuf ---
function varint(b, at) {
  let value = 0n, shift = 0n;
  for (let n = 0; n < 10; n++) {
    if (at >= b.length) throw new Error("it is cut off");
    const byte = b[at++];
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) {
      if (byte === 0 && n > 0 || value >= 1n << 64n) throw new Error("a number is not in its one encoding");
      return [value, at];
    }
    shift += 7n;
  }
  throw new Error("a number is too long");
}

function putVarint(value) {
  const out = [];
  for (value = BigInt.asUintN(64, value); value >= 128n; value >>= 7n) out.push(Number(value & 127n) | 128);
  out.push(Number(value));
  return Uint8Array.from(out);
}
const putBytes = (number, b) => concat(putVarint(BigInt(number << 3 | 2)), putVarint(BigInt(b.length)), b);
const putFixed = (number, value) => {
  const out = new Uint8Array(9);
  out[0] = number << 3 | 1;
  new DataView(out.buffer).setBigUint64(1, BigInt.asUintN(64, value), true);
  return out;
};

/** The fields of a message by number, each a list of BigInts and bytes in their order. */
function fields(b) {
  const out = new Map();
  for (let at = 0; at < b.length;) {
    let tag, value;
    [tag, at] = varint(b, at);
    const number = Number(tag >> 3n), kind = Number(tag & 7n);
    if (number < 1) throw new Error("a field without a number");
    if (kind === 0) {
      [value, at] = varint(b, at);
    } else if (kind === 2) {
      let size;
      [size, at] = varint(b, at);
      if (size > BigInt(b.length - at)) throw new Error("it is cut off");
      value = b.subarray(at, at += Number(size));
    } else if (kind === 1 || kind === 5) {
      at += kind === 1 ? 8 : 4;
      if (at > b.length) throw new Error("it is cut off");
      value = null;
    } else throw new Error("a field of an unknown kind");
    if (!out.has(number)) out.set(number, []);
    out.get(number).push(value);
  }
  return out;
}
const last = (f, number) => f.get(number)?.at(-1);
function number(f, n) {
  const v = last(f, n);
  if (v !== undefined && typeof v !== "bigint") throw new Error(`field ${n}: expected a number`);
  return v ?? 0n;
}
const signed = (f, n) => BigInt.asIntN(64, number(f, n));
function bytes(f, n, size) {
  const v = last(f, n);
  if (v === undefined) return size === undefined ? EMPTY : new Uint8Array(size);
  if (!(v instanceof Uint8Array) || size !== undefined && v.length !== size) throw new Error(`field ${n}: expected ${size ?? "some"} bytes`);
  return v;
}
const text = (f, n) => new TextDecoder("utf-8", {fatal: true}).decode(bytes(f, n));
const each = (f, n) => (f.get(n) ?? []).map((v) => { if (!(v instanceof Uint8Array)) throw new Error(`field ${n}: expected bytes`); return v; });
const within = (f, n) => fields(bytes(f, n));

/** Refuses fields that a signed message does not have, twice the same, fields out of order, and zeros, which are left out unless they are always written. */
function strict(b, known, repeated = [], always = []) {
  const seen = new Set();
  let before = 0;
  for (let at = 0; at < b.length;) {
    let tag;
    [tag, at] = varint(b, at);
    const n = Number(tag >> 3n), kind = Number(tag & 7n);
    if (known[n] !== kind || n < before || n === before && !repeated.includes(n)) throw new Error("it is not in its one encoding");
    before = n;
    seen.add(n);
    let v;
    [v, at] = varint(b, at); // a number, or the length of bytes
    if (v === 0n && !repeated.includes(n) && !always.includes(n)) throw new Error("it is not in its one encoding");
    if (kind === 2) at += Number(v);
  }
  if (!always.every((n) => seen.has(n))) throw new Error("it is not in its one encoding");
  return fields(b);
}

/** Runs what reads bytes of others: whatever goes wrong is a refusal. */
function reading(reason, what, read) {
  try { return read(); } catch (e) {
    if (e instanceof Refusal) throw e;
    return refuse(reason, `${what} cannot be read: ${e.message}`);
  }
}

// --- trees ---
async function merkle(leaves) {
  if (leaves.length === 0) return sha256(EMPTY);
  if (leaves.length === 1) return sha256(concat(Uint8Array.of(0), leaves[0]));
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return sha256(concat(Uint8Array.of(1), await merkle(leaves.slice(0, split)), await merkle(leaves.slice(split))));
}

/** ReadVarint of Go: zigzag. */
function zigzag(b, at) {
  const [v, next] = varint(b, at);
  return [v & 1n ? -(v >> 1n) - 1n : v >> 1n, next];
}

/** The heights, sizes and versions that begin every node of an IAVL tree; see validateIavlOps of ics23. */
function checkIAVL(prefix, layer) {
  let at = 0, v, height;
  for (let i = 0; i < 3; i++) {
    [v, at] = zigzag(prefix, at);
    if (v < 0n) throw new Error("a node of the tree is broken");
    if (i === 0) height = v;
  }
  const rest = prefix.length - at;
  if (height < BigInt(layer) || (layer === 0 ? rest !== 0 : rest !== 1 && rest !== 34)) throw new Error("a node of the tree is broken");
}

const SPECS = {
  iavl: {min: 4, max: 12, child: 33, iavl: true},
  simple: {min: 1, max: 1, child: 32, iavl: false},
};

/** Reads an ics23.CommitmentProof that a key exists and computes the root that it leads to. */
async function existence(what, encoded, spec) {
  const p = reading("proof", what, () => {
    const exist = last(strict(encoded, {1: 2}), 1);
    if (!exist) refuse("proof", `${what} is no proof that a key exists`);
    const f = strict(exist, {1: 2, 2: 2, 3: 2, 4: 2}, [4]);
    if (!f.has(3)) refuse("proof", `${what} is no proof that a key exists`);
    const leaf = strict(bytes(f, 3), {1: 0, 2: 0, 3: 0, 4: 0, 5: 2});
    const prefix = bytes(leaf, 5);
    if (number(leaf, 1) !== 1n || number(leaf, 2) !== 0n || number(leaf, 3) !== 1n || number(leaf, 4) !== 1n || prefix[0] !== 0) throw new Error("its leaf is of another tree");
    if (spec.iavl) checkIAVL(prefix, 0);
    const key = bytes(f, 1), value = bytes(f, 2), steps = each(f, 4);
    if (key.length === 0 || value.length === 0 || steps.length > 128) throw new Error("it is no path of the tree");
    return {key, value, prefix, steps: steps.map((step, i) => {
      const op = strict(step, {1: 0, 2: 2, 3: 2});
      const before = bytes(op, 2), after = bytes(op, 3);
      if (number(op, 1) !== 1n) throw new Error("a step has another hash");
      if (spec.iavl) checkIAVL(before, i + 1);
      if (before[0] === 0 || before.length < spec.min || before.length > spec.max + spec.child || after.length % spec.child !== 0) throw new Error("a step is of another tree");
      return [before, after];
    })};
  });
  let root = await sha256(concat(p.prefix, putVarint(BigInt(p.key.length)), p.key, putVarint(32n), await sha256(p.value)));
  for (const [before, after] of p.steps) root = await sha256(concat(before, root, after));
  return {...p, root};
}

// --- headers ---
const HEADER = {1: 2, 2: 2, 3: 0, 4: 2, 5: 2, 6: 2, 7: 2, 8: 2, 9: 2, 10: 2, 11: 2, 12: 2, 13: 2, 14: 2};

async function readHeader(encoded) {
  const h = reading("header", "a header", () => {
    const f = strict(encoded, HEADER, [], [1, 4, 5]);
    const version = strict(bytes(f, 1), {1: 0, 2: 0});
    const out = {
      fields: f, chain: text(f, 2), height: signed(f, 3), time: strict(bytes(f, 4), {1: 0, 2: 0}), validators: bytes(f, 8), next: bytes(f, 9), app: bytes(f, 11),
    };
    if (number(version, 1) !== 11n || out.height < 1n || out.validators.length !== 32 || out.next.length !== 32 && out.next.length !== 0 || bytes(f, 14).length !== 20) {
      refuse("header", `the header of height ${out.height} is broken`);
    }
    return out;
  });
  const leaves = [];
  for (let n = 1; n <= 14; n++) {
    const v = last(h.fields, n);
    if (v === undefined || v === 0n || v.length === 0) leaves.push(EMPTY);
    else if (n === 1 || n === 4 || n === 5) leaves.push(v); // messages as they are
    else if (n === 3) leaves.push(concat(Uint8Array.of(8), putVarint(v)));
    else leaves.push(putBytes(1, v));
  }
  h.hash = await merkle(leaves);
  return h;
}

async function readSet(list) {
  if (!Array.isArray(list) || list.length < 1 || list.length > MAX_VALIDATORS) refuse("set", `a set of ${list?.length ?? 0} validators, expected 1 to ${MAX_VALIDATORS}`);
  const leaves = list.map((v, i) => unbase64(`validator ${i}`, v)), validators = [], known = new Set();
  let total = 0n;
  for (const [i, leaf] of leaves.entries()) {
    const [key, power] = reading("set", `validator ${i}`, () => {
      const f = strict(leaf, {1: 2, 2: 0});
      if (!f.has(1)) refuse("set", `validator ${i} has no key`);
      return [bytes(strict(bytes(f, 1), {1: 2}), 1, 32), signed(f, 2)];
    });
    const address = (await sha256(key)).slice(0, 20);
    if (known.has(hex(address))) refuse("set", `validator ${i}, ${HEX(address)}, is in the set twice`);
    known.add(hex(address));
    if (power < 1n || power > MAX_POWER - total) refuse("set", `validator ${i} has the power ${power}, expected 1 or more, and less than 2^60 together`);
    total += power;
    validators.push({key, address, power});
  }
  return {validators, total, hash: await merkle(leaves)};
}

/** What a validator signs: the canonical vote, with its length before it. */
function voteBytes(chain, commit, signature) {
  const parts = [Uint8Array.of(8, 2), putFixed(2, commit.height)];
  if (commit.round !== 0n) parts.push(putFixed(3, commit.round));
  if (signature.flag === 2n) {
    const total = commit.total === 0n ? EMPTY : concat(Uint8Array.of(8), putVarint(commit.total));
    const set = concat(total, commit.parts.length ? putBytes(2, commit.parts) : EMPTY);
    parts.push(putBytes(4, concat(putBytes(1, commit.hash), putBytes(2, set))));
  }
  parts.push(putBytes(5, signature.time), putBytes(6, utf8(chain)));
  const vote = concat(...parts);
  return concat(putVarint(BigInt(vote.length)), vote);
}

async function checkCommit(h, set, encoded) {
  const commit = reading("signature", `the commit of height ${h.height}`, () => {
    const f = strict(encoded, {1: 0, 2: 0, 3: 2, 4: 2}, [4], [3]);
    const id = strict(bytes(f, 3), {1: 2, 2: 2}, [], [2]), parts = strict(bytes(id, 2), {1: 0, 2: 2});
    return {
      height: signed(f, 1), round: signed(f, 2), hash: bytes(id, 1), total: number(parts, 1), parts: bytes(parts, 2),
      signatures: each(f, 4).map((one) => {
        const s = strict(one, {1: 0, 2: 2, 3: 2, 4: 2}, [], [3]);
        return {flag: number(s, 1), address: bytes(s, 2), time: bytes(s, 3), signature: bytes(s, 4)};
      }),
    };
  });
  if (commit.height !== h.height) refuse("height", `the signatures are for height ${commit.height}, the header is of height ${h.height}`);
  if (!equal(commit.hash, h.hash)) refuse("header", `the signatures are for the block ${HEX(commit.hash)}, but the header of height ${h.height} is that of block ${HEX(h.hash)}`);
  if (commit.signatures.length !== set.validators.length) refuse("signature", `the commit of height ${h.height} has ${commit.signatures.length} places for signatures, expected one for each of the ${set.validators.length} validators`);
  let power = 0n, signers = 0, wrong = -1;
  for (const [i, s] of commit.signatures.entries()) {
    const v = set.validators[i];
    if (s.flag === 1n) {
      if (s.address.length || s.signature.length) refuse("signature", `place ${i} of height ${h.height} is empty and has a signature`);
      continue;
    }
    if (s.flag !== 2n && s.flag !== 3n) refuse("signature", `place ${i} of height ${h.height} has the unknown flag ${s.flag}`);
    if (!equal(s.address, v.address)) refuse("signature", `validator address mismatch at index ${i}: expected ${HEX(v.address)}, got ${HEX(s.address)}`);
    let right = false;
    try {
      const key = await crypto.subtle.importKey("raw", v.key, {name: "Ed25519"}, false, ["verify"]);
      right = await crypto.subtle.verify("Ed25519", key, s.signature, voteBytes(h.chain, commit, s));
    } catch { /* a key or a signature of another form */ }
    if (!right) { wrong = wrong < 0 ? i : wrong; continue; }
    if (s.flag === 2n) { power += v.power; signers++; }
  }
  if (wrong >= 0) refuse("signature", `the signatures of height ${h.height}: wrong signature (#${wrong})`);
  const needed = set.total * 2n / 3n;
  if (power <= needed) refuse("power", `the header of height ${h.height} is signed by the power ${power} of ${set.total}, expected more than ${needed}`);
  return {power, signers};
}

async function checkPath(chain, path) {
  if (!Array.isArray(path) || path.length < 1 || path.length > MAX_PATH) refuse("format", `path: got ${path?.length ?? 0} headers, expected 1 to ${MAX_PATH}`);
  const all = [];
  for (const link of path) {
    const h = await readHeader(unbase64("header", link.header));
    if (h.chain !== chain) refuse("chain", `the header of height ${h.height} is of the chain ${JSON.stringify(h.chain)}, expected ${JSON.stringify(chain)}`);
    const set = await readSet(link.validators);
    if (!equal(set.hash, h.validators)) refuse("set", `the validators hash to ${HEX(set.hash)}, but the header of height ${h.height} names the set ${HEX(h.validators)}`);
    const counted = await checkCommit(h, set, unbase64("commit", link.commit));
    const before = all.at(-1);
    if (before && h.height <= before.height) refuse("height", `path: height ${h.height} comes after height ${before.height}`);
    if (before && !equal(h.validators, before.next)) refuse("set", `path: height ${h.height} is signed by the set ${HEX(h.validators)}, but height ${before.height} names the set ${HEX(before.next)}`);
    all.push({...h, set, ...counted});
  }
  return all;
}

/** Reads HASH of a set of validators, or HEIGHT:HASH of a block. */
export function parseTrust(text) {
  const [, height, digits] = /^(?:([1-9][0-9]{0,18}):)?([0-9a-fA-F]{64})$/.exec(text) ?? [];
  if (!digits) throw new Error("expected the hash of a set of validators, 64 hexadecimal digits, or HEIGHT:HASH of a block");
  return {height: height ? BigInt(height) : 0n, hash: unhex(digits)};
}
const trusted = (t, h) => t.height === 0n ? equal(t.hash, h.validators) : t.height === h.height && equal(t.hash, h.hash);

// --- records ---
async function record(what, r, store, key, app) {
  const value = unbase64(`${what}.value`, r?.value);
  const inStore = await existence(`${what}.proof`, unbase64(`${what}.proof`, r?.proof), SPECS.iavl);
  if (!equal(inStore.key, key)) refuse("proof", `${what}: the proof is of the key ${hex(inStore.key)}, expected ${hex(key)}: it is that of something else`);
  if (!equal(inStore.value, value)) refuse("proof", `${what}: its value is not the one that the proof proves`);
  const stores = await existence(`${what}.store_proof`, unbase64(`${what}.store_proof`, r?.store_proof), SPECS.simple);
  if (!equal(stores.key, utf8(store)) || !equal(stores.value, inStore.root) || !equal(stores.root, app)) {
    refuse("proof", `${what}: its proof does not lead to the app hash ${HEX(app)} of the header`);
  }
  return reading("record", what, () => fields(value));
}

const KINDS = ["UNSPECIFIED", "RESULT", "APP_FAILED", "INPUT_UNAVAILABLE", "ABSTAIN"];
const ENDINGS = ["NONE", "ACCEPTED", "CANCELLED", "NO_WORKER", "TOO_FEW_ORGANISATIONS", "INPUT_UNAVAILABLE", "ABSTAINED", "VOID", "COURT_SILENT", "BROKEN", "UNDECIDED", "COURT_UNPAID", "EVIDENCE_STOPPED"];
const AUDITS = ["not over", "unopposed", "upheld", "overturned", "no answer", "undecided", "unserved"];
const digest = (b) => "sha256:" + hex(b);
const outcome = (f) => ({kind: Number(number(f, 1)), digest: bytes(f, 2, 32), fuel: number(f, 3)});
const same = (a, b) => a.kind === b.kind && a.fuel === b.fuel && equal(a.digest, b.digest);

function checkFinal(task, height) {
  const ending = Number(number(task, 12)), phase = number(task, 5), kind = outcome(within(task, 14)).kind;
  if (ending === 0) refuse("running", `the task had not ended at height ${height}: there was no accepted answer`);
  if (ending !== 1) refuse("refunded", `the task ended as ${ENDINGS[ending] ?? "ending " + ending}, without an answer, and was refunded`);
  if (phase === 11n) refuse("provisional", `the answer was accepted and could be challenged until height ${signed(within(task, 40), 1)}; the receipt is of height ${height}. Ask for another one then`);
  if (phase !== 10n) refuse("provisional", `the answer was accepted, and was before the court at height ${height}. Ask for another receipt when the court has spoken`);
  if (kind !== 1 && kind !== 2) refuse("record", `the accepted answer is ${KINDS[kind]}, which is none`);
}

/** The organisations of the seats that revealed an outcome. */
const gave = (seats, verdict) => seats.map(fields).filter((s) => number(s, 5) === 3n && same(outcome(within(s, 7)), verdict)).map((s) => text(s, 2));

/**
 * Verifies the text of a receipt against a trust (parseTrust). Expected may have chain, task and digest. Returns what is proven;
 * throws a Refusal otherwise.
 */
export async function verify(file, trust, expected = {}) {
  if (typeof trust === "string") trust = parseTrust(trust);
  const r = readFile(file, FORMAT, ordered);
  const id = /^[0-9a-f]{64}$/.test(r.task) ? unhex(r.task) : refuse("format", "task: expected 64 lower-case hexadecimal digits");
  if (expected.chain && r.chain !== expected.chain) refuse("chain", `the receipt is of the chain ${JSON.stringify(r.chain)}, expected ${JSON.stringify(expected.chain)}`);
  if (expected.task && r.task !== expected.task) refuse("record", `the receipt is of the task ${r.task}, expected ${expected.task}`);

  const path = await checkPath(r.chain, r.path), end = path.at(-1);
  checkHeight(r, end);
  const task = await record("task_record", r.task_record, "tasks", concat(Uint8Array.of(1), id), end.app);
  const dealID = reading("record", "task_record", () => bytes(task, 2, 32));
  const deal = await record("deal_record", r.deal_record, "deals", concat(Uint8Array.of(1), dealID), end.app);
  const requestID = reading("record", "deal_record", () => bytes(deal, 2, 32));
  const request = await record("request_record", r.request_record, "market", concat(Uint8Array.of(5), requestID), end.app);
  const s = reading("record", "a record", () => {
    if (!equal(bytes(task, 1, 32), id) || !equal(bytes(deal, 1, 32), dealID) || !equal(bytes(request, 1, 32), requestID)) refuse("record", "a record has another id than the key under which it is stored");
    const from = reach(trust, path);
    checkFinal(task, r.height);
    return state(r, task, deal, request, path, from);
  });
  await addShown(s, r, task, deal, request, end.app);
  if (expected.digest && expected.digest !== s.answer.digest) {
    if (expected.digest === s.evidence.overturned) refuse("overturned", `the court overturned the answer ${expected.digest}; the accepted answer is ${s.answer.digest}`);
    refuse("digest", `the accepted answer is ${s.answer.digest}, not ${expected.digest}`);
  }
  const manifest = unbase64("manifest", r.manifest);
  if (manifest.length) {
    const got = digest(await sha256(manifest));
    if (got !== s.answer.digest) refuse("manifest", `the manifest is not that of the accepted answer: it hashes to ${got}, expected ${s.answer.digest}`);
    s.answer.manifest = new TextDecoder().decode(manifest);
  }
  return s;
}

/** Says whether a text calls itself the receipt of a feed, and is for verifyFeed. */
export function isFeed(file) {
  try { return file.length <= MAX_BYTES && JSON.parse(file)?.format === FEED_FORMAT; } catch { return false; }
}

/**
 * Verifies the text of a feed's receipt against a trust. Expected may have chain. Returns what the latest value of the feed was at a
 * height, its bytes as a Uint8Array; throws a Refusal otherwise.
 */
export async function verifyFeed(file, trust, expected = {}) {
  if (typeof trust === "string") trust = parseTrust(trust);
  const r = readFile(file, FEED_FORMAT, orderedFeed);
  if (expected.chain && r.chain !== expected.chain) refuse("chain", `the receipt is of the chain ${JSON.stringify(r.chain)}, expected ${JSON.stringify(expected.chain)}`);
  if (expected.task || expected.digest) refuse("record", "the receipt is of a feed, expected one of a task");
  const id = /^[0-9a-f]{64}$/.test(r.feed) ? unhex(r.feed) : refuse("format", "feed: expected 64 lower-case hexadecimal digits");
  const path = await checkPath(r.chain, r.path), end = path.at(-1);
  checkHeight(r, end);
  const feed = await record("feed_record", r.feed_record, "feeds", concat(Uint8Array.of(1), id), end.app);
  return reading("record", "the record of the feed", () => {
    const s = feedState(r, feed);
    if (!equal(bytes(feed, 1, 32), id)) refuse("record", "the record has another id than the key under which it is stored");
    const from = reach(trust, path);
    if (!feed.has(14)) refuse("running", `the feed had no value at height ${r.height}`);
    s.signed = signedBy(r.height, path, from);
    return s;
  });
}

function feedState(r, feed) {
  const value = within(feed, 14), account = address(bytes(feed, 3)), n = (f, i) => signed(f, i).toString();
  return {
    chain: r.chain, feed: r.feed, owner: text(feed, 2) || account, name: text(feed, 4), account, app: text(feed, 6), min_trust: number(feed, 7).toString(),
    policy: text(feed, 8), shared: number(feed, 5) !== 0n,
    value: {
      data: bytes(value, 1), asked: n(value, 2), asked_time: n(value, 3), height: n(value, 6), time: n(value, 7), task: hex(bytes(value, 5, 32)),
      digest: digest(bytes(value, 11, 32)), trust: number(value, 8).toString(), policy: text(value, 9), app_version: text(value, 10),
    },
  };
}

/** Reads a file of a format, which has to be in its one encoding. */
function readFile(file, format, order) {
  if (file.length > MAX_BYTES) refuse("format", `the file has ${file.length} bytes, expected at most ${MAX_BYTES}`);
  let r;
  try { r = JSON.parse(file); } catch (e) { refuse("format", `the file is no receipt, or a part of one: ${e.message}`); }
  if (r === null || typeof r !== "object" || r.format !== format) refuse("format", `format: expected ${format}; a newer program may be able to read it`);
  if (typeof r.height !== "string" || !/^(0|[1-9][0-9]{0,18})$/.test(r.height)) refuse("format", "height: expected a number in quotes");
  if (JSON.stringify(order(r), null, 2) + "\n" !== file) refuse("format", "the file is not in the one encoding that receipts have; it was changed after it was made");
  return r;
}

function checkHeight(r, end) {
  if (end.height - 1n !== BigInt(r.height)) refuse("height", `the receipt is of the state of height ${r.height}, and the header of height ${end.height} holds that of height ${end.height - 1n}`);
}

/** The first header of a path that is trusted. */
function reach(trust, path) {
  const from = path.findIndex((h) => trusted(trust, h));
  if (from < 0) refuse("untrusted", `what is trusted is none of its ${path.length} headers or their validators; the first of them is signed by the set ${HEX(path[0].validators)}`);
  return from;
}

// --- evidence ---
const u64 = (n) => { const out = new Uint8Array(8); new DataView(out.buffer).setBigUint64(0, BigInt.asUintN(64, n)); return out; };
/** H of docs/protocol.md: SHA-256 over the fields, each after its length. */
const H = (...parts) => sha256(concat(...parts.flatMap((p) => [u64(BigInt(p.length)), p])));
const texts = (list) => H(...list);
const flag = (b) => Uint8Array.of(b ? 1 : 0);
const EVIDENCE = {proven: 1, attested: 2}, ATTESTATION = 128, MIB = 1n << 20n;
/** Memory that a task has where its deal does not say, and the most; the most that its files may hold. As poco/contract has it. */
const RUNTIMES = {wasm: [1024n * MIB, 65535n << 16n, 64n * MIB], circuit: [1024n * MIB, 65535n << 16n, 64n * MIB], oci: [1024n * MIB, 65536n * MIB, 64n * MIB]};
/** The fields of an execution that inputsDigest knows are 1 to this. */
const LAST_EXECUTION_FIELD = 12;
const SYSTEMS = ["", "RISC Zero", "SP1", "circuit"], PLATFORMS = ["", "TDX", "SEV-SNP", "software"];
const min = (a, b) => a < b ? a : b;
const varints = (f, n) => (f.get(n) ?? []).flatMap((v) => {
  if (typeof v === "bigint") return [v];
  const out = [];
  for (let at = 0, one; at < v.length;) { [one, at] = varint(v, at); out.push(one); }
  return out;
});

/** The digest of a task's inputs, and of how it is run: protocol.md, section 2. */
async function inputsDigest(id, task, deal, job) {
  const e = within(job, 30), terms = within(deal, 16), limits = RUNTIMES[text(deal, 12)] ?? refuse("record", "the deal's runtime is not known");
  const index = number(task, 3), seed = bytes(e, 7), resources = within(deal, 41), ok = varints(e, 1);
  const run = await H(utf8("credence/run/v1"), u64(signed(e, 6) || signed(deal, 25)), seed.length ? await H(utf8("credence/run-seed/v1"), seed, u64(index)) : await H(id),
    await texts((ok.length ? ok : varints(deal, 51)).map(u64)), bytes(e, 2), bytes(e, 9), bytes(deal, 31), bytes(e, 11), flag(number(e, 8) !== 0n),
    u64(number(terms, 11)), u64(number(resources, 2) === 0n ? limits[0] : min(number(resources, 2), limits[1])),
    u64(number(resources, 3) === 0n ? limits[2] : min(number(resources, 3), limits[2])), ...bytes(e, 12).length ? [putBytes(12, bytes(e, 12))] : []);
  const all = each(deal, 29).map(fields), k = Number(number(deal, 30)), from = Number(index) * k;
  const sets = (k === 0 ? all : all.slice(from, from + k)).map((f) => bytes(f, 3, 32));
  const files = each(job, 3).map(fields).flatMap((f) => [bytes(f, 1), bytes(f, 2, 32), flag(number(f, 5) !== 0n)]);
  return H(utf8("credence/inputs/v2"), u64(index), await texts(each(job, 2)), await texts(each(e, 4)), bytes(e, 3), await texts(files), await texts(sets), run);
}

/**
 * Checks the evidence of a receipt again, as the Go package does, but for the arithmetic of proofs: of those it says checked: false, and
 * only what they would be checked against.
 */
async function addShown(s, r, task, deal, request, app) {
  if (!r.shown) return;
  const kind = EVIDENCE[s.evidence.policy], evidence = unbase64("shown.evidence", r.shown.evidence), verdict = outcome(within(task, 14));
  const seat = reading("record", "task_record", () => each(task, 9).map(fields).find((f) => number(f, 5) === 3n && same(outcome(within(f, 7)), verdict)));
  if (!kind || !seat) refuse("evidence", `shown: the receipt has evidence, and the answer was accepted under the policy "${s.evidence.policy}", which asks for none`);
  if (kind === 2 && evidence.length !== ATTESTATION) refuse("evidence", `shown: evidence of ${evidence.length} bytes, expected the ${ATTESTATION} of a key and a signature`);
  const job = within(request, 5), id = bytes(task, 1, 32), worker = address(bytes(seat, 1));
  if ([...within(job, 30).keys()].some((n) => n > LAST_EXECUTION_FIELD)) refuse("record", "the job has a field that this verifier does not know; take a newer one");
  const statement = await H(utf8("credence/evidence/v1"), utf8(r.chain), id, u64(number(task, 4)), utf8(worker), Uint8Array.of(kind), bytes(deal, 11, 32),
    await inputsDigest(id, task, deal, job), Uint8Array.of(verdict.kind), verdict.digest, u64(verdict.fuel));
  const out = s.evidence.shown = {statement: hex(statement), worker, checked: kind === 2};
  if (kind === 1) {
    const v = await record("shown.basis", r.shown.basis, "verifiers", concat(Uint8Array.of(1), bytes(deal, 60)), app);
    Object.assign(out, {verifier: text(v, 1), system: SYSTEMS[Number(number(v, 2))], program: hex(bytes(deal, 61, 32)), ...(v.has(9) && {stopped: true})});
    return;
  }
  const key = evidence.slice(0, 64), who = bytes(seat, 1);
  const e = await record("shown.basis", r.shown.basis, "enclaves", concat(Uint8Array.of(5), putVarint(BigInt(who.length)), who, key), app);
  let right = false;
  try {
    const point = await crypto.subtle.importKey("raw", concat(Uint8Array.of(4), key), {name: "ECDSA", namedCurve: "P-256"}, false, ["verify"]);
    right = await crypto.subtle.verify({name: "ECDSA", hash: "SHA-256"}, point, evidence.slice(64), statement);
  } catch { /* no point of the curve */ }
  if (!right) refuse("evidence", `shown: the session's key did not sign the accepted answer, statement ${hex(statement)}`);
  const measurement = bytes(e, 6, 32), listed = each(deal, 62);
  if (listed.length && !listed.some((one) => equal(one, measurement))) refuse("evidence", `shown: the session is of measurement ${hex(measurement)}, and the deal takes others`);
  Object.assign(out, {key: hex(key), platform: PLATFORMS[Number(number(e, 4))], machine: hex(bytes(e, 5, 32)), measurement: hex(measurement)});
}

const orderedRecord = (x) => ({value: x?.value ?? null, proof: x?.proof ?? null, store_proof: x?.store_proof ?? null});
const orderedPath = (path) => Array.isArray(path) ? path.map((l) => ({header: l?.header ?? null, commit: l?.commit ?? null, validators: l?.validators ?? null})) : null;

/** The receipt with its fields in their order, and no others. */
function ordered(r) {
  const out = {
    format: r.format, chain: r.chain, task: r.task, height: r.height,
    task_record: orderedRecord(r.task_record), deal_record: orderedRecord(r.deal_record), request_record: orderedRecord(r.request_record),
  };
  if (r.manifest) out.manifest = r.manifest;
  if (r.shown) out.shown = {evidence: r.shown?.evidence ?? null, basis: orderedRecord(r.shown?.basis)};
  out.path = orderedPath(r.path);
  return out;
}

const orderedFeed = (r) => ({format: r.format, chain: r.chain, feed: r.feed, height: r.height, feed_record: orderedRecord(r.feed_record), path: orderedPath(r.path)});

function state(r, task, deal, request, path, from) {
  const verdict = outcome(within(task, 14)), plan = within(task, 10), terms = within(deal, 16), job = within(request, 5);
  const audit = task.has(40) ? within(task, 40) : null, result = audit ? Number(number(audit, 6)) : 0, overturned = audit !== null && result === 3;
  const policy = text(terms, 1);
  return {
    chain: r.chain, task: r.task,
    answer: {kind: KINDS[verdict.kind], digest: digest(verdict.digest), fuel: verdict.fuel.toString(), ended: signed(task, 20).toString()},
    evidence: {
      policy, trust: number(terms, 2).toString(), by_court: number(task, 13) !== 0n || overturned, gave_it: gave(each(task, 9), verdict), court: gave(each(task, 11), verdict),
      replicas: Number(number(plan, 2)), audit: audit ? AUDITS[result] ?? "result " + result : "none", ...(overturned && {overturned: digest(bytes(within(audit, 5), 2, 32))}),
    },
    work: {
      deal: hex(bytes(deal, 1)), request: hex(bytes(request, 1)), organisation: text(deal, 6), app: text(deal, 7), version: text(deal, 8), digest: digest(bytes(deal, 11, 32)), runtime: text(deal, 12),
      index: number(task, 3).toString(), args: each(job, 2).map((b) => new TextDecoder("utf-8", {fatal: true}).decode(b)),
      inputs: each(job, 3).map(fields).map((f) => ({name: text(f, 1), digest: digest(bytes(f, 2, 32)), tree: number(f, 5) !== 0n})),
    },
    signed: signedBy(r.height, path, from),
  };
}

/** Who vouches for a state. */
function signedBy(height, path, from) {
  const end = path.at(-1);
  return {
    height, block: HEX(end.hash), time: new Date(Number(signed(end.time, 1)) * 1000).toISOString(), signers: end.signers, validators: end.set.validators.length,
    power: end.power.toString(), total_power: end.set.total.toString(), set: HEX(end.validators), changes: path.length - 1 - from,
  };
}
