import {CredenceError, DigestMismatch} from "./errors.js";
import {sha256} from "./wire.js";

/** A file of a result. */
export interface File { path: string; size: number; sha256: string; executable: boolean }

/** What a result's digest covers. */
export interface Manifest {
  /** "RESULT", or "APP_FAILED" of a program that fails. */
  kind: string;
  exitCode: number;
  /** Why the program failed; empty for a result. */
  reason: string;
  files: File[];
  /** Empty folders. */
  folders: string[];
}

/** An accepted answer with its files, each of which was compared with the accepted digest. */
export interface Result {
  task: string;
  /** The digest that the chain accepted: "sha256:" and hexadecimal digits. */
  digest: string;
  manifest: Manifest;
  files: Map<string, Uint8Array>;
  /** Whether the answer can no longer change; otherwise it can be challenged until finalHeight. */
  final: boolean;
  finalHeight: number;
}

const MAX_TOTAL = 2 ** 30;

/** Reads a manifest. It is strict about what it understands; that the bytes are right is for {@link check} to say. */
export function parseManifest(raw: Uint8Array): Manifest {
  const lines = new TextDecoder("utf-8", {fatal: true}).decode(raw).split("\n");
  if (!["credence/result/v1", "credence/result/v2"].includes(lines[0]!) || lines.at(-1) !== "") {
    throw new CredenceError(`manifest: first line ${JSON.stringify(lines[0]!.slice(0, 40))}, expected credence/result/v1 or v2`);
  }
  const head = new Map<string, string>();
  let at = 1;
  for (; at < lines.length && !head.has("entries"); at++) {
    const [name, ...rest] = lines[at]!.split(" ");
    head.set(name!, rest.join(" "));
  }
  const entries = lines.slice(at, -1);
  if (!["outcome", "reason", "exit", "entries"].every(n => head.has(n)) || head.get("entries") !== String(entries.length)) {
    throw new CredenceError("manifest: it is not complete");
  }
  const m: Manifest = {kind: head.get("outcome")!, exitCode: Number(head.get("exit")), reason: head.get("reason") === "-" ? "" : head.get("reason")!, files: [], folders: []};
  let total = 0;
  for (const line of entries) {
    const [, kind, size, digest, escaped] = /^([fxd]) (\S+) (\S+) (.*)$/s.exec(line) ?? [];
    const path = (escaped ?? "").replace(/\\x([0-9a-f]{2})/g, (_, h: string) => String.fromCharCode(parseInt(h, 16)));
    if (path.startsWith("/") || path.includes("\0") || path.split("/").some(p => ["", ".", ".."].includes(p))) {
      throw new CredenceError(`manifest: path ${JSON.stringify(path.slice(0, 80))} names no place below the result`);
    }
    if (kind === "d") { m.folders.push(path); continue; }
    if (!/^(0|[1-9][0-9]{0,10})$/.test(size!) || !/^[0-9a-f]{64}$/.test(digest!)) throw new CredenceError(`manifest: entry ${JSON.stringify(line.slice(0, 80))}`);
    m.files.push({path, size: Number(size), sha256: digest!, executable: kind === "x"});
    total += Number(size);
  }
  if (total > MAX_TOTAL) throw new CredenceError(`manifest: ${total} bytes in all, expected at most ${MAX_TOTAL}`);
  return m;
}

/** Returns bytes that have a digest, "sha256:" and hexadecimal digits. DigestMismatch otherwise. */
export async function check(raw: Uint8Array, digest: string): Promise<Uint8Array> {
  const got = "sha256:" + await sha256(raw);
  if (got !== digest) throw new DigestMismatch(`got ${raw.length} bytes with the digest ${got}, expected ${digest}`);
  return raw;
}
