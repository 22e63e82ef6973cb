/**
 * The messages of the chain that this client writes, as tables of their fields. A message is given as REST has it in JSON: names in
 * snake_case, numbers as number, bigint or text, enumerations by name. Numbers and names are those of proto/credence. Go writes
 * clients/vectors/orders.json, which has each field of an order in it.
 */
import {data, each, frame, fromBase64, join, number, packed, requestId, sha256, u64, varint} from "./wire.js";

const ROLES = ["ROLE_UNSPECIFIED", "ROLE_ANYONE", "ROLE_AUTHORITY", "ROLE_ORG_ADMIN", "ROLE_VALIDATOR", "ROLE_WORKER", "ROLE_PROVIDER", "ROLE_REQUESTER", "ROLE_POOL_OPERATOR"];
/** Kinds of orders, by their numbers. */
export const KINDS = ["", "app", "dataset", "pool", "request"] as const;

/** Statuses of orders, by their numbers: REST takes numbers in a query. */
export const STATUSES = [
  "ORDER_STATUS_UNSPECIFIED", "ORDER_STATUS_RESTING", "ORDER_STATUS_SIGNED", "ORDER_STATUS_FILLED", "ORDER_STATUS_CANCELLED", "ORDER_STATUS_EXPIRED", "ORDER_STATUS_STALE",
] as const;

/** A message as REST has it. */
export type Message = {readonly [field: string]: unknown};

// Fields of each message in the order of their numbers: number, name, and type. A type that begins with a capital letter is a message; one
// that ends with "*" is repeated; one that ends with "!" is written even when it is empty, which the bytes that an owner signs need.
const MESSAGES: {readonly [message: string]: readonly (readonly [number, string, string])[]} = {
  Audience: [[1, "accounts", "text*"], [2, "organisations", "text*"], [3, "roles", "role*"]],
  Restriction: [[1, "ids", "text*"], [2, "audience", "Audience!"]],
  Resources: [[1, "cpu_millis", "number"], [2, "memory_bytes", "number"], [3, "disk_bytes", "number"], [4, "gpus", "number"]],
  UsePrice: [[1, "base", "number"], [2, "per_gfuel", "number"], [3, "per_second", "number"]],
  Input: [[1, "name", "text"], [2, "digest", "text"], [3, "size", "number"], [4, "locators", "text*"], [5, "tree", "number"], [6, "of", "text"]],
  ExitCondition: [[1, "request", "text"], [2, "exit", "number*"]],
  Execution: [
    [1, "ok_exit", "number*"], [2, "stdout", "text"], [3, "stdin", "text"], [4, "env", "text*"], [5, "seconds", "number"], [6, "clock", "number"],
    [7, "seed", "text"], [8, "writable", "number"], [9, "workdir", "text"], [10, "output_path", "text"], [11, "rows", "text"], [12, "recipient", "text"]],
  Job: [
    [1, "app", "text"], [2, "args", "text*"], [3, "inputs", "Input*"], [4, "trust", "number"], [5, "policy", "text"], [6, "min_replicas", "number"],
    [7, "max_price", "number"], [8, "value", "number"], [9, "fuel_limit", "number"], [10, "size", "number"], [11, "pool", "text"],
    [12, "static_credibility", "number"], [13, "datasets", "text*"], [14, "datasets_per_task", "number"], [15, "category", "text"], [16, "tags", "text*"],
    [17, "resources", "Resources!"], [18, "pools", "Restriction!"], [19, "max_app_price", "number"], [20, "max_dataset_price", "number"],
    [21, "max_pool_price", "number"], [22, "sponsor", "text"], [23, "voucher", "text"], [24, "beneficiary", "text"], [25, "callback", "text"],
    [26, "partial", "number"], [30, "execution", "Execution"], [31, "audit_blocks", "number"], [40, "onchain", "text"], [50, "after", "text*"],
    [51, "when", "ExitCondition*"]],
  AppOrder: [
    [1, "app", "text"], [2, "price", "number"], [3, "volume", "number"], [4, "tags", "text*"], [5, "datasets", "Restriction!"], [6, "pools", "Restriction!"],
    [7, "requesters", "Audience!"]],
  DatasetOrder: [
    [1, "dataset", "text"], [2, "price", "number"], [3, "volume", "number"], [4, "tags", "text*"], [5, "apps", "Restriction!"], [6, "pools", "Restriction!"],
    [7, "requesters", "Audience!"]],
  PoolOrder: [
    [1, "pool", "text"], [2, "price", "number"], [3, "volume", "number"], [4, "max_fuel", "number"], [5, "tags", "text*"], [6, "category", "text"],
    [7, "trust", "number"], [8, "resources", "Resources!"], [9, "stake", "number"], [10, "commission_bps", "number"], [11, "apps", "Restriction!"],
    [12, "datasets", "Restriction!"], [13, "requesters", "Audience!"], [14, "use_price", "UsePrice"]],
  Order: [
    [1, "owner", "text"], [2, "nonce", "number"], [3, "expiry", "number"], [4, "app", "AppOrder"], [5, "dataset", "DatasetOrder"], [6, "pool", "PoolOrder"],
    [7, "request", "Job"]],
  SignedOrder: [[1, "order", "Order"], [2, "signature", "Signature"], [3, "id", "text"]],
  MsgSubmitTask: [[1, "requester", "text"], [2, "nonce", "number"], [3, "job", "Job!"], [4, "expiry", "number"]],
  MsgPlaceOrder: [[1, "owner", "text"], [2, "order", "Order!"]],
  MsgCancelOrder: [[1, "owner", "text"], [2, "kind", "number"], [3, "nonce", "number"]],
  MsgMatchOrders: [
    [1, "relayer", "text"], [2, "app", "SignedOrder"], [3, "datasets", "SignedOrder*"], [4, "pool", "SignedOrder!"], [5, "request", "SignedOrder!"]],
  MsgCancelRequest: [[1, "requester", "text"], [2, "id", "text"]],
  MsgPublish: [
    [1, "owner", "text"], [2, "name", "text"], [3, "version", "text"], [4, "description", "text"], [5, "digest", "text"], [6, "size", "number"],
    [7, "runtime", "text"], [8, "locators", "text*"], [9, "price", "number"]],
  MsgPublishDataset: [
    [1, "owner", "text"], [2, "name", "text"], [3, "version", "text"], [4, "description", "text"], [5, "digest", "text"], [6, "size", "number"],
    [7, "locators", "text*"], [8, "price", "number"], [9, "by_order", "number"], [10, "tags", "text*"], [11, "media_type", "text"], [12, "schema", "text"],
    [13, "dataset", "text"]],
  MsgIssueVoucher: [
    [1, "issuer", "text"], [2, "nonce", "number"], [3, "holder", "text"], [4, "amount", "number"], [5, "expiry", "number"], [6, "apps", "text*"],
    [7, "datasets", "text*"], [8, "pools", "text*"], [9, "description", "text"]],
};

