// A client of one geth: batched calls, transactions with their nonces kept here, and the processor time of its process.
import { readFileSync } from "node:fs";
import { Wallet, id as keccakOfText } from "ethers";

const BATCH = 200; // calls in one request
const POLL = 50; // milliseconds
const GAS_PRICE = 2_000_000_000n; // wei

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// wallet is an account whose key follows from a name.
export const wallet = (name) => new Wallet(keccakOfText(name));

export class Chain {
  #url;
  #pid;
  #calls = 0;
  #nonces = new Map();

  constructor(url, pid) {
    this.#url = url;
    this.#pid = pid;
  }

  // connect waits until geth answers.
  async connect() {
    for (let tries = 0; ; tries++) {
      try {
        this.id = Number(await this.call("eth_chainId"));
        return this;
      } catch (err) {
        if (tries === 100) throw new Error(`geth at ${this.#url} does not answer: ${err}`);
        await sleep(100);
      }
    }
  }

  // callAll makes many calls, and returns their replies in order: { result } or { error } each.
  async callAll(calls) {
    const replies = [];
    for (let i = 0; i < calls.length; i += BATCH) {
      const first = this.#calls + 1;
      const body = calls.slice(i, i + BATCH).map(([method, ...params]) => ({ jsonrpc: "2.0", id: ++this.#calls, method, params }));
      const response = await fetch(this.#url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      for (const reply of await response.json()) replies[i + reply.id - first] = reply;
    }
    return replies;
  }

  async call(method, ...params) {
    const [{ error, result }] = await this.callAll([[method, ...params]]);
    if (error) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result;
  }

  // read calls a view of a contract.
  async read(to, abi, name, args = []) {
    const result = await this.call("eth_call", { to, data: abi.encodeFunctionData(name, args) }, "latest");
    return abi.decodeFunctionResult(name, result)[0];
  }

  // sign gives a transaction the next nonce of its sender.
  async sign(from, to, data, gasLimit, value = 0n) {
    let nonce = this.#nonces.get(from.address);
    if (nonce === undefined) nonce = Number(await this.call("eth_getTransactionCount", from.address, "latest"));
    this.#nonces.set(from.address, nonce + 1);
    return from.signTransaction({ chainId: this.id, nonce, to, data, gasLimit, gasPrice: GAS_PRICE, value, type: 0 });
  }

  // send sends signed transactions and waits until all of them are in blocks. A transaction that is refused or reverts is an error. It
  // returns the seconds and the seconds of geth's processor until the last one was in a block, and the receipts.
  async send(transactions) {
    const begin = performance.now();
    const cpu = this.cpu();
    const hashes = [];
    for (const { error, result } of await this.callAll(transactions.map((raw) => ["eth_sendRawTransaction", raw]))) {
      if (error) throw new Error(`geth refuses a transaction: ${JSON.stringify(error)}`);
      hashes.push(result);
    }
    while (!(await this.call("eth_getTransactionReceipt", hashes.at(-1)))) await sleep(POLL);
    const spent = { seconds: (performance.now() - begin) / 1000, cpu: this.cpu() - cpu };
    const receipts = await this.#receipts(hashes);
    return { ...spent, receipts };
  }

  async #receipts(hashes) {
    for (let tries = 0; tries < 200; tries++) {
      const replies = await this.callAll(hashes.map((hash) => ["eth_getTransactionReceipt", hash]));
      const receipts = replies.map(({ result }) => result);
      if (receipts.every((receipt) => receipt)) {
        const reverted = receipts.find(({ status }) => status !== "0x1");
        if (reverted) throw new Error(`the transaction ${reverted.transactionHash} reverted`);
        return receipts;
      }
      await sleep(POLL);
    }
    throw new Error("a transaction is in no block, although one that was sent after it is");
  }

  // cpu is the processor time of geth so far, in seconds. The kernel counts it in hundredths.
  cpu() {
    const stat = readFileSync(`/proc/${this.#pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }
}
