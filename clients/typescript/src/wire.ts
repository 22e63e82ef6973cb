/**
 * Protobuf as transactions need it: a writer of a few field types, and the messages that this client sends. Field numbers are those
 * of proto/credence and of the SDK. A zero, an empty text and an empty list are left out, as proto3 has it.
 */

const utf8 = new TextEncoder();

/** Joins bytes. */
export function join(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) { out.set(p, at); at += p.length; }
  return out;
}

function varint(n: bigint): Uint8Array {
  const out: number[] = [];
  for (; n > 127n; n >>= 7n) out.push(Number(n & 127n) | 128);
  out.push(Number(n));
  return Uint8Array.from(out);
}

/** A number of 0 to 2^64 - 1. */
export function number(field: number, n: bigint | number): Uint8Array {
  const value = BigInt(n);
  if (value < 0n || value >= 1n << 64n) throw new RangeError(`field ${field}: got ${n}, expected 0 to 2^64 - 1`);
  return value === 0n ? new Uint8Array() : join(varint(BigInt(field << 3)), varint(value));
}

/** Bytes, a text or a message. */
export function data(field: number, raw: Uint8Array | string, always = false): Uint8Array {
  const bytes = typeof raw === "string" ? utf8.encode(raw) : raw;
  return bytes.length === 0 && !always ? new Uint8Array() : join(varint(BigInt(field << 3 | 2)), varint(BigInt(bytes.length)), bytes);
}

export function each(field: number, items: (Uint8Array | string)[]): Uint8Array { return join(...items.map(i => data(field, i, true))); }

/** google.protobuf.Any. */
export function packed(typeUrl: string, message: Uint8Array): Uint8Array { return join(data(1, typeUrl), data(2, message)); }

/** A file that a job reads. */
export interface Input { name: string; digest: string; size: string; locators: string[] }

/** credence.market.v1.Job as REST has it in JSON; the fields that this client sends. */
export interface WireJob {
  app: string; args: string[]; inputs: Input[]; trust: string; policy: string; min_replicas: number; max_price: string; fuel_limit: string; size: string;
  pool: string; datasets: string[]; category: string; callback: string; onchain: string;
}

export function encodeJob(job: WireJob): Uint8Array {
  return join(
    data(1, job.app), each(2, job.args),
    each(3, job.inputs.map(i => join(data(1, i.name), data(2, i.digest), number(3, BigInt(i.size)), each(4, i.locators)))),
    number(4, BigInt(job.trust)), data(5, job.policy), number(6, job.min_replicas), number(7, BigInt(job.max_price)), number(9, BigInt(job.fuel_limit)),
    number(10, BigInt(job.size)), data(11, job.pool), each(13, job.datasets), data(15, job.category),
    data(25, job.callback), data(40, job.onchain));
}

/** credence.market.v1.MsgSubmitTask. */
export function submitTask(requester: string, nonce: bigint, job: WireJob): Uint8Array {
  return join(data(1, requester), number(2, nonce), data(3, encodeJob(job), true));
}

/** credence.apps.v1.MsgPublish. */
export function publish(owner: string, name: string, version: string, description: string, digest: string, size: number, runtime: string, locators: string[], price: bigint): Uint8Array {
  return join(data(1, owner), data(2, name), data(3, version), data(4, description), data(5, digest), number(6, size), data(7, runtime), each(8, locators), number(9, price));
}

/** The body of an unordered transaction: a timeout, in milliseconds since 1970 and nanoseconds beside, replaces the sequence. */
export function body(messages: [typeUrl: string, message: Uint8Array][], timeoutMs: number, nanos: number): Uint8Array {
  const at = join(number(1, BigInt(Math.floor(timeoutMs / 1000))), number(2, (timeoutMs % 1000) * 1_000_000 + nanos));
  return join(each(1, messages.map(([url, m]) => packed(url, m))), number(4, 1), data(5, at));
}

/** cosmos.tx.v1beta1.AuthInfo of one secp256k1 key that signs directly. */
export function authInfo(publicKey: Uint8Array, fee: bigint, gas: number): Uint8Array {
  const signer = join(data(1, packed("/cosmos.crypto.secp256k1.PubKey", data(1, publicKey))), data(2, data(1, number(1, 1))));
  return join(data(1, signer), data(2, join(data(1, join(data(1, "ucred"), data(2, fee.toString()))), number(2, gas))));
}

/** cosmos.tx.v1beta1.TxRaw. */
export function txRaw(bodyBytes: Uint8Array, authInfoBytes: Uint8Array, signature: Uint8Array): Uint8Array {
  return join(data(1, bodyBytes), data(2, authInfoBytes), data(3, signature));
}

/** SHA-256 in hexadecimal digits. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", join(bytes))));
}

export function hex(bytes: Uint8Array): string { return Array.from(bytes, b => b.toString(16).padStart(2, "0")).join(""); }

export function base64(bytes: Uint8Array): string {
  let text = "";
  for (const b of bytes) text += String.fromCharCode(b);
  return btoa(text);
}

export function fromBase64(text: string): Uint8Array { return Uint8Array.from(atob(text), c => c.charCodeAt(0)); }

/** The id of a request, known before it is sent: H over the fields, each after its length. */
export async function requestId(chainId: string, requester: string, nonce: bigint): Promise<string> {
  const u64 = (n: bigint) => { const b = new Uint8Array(8); new DataView(b.buffer).setBigUint64(0, n); return b; };
  const fields = [utf8.encode("credence/request/v1"), utf8.encode(chainId), utf8.encode(requester), u64(nonce)];
  return sha256(join(...fields.flatMap(f => [u64(BigInt(f.length)), f])));
}
