import {Secp256k1} from "@cosmjs/crypto";
import {DirectSecp256k1Wallet, type OfflineDirectSigner} from "@cosmjs/proto-signing";
import {CredenceError, NodeError} from "./errors.js";
import {encode, kindOf, KINDS, type Message, normalOrder, orderId, type OrderSignature, signBytes, STATUSES, voucherId} from "./messages.js";
import {base64, hex, join, randomNonce, sha256} from "./wire.js";

/** Gas of what has a place in the matching queue: orders that are placed or taken back, and matches; and of a voucher. */
const GAS_ORDER = 3_000_000;
const GAS_MATCH = 4_000_000;
const GAS_VOUCHER = 1_000_000;

/**
 * An order as REST and the files of `credence order` have it: owner, nonce, expiry, and exactly one of app, dataset, pool and request, such
 * as `{pool: {pool: "north", price: 50_000n}}`. docs/provider.md and docs/pool-operator.md say what the fields mean.
 */
export interface Order {
  owner?: string;
  nonce?: string | number | bigint;
  expiry?: string | number | bigint;
  app?: Message | null;
  dataset?: Message | null;
  pool?: Message | null;
  request?: Message | null;
}

/** An order that its owner signed. */
export interface SignedOrder { order: Order; signature: OrderSignature }

/** An app, dataset or pool order as the chain has it; 64-bit numbers are text. */
export interface OrderRecord { id: string; order: Order; kind: string; status: string; filled: string; [more: string]: unknown }

/** A voucher as the chain has it; 64-bit numbers are text. */
export interface Voucher { id: string; issuer: string; holder: string; balance: string; expiry: string; expired: boolean; [more: string]: unknown }

/** A voucher that is to be issued. */
export interface NewVoucher {
  /** Account that may spend it on requests. */
  holder: string;
  /** Its money, in ucred. */
  amount: bigint;
  /** How many seconds it can be spent. */
  seconds: number;
  /** Apps, datasets and pools that it pays for; any by default. */
  apps?: string[];
  datasets?: string[];
  pools?: string[];
  description?: string;
}

/** What signs orders off the chain: a secp256k1 key. `orderKey` makes one of its secret. */
export interface OrderKey {
  /** The account's address. */
  address: string;
  /** The public key in its compressed form, 33 bytes. */
  pubkey: Uint8Array;
  /** Signs a SHA-256, 32 bytes: r and s, 64 bytes, with s in the lower half. */
  sign(hash: Uint8Array): Promise<Uint8Array>;
}

/** A key that signs orders, of its secret of 32 bytes. */
export async function orderKey(secret: Uint8Array): Promise<OrderKey> {
  const {address, pubkey} = (await (await DirectSecp256k1Wallet.fromKey(secret, "cred")).getAccounts())[0]!;
  return {
    address, pubkey, sign: async hash => {
      const signature = await Secp256k1.createSignature(hash, secret);
      return join(signature.r(32), signature.s(32));
    },
  };
}

/** What a client does with orders and vouchers. */
export abstract class Market {
  abstract readonly chainId: string;
  abstract query<T>(path: string, body?: unknown): Promise<T>;
  abstract send(signer: OfflineDirectSigner, messages: [string, Uint8Array][], gas: number): Promise<{hash: string; height: number}>;

  /** The id that an order has, whether the chain has seen it or not. */
  orderId(owner: string, kind: string, nonce: bigint): Promise<string> { return orderId(this.chainId, kind, owner, nonce); }

  /**
   * Signs an order off the chain: anyone who has it may match it. Its owner is the key's account, and where it has no nonce it gets one. What
   * it returns `credence order` reads too. Nothing is sent. Wallets of browsers sign transactions alone: this takes a key.
   */
  async signOrder(key: OrderKey, order: Order): Promise<SignedOrder> {
    const whole = complete(key.address, order);
    const hash = Uint8Array.from((await sha256(signBytes(whole as Message, this.chainId))).match(/../g)!, byte => parseInt(byte, 16));
    const single = {mode: "SIGN_MODE_DIRECT", signature: base64(await key.sign(hash))};
    return {order: whole, signature: {public_key: {"@type": "/cosmos.crypto.secp256k1.PubKey", key: base64(key.pubkey)}, data: {single}}};
  }

