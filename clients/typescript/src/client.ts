import {makeSignDoc, type OfflineDirectSigner} from "@cosmjs/proto-signing";
import {CredenceError, DigestMismatch, type ErrorInfo, NoAnswer, NodeError, Refused} from "./errors.js";
import {addressOf, Market} from "./market.js";
import {encode, type Message, normalJob} from "./messages.js";
import {check, parseManifest, type Result} from "./result.js";
import {authInfo, base64, body, fromBase64, randomNonce, requestId, sha256, txRaw} from "./wire.js";
import {type Graph, orderOf, waitingJob} from "./workflow.js";

/** What is to be run. Amounts are in ucred, millionths of a CRED. */
export interface Job {
  /** "organisation/name:version", or a digest. */
  app: string;
  /** Arguments of the program, without its name. */
  args?: string[];
  /** Content of the files that the program finds below /in, by name. */
  inputs?: Record<string, Uint8Array>;
  /** At most one wrong result in this many; 1000 by default. */
  trust?: number;
  /** Fuel that one execution may burn; 10^10 by default. */
  fuelLimit?: bigint;
  /** Number of tasks; each is told its index. 1 by default. */
  size?: number;
  /** Most that one task may cost; what the chain recommends by default. */
  maxPrice?: bigint;
  pool?: string;
  datasets?: string[];
  policy?: string;
  category?: string;
  minReplicas?: number;
  /** Hook of the chain that is told each final answer, such as "feeds/NAME". */
  callback?: string;
  /** A small file of the result that lives on chain, or "/exit" for the exit status; none by default. */
  onchain?: string;
  /** Id of a voucher that pays in the requester's place. */
  voucher?: string;
  /** Exit statuses that mean success; those that the app names, or 0, by default. */
  okExit?: number[];
  /** Requests that must have ended with a result of every task before this one begins. */
  after?: string[];
  /** Requests of one task whose whole results are inputs, by the names of their folders below /in. */
  answers?: Record<string, string>;
  /** Requests of one task that keep "/exit" on chain, with the exit statuses with which this one begins. */
  when?: Record<string, number[]>;
  /** How many seconds the request waits for others, and for offers. By default the next block refunds what it cannot match, and one that waits for others does so for a day. */
  rest?: number;
  /** Further fields of the chain's Job, by their names in REST. */
  more?: Message;
}

/** What a job would cost one task in ucred, and how it would be checked. */
export interface Quote { expectedPrice: bigint; maxPrice: bigint; text: string }

/** A version of an app that is to be published. */
export interface NewVersion {
  /** Name of the app, without the organisation, which is the signer's. */
  name: string;
  /** Names the version within the app; its bytes never change. */
  version: string;
  /** A sentence that says what the app does. */
  description: string;
  /** Price of a task in ucred; 0 by default. */
  price?: bigint;
}

/** A version of a dataset that is to be published. */
export interface NewDataset extends NewVersion {
  /** Media type of the content, such as "text/csv"; for readers. */
  mediaType?: string;
}

/** A request that the chain took. */
export interface Submitted { request: string; hash: string; height: number }

/** A task as REST has it; 64-bit numbers are text. */
export interface Task { id: string; deal: string; index: string; phase: string; ending: string; verdict: {kind: string; digest: string; fuel: string} | null; [more: string]: unknown }

/** A feed as REST has it; 64-bit numbers are text. */
export interface Feed { feed: {id: string; name: string; app: string; min_trust: string; latest: {data: string; asked_time: string; task: string; [more: string]: unknown} | null; [more: string]: unknown}; height: string; age_seconds: string }

export interface Options {
  /** Base URL of an artifact store; needed to upload inputs alone. */
  store?: string;
  /** Base URL of the node's page, whose stream of events watch reads where it is given. */
  web?: string;
}

