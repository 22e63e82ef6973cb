/** Anything that this package throws. Programs decide by the class and its fields, never by the words. */
export class CredenceError extends Error {
  constructor(text?: string) {
    super(text);
    this.name = new.target.name;
  }
}

/** google.rpc.ErrorInfo: what an error is, for programs. */
export interface ErrorInfo {
  readonly reason?: string;
  readonly domain?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A node, a store or a worker did not answer, or not with what was asked for. */
export class NodeError extends CredenceError {
  /** Name of the error, which stays, such as "NO_ORDER" (docs/errors.md); empty where no node gave one. */
  readonly reason: string;
  /** Module whose error it is, such as "market"; "credence" for none. */
  readonly domain: string;
  /** What the error says of itself: "code", and where it names a field "field", "value", "expected" and "next". */
  readonly metadata: Readonly<Record<string, string>>;

  /** @param status HTTP status of the answer; 0 when there was none. */
  constructor(text: string, readonly status = 0, info: ErrorInfo = {}) {
    super(text);
    this.reason = info.reason ?? "";
    this.domain = info.domain ?? "";
    this.metadata = info.metadata ?? {};
  }
}

/** The chain did not take a transaction, or took it and did not do what it says. */
export class Refused extends CredenceError {
  /** @param code Number of the error within the module `codespace`. */
  constructor(readonly code: number, readonly codespace: string, log: string) { super(`refused: ${log || "no reason given"} (${codespace} ${code})`); }
}

/** A request met no offer, or a task ended without an accepted answer. What was not spent comes back. */
export class NoAnswer extends CredenceError {
  /** @param state Status of the request or ending of the task, such as "ENDING_VOID". */
  constructor(text: string, readonly state: string) { super(text); }
}

/** Bytes are not those that the chain accepted. */
export class DigestMismatch extends CredenceError {}