  /**
   * Puts an app, dataset or pool order on the book, and returns its id once a block has it. Requests come by `submit`. Placing an order again
   * that the chain has already, with the same nonce, changes nothing.
   */
  async placeOrder(signer: OfflineDirectSigner, order: Order): Promise<string> {
    const owner = await addressOf(signer), whole = complete(owner, order);
    const id = await this.orderId(owner, kindOf(whole as Message), BigInt(whole.nonce!));
    const known = await this.find<{order: OrderRecord}>(`/credence/market/v1/orders/${id}`);
    if (known && hex(encode("Order", normalOrder(known.order.order as Message))) !== hex(encode("Order", whole as Message))) {
      throw new CredenceError(`nonce: the chain has another order under ${whole.nonce}, ${id}: take a new nonce`);
    }
    if (!known) await this.send(signer, [["/credence.market.v1.MsgPlaceOrder", encode("MsgPlaceOrder", {owner, order: whole})]], GAS_ORDER);
    return id;
  }

  /**
   * Proposes a deal of orders, each signed, or the id of one that the chain knows. Without an app's or a dataset's order its list price holds.
   * Returns the height; the next block makes the deal. The signer is anyone.
   */
  async matchOrders(signer: OfflineDirectSigner, orders: {pool: SignedOrder | string; request: SignedOrder | string; app?: SignedOrder | string; datasets?: (SignedOrder | string)[]}): Promise<number> {
    const signed = (order: SignedOrder | string) => typeof order === "string" ? {id: order} : order;
    const message = {
      relayer: await addressOf(signer), app: orders.app && signed(orders.app), datasets: (orders.datasets ?? []).map(d => d ? signed(d) : {}),
      pool: signed(orders.pool), request: signed(orders.request),
    };
    return (await this.send(signer, [["/credence.market.v1.MsgMatchOrders", encode("MsgMatchOrders", message)]], GAS_MATCH)).height;
  }

  /** Takes back an order of the signer's account by its kind and nonce, whether the chain has seen it or not; deals that were made stand. Returns its id. */
  async cancelOrder(signer: OfflineDirectSigner, kind: "app" | "dataset" | "pool" | "request", nonce: bigint): Promise<string> {
    const owner = await addressOf(signer), number = KINDS.indexOf(kind);
    if (number < 1) throw new TypeError(`kind: got ${JSON.stringify(kind)}, expected one of ${KINDS.slice(1).join(", ")}`);
    await this.send(signer, [["/credence.market.v1.MsgCancelOrder", encode("MsgCancelOrder", {owner, kind: number, nonce})]], GAS_ORDER);
    return this.orderId(owner, kind, nonce);
  }

  /** Takes back what no worker was drawn for of a request, or a request that waits for others. What it locked comes back. */
  async cancelRequest(signer: OfflineDirectSigner, request: string): Promise<void> {
    const message = encode("MsgCancelRequest", {requester: await addressOf(signer), id: request});
    await this.send(signer, [["/credence.market.v1.MsgCancelRequest", message]], GAS_MATCH);
  }

  /** An app, dataset or pool order as the chain has it, with its status, and the tasks that it has met. */
  async order(order: string): Promise<OrderRecord> { return (await this.query<{order: OrderRecord}>(`/credence/market/v1/orders/${encodeURIComponent(order)}`)).order; }

  /** The orders of exactly one party, all or those of one status, such as "ORDER_STATUS_RESTING". */
  orders({status, ...of}: {owner?: string; app?: string; dataset?: string; pool?: string; status?: (typeof STATUSES)[number]}): AsyncGenerator<OrderRecord> {
    const query = new URLSearchParams({...of as Record<string, string>, ...(status ? {status: String(STATUSES.indexOf(status))} : {})});
    return this.pages<OrderRecord>("/credence/market/v1/orders?" + query, "orders");
  }

