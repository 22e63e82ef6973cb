/**
 * Protobuf as transactions need it: a writer of a few field types, and transactions. Field numbers are those of the SDK. A zero, an
 * empty text and an empty list are left out, as proto3 has it.
 */

const utf8 = new TextEncoder();

/** Joins bytes. */
export function join(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) { out.set(p, at); at += p.length; }
  return out;
}

/** A number of 0 or more. */
export function varint(n: bigint): Uint8Array {
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

/** A nonce of 63 bits. */
export function randomNonce(): bigint { return new DataView(crypto.getRandomValues(new Uint8Array(8)).buffer).getBigUint64(0) >> 1n; }

export function fromBase64(text: string): Uint8Array { return Uint8Array.from(atob(text), c => c.charCodeAt(0)); }

/** A number in 8 bytes. */
export function u64(n: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, n);
  return bytes;
}

/** Joins fields, each after its length, so that no two lists of fields make the same bytes. */
export function frame(...fields: (Uint8Array | string)[]): Uint8Array<ArrayBuffer> {
  return join(...fields.map(f => typeof f === "string" ? utf8.encode(f) : f).flatMap(f => [u64(BigInt(f.length)), f]));
}

/** The id of a request, known before it is sent: H over the fields, each after its length. */
export async function requestId(chainId: string, requester: string, nonce: bigint): Promise<string> {
  return sha256(frame("credence/request/v1", chainId, requester, u64(nonce)));
}