/** Writes a message. A field that it does not have is an error, and never left out in silence. */
export function encode(message: string, value: Message, path = ""): Uint8Array<ArrayBuffer> {
  const fields = MESSAGES[message]!;
  const unknown = Object.keys(value).filter(name => !fields.some(f => f[1] === name));
  if (unknown.length) throw new TypeError(`${path || message}: this client does not know the fields ${unknown.join(", ")}`);
  return join(...fields.map(([n, name, kind]) => encodeField(n, kind, value[name], path ? `${path}.${name}` : name)));
}

function encodeField(n: number, type: string, value: unknown, path: string): Uint8Array {
  const kind = type.replace(/[!*]$/, "");
  if (type.endsWith("*")) {
    if (value !== undefined && value !== null && !Array.isArray(value)) throw new TypeError(`${path}: got ${JSON.stringify(value).slice(0, 80)}, expected a list`);
    const items = (value ?? []) as unknown[];
    if (kind === "text") return each(n, items as string[]);
    if (kind in MESSAGES) return each(n, items.map((item, i) => encode(kind, item as Message, `${path}[${i}]`)));
    return data(n, join(...items.map(item => varint(BigInt(kind === "role" ? roleNumber(item as string, path) : item as number)))));
  }
  if (kind === "text") return data(n, (value ?? "") as string);
  if (kind === "number") return number(n, BigInt((value ?? 0) as number));
  if (kind === "Signature") return value ? data(n, encodeSignature(value as OrderSignature), true) : new Uint8Array();
  if ((value === undefined || value === null) && !type.endsWith("!")) return new Uint8Array();
  return data(n, encode(kind, (value ?? {}) as Message, path), true);
}