  /** The orders that rest on the book, best first: pool orders of a runtime and category, or those of a pool, an app or a dataset. */
  book(of: {runtime?: string; category?: string; pool?: string; app?: string; dataset?: string} = {}): AsyncGenerator<OrderRecord> {
    return this.pages<OrderRecord>("/credence/market/v1/book?" + new URLSearchParams(of as Record<string, string>), "orders");
  }

  /** A voucher as the chain has it. A job names it to be paid from it. */
  async voucher(voucher: string): Promise<Voucher> { return (await this.query<{voucher: Voucher}>(`/credence/vouchers/v1/vouchers/${encodeURIComponent(voucher)}`)).voucher; }

  /** The vouchers that an account holds, or has issued. */
  vouchers(of: {holder: string} | {issuer: string}): AsyncGenerator<Voucher> {
    return this.pages<Voucher>("/credence/vouchers/v1/vouchers?" + new URLSearchParams(of), "vouchers");
  }

  /**
   * Sets money of the signer's account aside which the holder may spend on requests, and returns the voucher's id. Giving the same nonce again
   * after a failure issues nothing twice.
   */
  async issueVoucher(signer: OfflineDirectSigner, voucher: NewVoucher, nonce: bigint = randomNonce()): Promise<string> {
    const issuer = await addressOf(signer), id = await voucherId(this.chainId, issuer, nonce);
    if (await this.find(`/credence/vouchers/v1/vouchers/${id}`)) return id;
    const {seconds, ...rest} = voucher;
    const message = encode("MsgIssueVoucher", {...rest, issuer, nonce, expiry: await this.heightAfter(seconds)});
    await this.send(signer, [["/credence.vouchers.v1.MsgIssueVoucher", message]], GAS_VOUCHER);
    return id;
  }

  /** The height that the chain has in so many seconds, at the time that it means a block to take. */
  async heightAfter(seconds: number): Promise<bigint> {
    const {block} = await this.query<{block: {header: {height: string}}}>("/cosmos/base/tendermint/v1beta1/blocks/latest");
    const {params} = await this.query<{params: {block_millis: string}}>("/credence/market/v1/params");
    return BigInt(block.header.height) + BigInt(Math.max(1, Math.ceil(seconds * 1000 / Math.max(1, Number(params.block_millis)))));
  }

  protected async *pages<T>(path: string, name: string): AsyncGenerator<T> {
    for (let key = ""; ;) {
      const page = await this.query<{[list: string]: unknown; pagination?: {next_key: string | null}}>(path + (key ? "&pagination.key=" + encodeURIComponent(key) : ""));
      yield* page[name] as T[];
      key = page.pagination?.next_key ?? "";
      if (!key) return;
    }
  }

  protected async find<T>(path: string): Promise<T | undefined> {
    try {
      return await this.query<T>(path);
    } catch (trouble) {
      if (trouble instanceof NodeError && trouble.status === 404) return undefined;
      throw trouble;
    }
  }
}

/** The address of a signer's first account. */
export async function addressOf(signer: OfflineDirectSigner): Promise<string> {
  const [account] = await signer.getAccounts();
  if (!account) throw new CredenceError("signer: it has no account");
  return account.address;
}

/** An order in its one form, with its owner and a nonce. Newer orders have larger nonces, so that cancelling all below one cancels the older ones. */
function complete(owner: string, order: Order): Order {
  const whole = normalOrder({owner, ...order, nonce: order.nonce || BigInt(Date.now()) * 1000n + BigInt(Math.floor(Math.random() * 1000))}) as Order;
  if (whole.owner !== owner) throw new CredenceError(`owner: got ${whole.owner}, expected the account of the key, ${owner}`);
  kindOf(whole as Message);
  whole.nonce = whole.nonce!.toString();
  encode("Order", whole as Message);
  return whole;
}