/** Gas of a request: its place in the matching queue, which one that waits for others has twice, and the rest. */
const GAS_PLACE = 2_000_000;
const GAS_SUBMIT = 1_000_000;
const GAS_PUBLISH = 1_000_000;
/** Most gas of a transaction of several requests: a chain takes a tenth of a block, 20,000,000. */
const GAS_BATCH = 18_000_000;
const TIMEOUT_MS = 120_000;
/** How long a request that waits for others does so, in seconds, where its job says nothing. */
const WAIT = 24 * 3600;
/** Most bytes of an answer that is an input. */
const ANSWER_BYTES = 64 << 20;

/** Speaks to one node over REST, in Node and in browsers. */
export class Client extends Market {
  private lastTimeout = 0;

  private constructor(readonly rest: string, readonly chainId: string, readonly store: string, readonly web: string) { super(); }

  /** Connects to a node by the base URL of its REST interface. */
  static async connect(rest: string, options: Options = {}): Promise<Client> {
    const base = rest.replace(/\/+$/, "");
    const info = await ask<{default_node_info: {network: string}}>(base + "/cosmos/base/tendermint/v1beta1/node_info");
    return new Client(base, info.default_node_info.network, (options.store ?? "").replace(/\/+$/, ""), (options.web ?? "").replace(/\/+$/, ""));
  }

  /** Asks the node's REST interface: GET, or POST with a body. */
  query<T>(path: string, body?: unknown): Promise<T> { return ask<T>(this.rest + path, body); }

  /** What a job would cost. */
  async quote(requester: string, job: Job): Promise<Quote> {
    const {deal} = await this.query<{deal: unknown}>("/credence/market/v1/preview", {requester, job: await this.wireJob(job, job.maxPrice ?? 0n)});
    const q = await this.query<{expected_price: string; max_price: string; plan: {text: string}}>("/credence/tasks/v1/quote", {deal});
    return {expectedPrice: BigInt(q.expected_price), maxPrice: BigInt(q.max_price), text: q.plan.text};
  }

  /** Puts bytes into the store and returns their digest. */
  async upload(content: Uint8Array): Promise<string> {
    if (!this.store) throw new CredenceError("upload: no store was named: give the client one");
    const digest = "sha256:" + await sha256(content);
    await http(`${this.store}/v2/credence/blobs/uploads/?digest=${digest}`, {method: "POST", body: content as Uint8Array<ArrayBuffer>, headers: {"Content-Type": "application/octet-stream"}});
    return digest;
  }

  /**
   * Uploads a WebAssembly module and publishes it as a version of an app of the signer's organisation; returns its reference. Publishing the
   * same bytes again changes nothing. Other bytes need another version.
   */
  async publish(signer: OfflineDirectSigner, app: NewVersion, module: Uint8Array): Promise<string> {
    const digest = await this.upload(module), {owner, reference, known} = await this.published(signer, "versions", app, digest);
    if (known) return reference;
    const message = {
      owner, name: app.name, version: app.version, description: app.description, digest, size: module.length, runtime: "wasm", locators: [this.store], price: app.price ?? 0n,
    };
    await this.send(signer, [["/credence.apps.v1.MsgPublish", encode("MsgPublish", message)]], GAS_PUBLISH);
    return reference;
  }

  /**
   * Uploads a file and publishes it as a version of a dataset of the signer's organisation; returns its reference. Programs find exactly these
   * bytes in /in/datasets/ORGANISATION/NAME. Publishing the same bytes again changes nothing. Other bytes need another version.
   */
  async publishDataset(signer: OfflineDirectSigner, dataset: NewDataset, content: Uint8Array): Promise<string> {
    const digest = await this.upload(content), {owner, reference, known} = await this.published(signer, "dataset_versions", dataset, digest);
    if (known) return reference;
    const message = {
      owner, name: dataset.name, version: dataset.version, description: dataset.description, digest, size: content.length, locators: [this.store],
      price: dataset.price ?? 0n, media_type: dataset.mediaType ?? "",
    };
    await this.send(signer, [["/credence.apps.v1.MsgPublishDataset", encode("MsgPublishDataset", message)]], GAS_PUBLISH);
    return reference;
  }

