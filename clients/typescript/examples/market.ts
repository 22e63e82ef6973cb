// Orders, vouchers, datasets and a graph of jobs, on a devnet.
//
//     credenced devnet                                  # in another terminal
//     npm run build && node dist/examples/market.js app.wasm data.txt
import {readFileSync} from "node:fs";
import {homedir} from "node:os";
import {DirectSecp256k1Wallet} from "@cosmjs/proto-signing";
import {Client, type Job, NoAnswer, orderKey} from "../src/index.js";

const [program, file] = process.argv.slice(2);
if (!program || !file) throw new Error("usage: market.js PROGRAM.wasm FILE");
const devnet = JSON.parse(readFileSync(process.env.CREDENCE_DEVNET ?? homedir() + "/.credence/devnet/devnet.json", "utf8"));

/** An account of the devnet, with a wallet that signs its transactions, and a key that signs its orders. */
async function accountOf(name: string) {
  const account: {address: string; key_file: string} = devnet.accounts.find((a: {name: string}) => a.name === name);
  const secret = Buffer.from(readFileSync(account.key_file, "utf8").trim(), "hex");
  return {address: account.address, signer: await DirectSecp256k1Wallet.fromKey(secret, "cred"), key: await orderKey(secret)};
}
const provider = await accountOf("provider"), requester = await accountOf("requester");
const client = await Client.connect(devnet.rest, {store: devnet.store, web: devnet.web});
const all = async <T>(list: AsyncIterable<T>): Promise<T[]> => { const out: T[] = []; for await (const one of list) out.push(one); return out; };
const endings = async (request: string) => (await all(client.watch(request))).map(task => task.ending).join(" ");

const description = "Published by the TypeScript client's example";
const app = await client.publish(provider.signer, {name: "market-typescript", version: "1.0", description, price: 10_000n}, readFileSync(program));
const dataset = await client.publishDataset(provider.signer, {name: "data-typescript", version: "1.0", description, mediaType: "text/plain"}, readFileSync(file));
console.log("published", app, dataset);

// A voucher pays for a task.
const voucher = await client.issueVoucher(requester.signer, {holder: requester.address, amount: 5_000_000n, seconds: 3600, description: "Credit of the example"});
const before = BigInt((await client.voucher(voucher)).balance);
const paid = await client.submit(requester.signer, {app, datasets: [dataset], trust: 100, voucher});
console.log("by voucher", await endings(paid.request), (await all(client.vouchers({holder: requester.address}))).some(v => v.id === voucher));
console.log("the voucher paid", BigInt((await client.voucher(voucher)).balance) < before);

// An order on the book, and taken back.
const terms = {nonce: 2, app: {app, price: 5_000}};
const placed = await client.placeOrder(provider.signer, terms);
console.log("placed", (await all(client.orders({app, status: "ORDER_STATUS_RESTING"}))).map(o => o.id).join() === placed, await client.placeOrder(provider.signer, terms) === placed);
await client.cancelOrder(provider.signer, "app", 2n);
console.log("cancelled", (await client.order(placed)).status);

// Two orders that were signed off the chain, and a pool's from the book: whoever has them makes the deal.
const {maxPrice} = await client.quote(requester.address, {app, trust: 100});
const offer = await client.signOrder(provider.key, {app: {app, price: 4_000}});
const wish = await client.signOrder(requester.key, {request: {app, trust: 100, max_price: maxPrice.toString(), fuel_limit: "10000000000"}});
await client.matchOrders(provider.signer, {app: offer, pool: (await all(client.book()))[0]!.id, request: wish});
console.log("matched", await endings(await client.orderId(requester.address, "request", BigInt(wish.order.nonce!))));

// A graph: the chain releases each node, and skips the one whose condition does not hold.
const job: Job = {app, trust: 100, okExit: [0, 3]};
const requests = await client.submitGraph(requester.signer, {
  first: {job}, second: {job, answers: {first: "first"}, when: {first: [0]}}, never: {job, when: {first: [3]}}, last: {job, after: ["second"]},
});
for (const name of ["first", "second", "last"]) {
  for await (const task of client.watch(requests[name]!)) console.log("node", name, task.ending, (await client.fetch(task.id)).digest);
}
try {
  await endings(requests.never!);
} catch (skipped) {
  if (!(skipped instanceof NoAnswer)) throw skipped;
  console.log("node never", skipped.state);
}
