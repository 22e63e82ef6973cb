// Runs a published program on a devnet, watches it, and prints its verified result.
//
//     credenced devnet                                  # in another terminal
//     npm run build && node dist/examples/count.js ORGANISATION/NAME:VERSION text.txt
import {readFileSync} from "node:fs";
import {homedir} from "node:os";
import {DirectSecp256k1Wallet} from "@cosmjs/proto-signing";
import {Client} from "../src/index.js";

const [app, file] = process.argv.slice(2);
if (!app || !file) throw new Error("usage: count.js APP FILE");
const devnet = JSON.parse(readFileSync(process.env.CREDENCE_DEVNET ?? homedir() + "/.credence/devnet/devnet.json", "utf8"));
const account = devnet.accounts.find((a: {name: string}) => a.name === "requester");
const signer = await DirectSecp256k1Wallet.fromKey(Buffer.from(readFileSync(account.key_file, "utf8").trim(), "hex"), "cred");

const client = await Client.connect(devnet.rest, {store: devnet.store, web: devnet.web});
const job = {app, args: ["/in/text.txt"], inputs: {"text.txt": readFileSync(file)}, trust: 100};
console.log((await client.quote(account.address, job)).text);
const submitted = await client.submit(signer, job);
console.log("request", submitted.request);
for await (const task of client.watch(submitted.request)) {
  console.log("task", task.id, task.ending);
  const result = await client.fetch(task.id);
  console.log("verified", result.digest);
  for (const [path, content] of result.files) console.log(path + ":", Buffer.from(content).toString());
}