  /** The reference of a version of the signer's organisation, and whether it is published, which has to be with the same bytes. */
  private async published(signer: OfflineDirectSigner, kind: string, asset: NewVersion, digest: string): Promise<{owner: string; reference: string; known: boolean}> {
    const owner = await addressOf(signer);
    const {organisation} = await this.query<{organisation: {id: string}}>(`/credence/orgs/v1/organisation_of/${owner}`);
    const reference = `${organisation.id}/${asset.name}:${asset.version}`;
    const found = await this.find<{version: {digest: string}}>(`/credence/apps/v1/${kind}/${encodeURI(reference)}`);
    if (found && found.version.digest !== digest) throw new CredenceError(`${reference} is published with other bytes, ${found.version.digest}: publish a new version`);
    return {owner, reference, known: found !== undefined};
  }

  /**
   * Uploads the inputs, asks for the job, and returns once a block has the request. The signer is CosmJS's: a wallet of a key, or
   * a browser extension's. The request's id follows from the nonce, which can be used once: giving the same again after a failure
   * is safe, and never pays twice.
   */
  async submit(signer: OfflineDirectSigner, job: Job, nonce: bigint = randomNonce()): Promise<Submitted> {
    const requester = await addressOf(signer), request = await requestId(this.chainId, requester, nonce);
    const taken = await this.find<{request: {height: string}}>(`/credence/market/v1/requests/${request}`);
    if (taken) return {request, hash: "", height: Number(taken.request.height)};
    const {message, gas} = await this.prepare(requester, job, nonce);
    return {request, ...await this.send(signer, [["/credence.market.v1.MsgSubmitTask", message]], gas)};
  }

  /**
   * Hands a graph of jobs to the chain, and returns the request of each node once blocks have all of them. All money is locked at once; what is
   * not spent comes back node by node. The chain releases each node when those that it waits for have ended, and skips it if one of them fails:
   * no client has to stay online. `watch` and `fetch` work on each request as on any other; that of a node that was skipped throws NoAnswer with
   * REQUEST_STATUS_SKIPPED. Everything is uploaded and priced before anything is paid. The requests' ids follow from the nonce: giving the same
   * again, with the same graph, submits what is missing, and pays nothing twice.
   */
  async submitGraph(signer: OfflineDirectSigner, graph: Graph, nonce: bigint = randomNonce() >> 1n): Promise<Record<string, string>> {
    const requester = await addressOf(signer), order = orderOf(graph), requests: Record<string, string> = {};
    for (const [i, name] of order.entries()) requests[name] = await requestId(this.chainId, requester, nonce + BigInt(i));
    const prepared: {message: Uint8Array; gas: number}[] = [];
    for (const [i, name] of order.entries()) {
      if (await this.find(`/credence/market/v1/requests/${requests[name]}`)) continue;
      prepared.push(await this.prepare(requester, waitingJob(graph, name, requests), nonce + BigInt(i)));
    }
    while (prepared.length) {
      const batch: [string, Uint8Array][] = [];
      let gas = 0;
      while (prepared.length && (!batch.length || gas + prepared[0]!.gas <= GAS_BATCH)) {
        const next = prepared.shift()!;
        batch.push(["/credence.market.v1.MsgSubmitTask", next.message]);
        gas += next.gas;
      }
      await this.send(signer, batch, gas);
    }
    return requests;
  }

  /** Uploads the inputs of a job and prices it; returns the message that submits it, and its gas. */
  private async prepare(requester: string, job: Job, nonce: bigint): Promise<{message: Uint8Array; gas: number}> {
    for (const content of Object.values(job.inputs ?? {})) await this.upload(content);
    const waits = [...job.after ?? [], ...Object.keys(job.answers ?? {}), ...Object.keys(job.when ?? {})].length > 0;
    const rest = job.rest || (waits ? WAIT : 0), expiry = rest ? await this.heightAfter(rest) : 0n;
    const price = job.maxPrice || (await this.quote(requester, job)).maxPrice;
    return {message: encode("MsgSubmitTask", {requester, nonce, job: await this.wireJob(job, price), expiry}), gas: GAS_SUBMIT + GAS_PLACE * (waits ? 2 : 1)};
  }