function roleNumber(role: string, path: string): number {
  const n = ROLES.indexOf(role);
  if (n < 0) throw new TypeError(`${path}: got ${JSON.stringify(role)}, expected a role, such as ROLE_REQUESTER`);
  return n;
}

/** The signature of an order, as REST has it. */
export interface OrderSignature { public_key: {"@type": string; key: string}; data: {single?: {mode: string; signature: string}} }

/** cosmos.tx.signing.v1beta1.SignatureDescriptor of one key. Signatures of multisig keys are for "credence order". */
function encodeSignature({public_key, data: {single}}: OrderSignature): Uint8Array {
  if (public_key["@type"] !== "/cosmos.crypto.secp256k1.PubKey" || single?.mode !== "SIGN_MODE_DIRECT") throw new TypeError("signature: this client sends signatures of one secp256k1 key in the mode SIGN_MODE_DIRECT");
  const key = packed(public_key["@type"], data(1, fromBase64(public_key.key)));
  return join(data(1, key), data(2, data(1, join(number(1, 1), data(2, fromBase64(single.signature))))));
}

const sortedTexts = (texts: unknown) => [...new Set((texts ?? []) as string[])].sort(compareTexts);

/** Compares texts as bytes, as Go does. */
function compareTexts(a: string, b: string): number {
  const x = new TextEncoder().encode(a), y = new TextEncoder().encode(b);
  for (let i = 0; i < Math.min(x.length, y.length); i++) if (x[i] !== y[i]) return x[i]! - y[i]!;
  return x.length - y.length;
}

/** A job in its one form, which an owner signs: defaults written out, tags and the lists of the execution sorted. */
export function normalJob(job: Message): Message {
  const given = (job.execution ?? {}) as Message, nameOf = (variable: string) => variable.split("=", 1)[0]!;
  const execution = {
    ...given, ok_exit: [...(given.ok_exit ?? []) as number[]].sort((a, b) => Number(a) - Number(b)),
    env: [...(given.env ?? []) as string[]].sort((a, b) => compareTexts(nameOf(a), nameOf(b))),
  };
  const size = BigInt((job.size ?? 0) as number) || 1n;
  return {...job, size: size.toString(), policy: job.policy || "credence", tags: sortedTexts(job.tags), execution: encode("Execution", execution).length ? execution : undefined};
}

/** An order in its one form. */
export function normalOrder(order: Message): Message {
  const out: {[field: string]: unknown} = {...order};
  for (const kind of ["app", "dataset", "pool"]) {
    const content = order[kind] as Message | undefined | null;
    if (content) out[kind] = {...content, tags: sortedTexts(content.tags)};
  }
  if (order.request) out.request = normalJob(order.request as Message);
  return out;
}

/** The kind of an order: which one of its contents is there. */
export function kindOf(order: Message): "app" | "dataset" | "pool" | "request" {
  const there = (["app", "dataset", "pool", "request"] as const).filter(kind => order[kind] !== undefined && order[kind] !== null);
  if (there.length !== 1) throw new TypeError(`order: got ${there.join(", ") || "none"}, expected exactly one of app, dataset, pool and request`);
  return there[0]!;
}

/** The bytes that the owner of a normal order signs. */
export function signBytes(order: Message, chainId: string): Uint8Array<ArrayBuffer> {
  return frame("credence/order/v1/sign", chainId, kindOf(order), encode("Order", order));
}

/** The id of an order, known before it is sent. A request has the same whether it is submitted or signed. */
export function orderId(chainId: string, kind: string, owner: string, nonce: bigint): Promise<string> {
  return kind === "request" ? requestId(chainId, owner, nonce) : sha256(frame("credence/order/v1", chainId, kind, owner, u64(nonce)));
}

/** The id of a voucher, known before it is sent. */
export function voucherId(chainId: string, issuer: string, nonce: bigint): Promise<string> { return sha256(frame("credence/voucher/v1", chainId, issuer, u64(nonce))); }
