// Publishes a program on a devnet, runs it, watches it, and prints its verified result.
//
//     credenced devnet                                  # in another terminal
//     npm run build && node dist/examples/count.js count.wasm text.txt
import {readFileSync} from "node:fs";
import {homedir} from "node:os";
import {DirectSecp256k1Wallet} from "@cosmjs/proto-signing";
import {Client} from "../src/index.js";

const [program, file] = process.argv.slice(2);
if (!program || !file) throw new Error("usage: count.js PROGRAM.wasm FILE");
const devnet = JSON.parse(readFileSync(process.env.CREDENCE_DEVNET ?? homedir() + "/.credence/devnet/devnet.json", "utf8"));

/** An account of the devnet, with a wallet that signs for it. */
async function accountOf(name: string) {
  const account: {address: string; key_file: string} = devnet.accounts.find((a: {name: string}) => a.name === name);
  return {address: account.address, signer: await DirectSecp256k1Wallet.fromKey(Buffer.from(readFileSync(account.key_file, "utf8").trim(), "hex"), "cred")};
}
const provider = await accountOf("provider"), requester = await accountOf("requester");

const client = await Client.connect(devnet.rest, {store: devnet.store, web: devnet.web});
const version = {name: "from-typescript", version: "1.0", description: "Published by the TypeScript client's example"};
const app = await client.publish(provider.signer, version, readFileSync(program));
console.log("published", app, "and again, which changes nothing:", await client.publish(provider.signer, version, readFileSync(program)));
const job = {app, args: ["/in/text.txt"], inputs: {"text.txt": readFileSync(file)}, trust: 100};
console.log((await client.quote(requester.address, job)).text);
const submitted = await client.submit(requester.signer, job);
console.log("request", submitted.request);
for await (const task of client.watch(submitted.request)) {
  console.log("task", task.id, task.ending);
  const result = await client.fetch(task.id);
  console.log("verified", result.digest);
  for (const [path, content] of result.files) console.log(path + ":", Buffer.from(content).toString());
}