  /** Signs and sends a transaction, and returns once a block has it. Throws Refused. */
  async send(signer: OfflineDirectSigner, messages: [string, Uint8Array][], gas: number): Promise<{hash: string; height: number}> {
    const [account] = await signer.getAccounts();
    if (!account) throw new CredenceError("signer: it has no account");
    const {info} = await this.query<{info: {account_number: string}}>(`/cosmos/auth/v1beta1/account_info/${account.address}`);
    const {minimum_gas_price} = await this.query<{minimum_gas_price: string}>("/cosmos/base/node/v1beta1/config");
    // Two unordered transactions of one key with one timeout are taken for the same.
    this.lastTimeout = Math.max(Date.now() + TIMEOUT_MS, this.lastTimeout + 1);
    const bodyBytes = body(messages, this.lastTimeout, Math.floor(Math.random() * 1_000_000));
    const auth = authInfo(account.pubkey, feeOf(minimum_gas_price, gas), gas);
    const {signed, signature} = await signer.signDirect(account.address, makeSignDoc(bodyBytes, auth, this.chainId, Number(info.account_number)));
    const raw = txRaw(signed.bodyBytes, signed.authInfoBytes, fromBase64(signature.signature));
    type Answer = {tx_response: {code: number; codespace: string; raw_log: string; txhash: string; height: string}};
    const {tx_response: sent} = await this.query<Answer>("/cosmos/tx/v1beta1/txs", {mode: "BROADCAST_MODE_SYNC", tx_bytes: base64(raw)});
    if (sent.code !== 0) throw new Refused(sent.code, sent.codespace, sent.raw_log);
    for (const deadline = Date.now() + TIMEOUT_MS + 30_000; Date.now() < deadline; await sleep(300)) {
      const outcome = (await this.find<Answer>(`/cosmos/tx/v1beta1/txs/${sent.txhash}`))?.tx_response;
      if (!outcome) continue;
      if (outcome.code !== 0) throw new Refused(outcome.code, outcome.codespace, outcome.raw_log);
      return {hash: sent.txhash, height: Number(outcome.height)};
    }
    throw new NodeError(`transaction ${sent.txhash} was not included in time`);
  }

  /** Yields each task of a request as it ends, and returns when all have. What it yields is read from the state. */
  async *watch(request: string, timeoutMs = 600_000): AsyncGenerator<Task> {
    const told = new Set<string>(), deadline = Date.now() + timeoutMs;
    for await (const _ of this.moments(request, deadline)) {
      type Request = {status: string; reason: string; filled: string};
      const {request: r} = await this.query<{request: Request}>(`/credence/market/v1/requests/${id(request)}`);
      if (["REQUEST_STATUS_UNMATCHED", "REQUEST_STATUS_EXPIRED", "REQUEST_STATUS_SKIPPED"].includes(r.status) && r.filled === "0") throw new NoAnswer(r.reason || "it met no offer", r.status);
      // Deals are read before their tasks: one that has ended then has no task to come.
      let open = ["REQUEST_STATUS_QUEUED", "REQUEST_STATUS_RESTING", "REQUEST_STATUS_SIGNED", "REQUEST_STATUS_WAITING"].includes(r.status);
      for await (const deal of this.pages<{id: string; ended: string; size: string}>(`/credence/deals/v1/deals?request=${request}`, "deals")) {
        open ||= BigInt(deal.ended) < BigInt(deal.size);
        for await (const task of this.pages<Task>(`/credence/tasks/v1/deals/${deal.id}/tasks?`, "tasks")) {
          if (task.ending === "ENDING_UNSPECIFIED" || told.has(task.id)) continue;
          told.add(task.id);
          yield task;
        }
      }
      if (!open) return;
    }
    throw new NodeError(`request ${request} has not ended within ${timeoutMs / 1000} s; it runs on: watch it again`);
  }

