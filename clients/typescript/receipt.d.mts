// Types of receipt/browser/receipt.mjs. 64-bit numbers are texts in decimals.

export declare const FORMAT: string;
export declare const FEED_FORMAT: string;

/** Why a receipt proves nothing: docs/receipts.md says what each means. */
export type Reason =
  | "format" | "chain" | "header" | "height" | "set" | "untrusted" | "signature" | "power" | "proof" | "record" | "running" | "provisional" | "refunded"
  | "overturned" | "digest" | "manifest" | "evidence";

export declare class Refusal extends Error {
  readonly reason: Reason;
}

/** What is trusted: the hash of a set of validators (height 0n), or of the block at a height. */
export interface Trust {
  readonly height: bigint;
  readonly hash: Uint8Array;
}

/** Reads HASH of a set of validators, or HEIGHT:HASH of a block. */
export declare function parseTrust(text: string): Trust;

/** Who vouches for a state. */
export interface Signed {
  readonly height: string;
  readonly block: string;
  readonly time: string;
  readonly signers: number;
  readonly validators: number;
  readonly power: string;
  readonly total_power: string;
  readonly set: string;
  readonly changes: number;
}

/** The evidence that came with an answer. */
export interface Shown {
  readonly statement: string;
  readonly worker: string;
  /** False of a proof: there is no pairing here, so that `credence receipt verify` has to check it. */
  readonly checked: boolean;
  /** Of a proof: its verifier, the kind of proof, the program's id, and whether seats or the council have stopped the verifier since. */
  readonly verifier?: string;
  readonly system?: string;
  readonly program?: string;
  readonly stopped?: boolean;
  /** Of an enclave's signature. */
  readonly key?: string;
  readonly platform?: string;
  readonly machine?: string;
  readonly measurement?: string;
}

/** What a task's receipt proves. */
export interface Statement {
  readonly chain: string;
  readonly task: string;
  readonly answer: {readonly kind: string; readonly digest: string; readonly fuel: string; readonly ended: string; readonly manifest?: string};
  readonly evidence: {
    readonly policy: string; readonly trust: string; readonly by_court: boolean; readonly gave_it: readonly string[]; readonly court: readonly string[];
    readonly replicas: number; readonly audit: string; readonly overturned?: string; readonly shown?: Shown;
  };
  readonly work: {
    readonly deal: string; readonly request: string; readonly organisation: string; readonly app: string; readonly version: string; readonly digest: string;
    readonly runtime: string; readonly index: string; readonly args: readonly string[];
    readonly inputs: readonly {readonly name: string; readonly digest: string; readonly tree: boolean}[];
  };
  readonly signed: Signed;
}

/** What a feed's receipt proves. */
export interface FeedStatement {
  readonly chain: string;
  readonly feed: string;
  readonly owner: string;
  readonly name: string;
  readonly account: string;
  readonly app: string;
  readonly min_trust: string;
  readonly policy: string;
  readonly shared: boolean;
  readonly value: {
    readonly data: Uint8Array; readonly asked: string; readonly asked_time: string; readonly height: string; readonly time: string; readonly task: string;
    readonly digest: string; readonly trust: string; readonly policy: string; readonly app_version: string;
  };
  readonly signed: Signed;
}

/** Verifies the text of a task's receipt. Throws a Refusal. */
export declare function verify(file: string, trust: string | Trust, expected?: {chain?: string; task?: string; digest?: string}): Promise<Statement>;

/** Says whether a text calls itself the receipt of a feed. */
export declare function isFeed(file: string): boolean;

/** Verifies the text of a feed's receipt. Throws a Refusal. */
export declare function verifyFeed(file: string, trust: string | Trust, expected?: {chain?: string}): Promise<FeedStatement>;