  /** Yields at once, and then whenever something may have changed. */
  private async *moments(request: string, deadline: number): AsyncGenerator<void> {
    for (; Date.now() < deadline; await sleep(1000)) {
      yield;
      if (!this.web) continue;
      try {
        yield* events(`${this.web}/api/events?request=${request}`, deadline);
      } catch (trouble) {
        if (!(trouble instanceof NodeError || trouble instanceof TypeError || trouble instanceof DOMException)) throw trouble;
        // The stream broke, or is not offered: ask meanwhile, and try it again.
      }
    }
  }

  /** Fetches the accepted result of a task from the workers that agreed, or from other stores, each byte verified. */
  async fetch(task: string, sources: string[] = []): Promise<Result> {
    type Answer = {task: string; ending: string; outcome: {kind: string; digest: string} | null; holders: string[]; final: boolean; final_height: string};
    const answer = await this.query<Answer>(`/credence/tasks/v1/tasks/${id(task)}/result`);
    if (answer.ending !== "ENDING_ACCEPTED" || !answer.outcome) throw new NoAnswer("the task ended without an accepted answer", answer.ending);
    if (!answer.outcome.digest) throw new NoAnswer("the accepted answer has no result", answer.outcome.kind);
    const bases = [...sources];
    for (const holder of answer.holders) {
      const found = await this.find<{worker: {endpoint: string}}>(`/credence/workers/v1/workers/${holder}`); // a seat of the court has none
      if (found?.worker.endpoint) bases.push(found.worker.endpoint.replace(/\/+$/, ""));
    }
    const manifest = parseManifest(await blob(bases, answer.outcome.digest));
    const files = new Map<string, Uint8Array>();
    for (const f of manifest.files) files.set(f.path, await blob(bases, "sha256:" + f.sha256));
    return {task: answer.task, digest: answer.outcome.digest, manifest, files, final: answer.final, finalHeight: Number(answer.final_height)};
  }

  /** What lives on chain of a task's accepted answer, or undefined. The node is believed: it proves nothing. */
  async onchain(task: string): Promise<Uint8Array | undefined> {
    const {onchain} = await this.query<{onchain?: {data: string} | null}>(`/credence/tasks/v1/tasks/${id(task)}/result`);
    return onchain ? Uint8Array.from(atob(onchain.data), c => c.charCodeAt(0)) : undefined;
  }

  /** A feed as REST has it, with its latest value, whose data is in base64; undefined where there is none. */
  async feed(owner: string, name: string): Promise<Feed | undefined> {
    return this.find<Feed>(`/credence/feeds/v1/owners/${encodeURIComponent(owner)}/feeds/${encodeURIComponent(name)}`);
  }

  private async wireJob(job: Job, price: bigint): Promise<Message> {
    const inputs: Message[] = [], answers = Object.entries(job.answers ?? {});
    if (!this.store && (answers.length || Object.keys(job.inputs ?? {}).length)) throw new CredenceError("inputs: no store was named that serves them: give the client one");
    for (const [name, content] of Object.entries(job.inputs ?? {})) {
      inputs.push({name, digest: "sha256:" + await sha256(content), size: String(content.length), locators: [this.store]});
    }
    for (const [name, of] of answers) inputs.push({name, size: String(ANSWER_BYTES), locators: [this.store], tree: true, of});
    const asked = normalJob({
      app: job.app, args: job.args ?? [], inputs, trust: String(job.trust ?? 1000), policy: job.policy ?? "credence", min_replicas: job.minReplicas ?? 0,
      max_price: String(price), fuel_limit: String(job.fuelLimit ?? 10_000_000_000n), size: String(job.size ?? 1), pool: job.pool ?? "",
      datasets: job.datasets ?? [], category: job.category ?? "", callback: job.callback ?? "", onchain: job.onchain ?? "", voucher: job.voucher ?? "",
      execution: job.okExit?.length ? {ok_exit: job.okExit} : undefined, after: job.after ?? [],
      when: Object.entries(job.when ?? {}).map(([request, exits]) => ({request, exit: [...new Set(exits)].sort((x, y) => x - y)})), ...job.more,
    });
    encode("Job", asked); // a field that is none is an error here, before anything is uploaded or asked
    return asked;
  }
}

/** The fee in ucred for gas at a price such as "0.001000000000000000ucred". */
export function feeOf(price: string, gas: number): bigint {
  const coin = (price || "0ucred").split(",").find(c => /^[0-9]+(\.[0-9]+)?ucred$/.test(c));
  if (!coin) throw new NodeError(`the node asks for a price of gas of ${price}: expected one in ucred`);
  const [whole, part = ""] = coin.slice(0, -"ucred".length).split(".");
  const unit = 10n ** BigInt(part.length);
  return (BigInt(whole! + part) * BigInt(gas) + unit - 1n) / unit;
}

function id(text: string): string {
  if (!/^[0-9a-f]{64}$/.test(text)) throw new CredenceError(`id: got ${JSON.stringify(text.slice(0, 80))}, expected 64 lower-case hexadecimal digits`);
  return text;
}

const sleep = (ms: number) => new Promise(done => setTimeout(done, ms));

async function http(url: string, init: RequestInit = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(url, {signal: AbortSignal.timeout(15_000), ...init});
  } catch (trouble) {
    throw new NodeError(`${url}: ${trouble instanceof Error ? trouble.message : trouble}`);
  }
  if (answer.ok) return answer;
  const text = await answer.text().catch(() => "");
  const {words, info} = readRefusal(text);
  throw new NodeError(`${url}: ${answer.status}: ${words}`, answer.status, info);
}

/** What an answer that is an error says: its words, and the google.rpc.ErrorInfo among its details. */
function readRefusal(text: string): {words: string; info: ErrorInfo} {
  try {
    const answer = JSON.parse(text) as {message?: string; details?: ({"@type"?: string} & ErrorInfo)[]};
    const info = (answer.details ?? []).find((d) => d["@type"]?.endsWith("/google.rpc.ErrorInfo"));
    return {words: answer.message ?? text.slice(0, 500), info: info ?? {}};
  } catch {
    return {words: text.slice(0, 500), info: {}};
  }
}

async function ask<T>(url: string, body?: unknown): Promise<T> {
  const answer = await http(url, body === undefined ? {} : {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body, (_, value: unknown) => typeof value === "bigint" ? value.toString() : value)});
  return await answer.json() as T;
}

async function blob(bases: string[], digest: string): Promise<Uint8Array> {
  let trouble: unknown = new NodeError(`${digest}: no worker or store is known that has it`);
  for (const base of bases) {
    try {
      return await check(new Uint8Array(await (await http(`${base}/v2/credence/blobs/${digest}`)).arrayBuffer()), digest);
    } catch (failed) {
      if (!(failed instanceof NodeError || failed instanceof DigestMismatch)) throw failed;
      trouble = failed;
    }
  }
  throw trouble;
}

/** Yields with every event of a stream, and every twentieth block: tasks that are refunded unopened make no event of their own. */
async function* events(url: string, deadline: number): AsyncGenerator<void> {
  const answer = await http(url, {headers: {Accept: "text/event-stream"}, signal: AbortSignal.timeout(Math.max(1, deadline - Date.now()))});
  let rest = "", blocks = 0;
  const decoder = new TextDecoder();
  for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
    const lines = (rest + decoder.decode(chunk, {stream: true})).split("\n");
    rest = lines.pop()!;
    let wake = false;
    for (const line of lines) {
      if (line === "event: event") wake = true;
      if (line === "event: block" && ++blocks % 20 === 0) wake = true;
    }
    if (wake) yield;
  }
}
