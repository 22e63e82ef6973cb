// Verifies the receipt of an answer without a node, and says what it proves.
//
//     credence task receipt 3f2a5c0e9d8b --out receipt.json
//     npm run build && node dist/examples/verify.js receipt.json TRUST
//
// TRUST comes from somebody whom you believe, and never from the receipt: docs/receipts.md, "What to trust".
import {readFileSync} from "node:fs";
import {Refusal, verify} from "../receipt.mjs";

const [file, trust] = process.argv.slice(2);
if (!file || !trust) throw new Error("usage: verify.js FILE TRUST");
try {
  const {task, answer, evidence, work, signed} = await verify(readFileSync(file, "utf8"), trust);
  const whole = evidence.shown?.checked !== false;
  console.log(whole ? "proven" : "partly checked", answer.digest);
  console.log("task", task, "of", work.app + ":" + work.version);
  console.log("accepted under", evidence.policy, "with trust", evidence.trust, "and signed by", signed.signers, "of", signed.validators, "validators");
  if (!whole) {
    console.error("NOT CHECKED: the proof of the answer. `credence receipt verify` checks it");
    process.exitCode = 1;
  }
} catch (e) {
  if (!(e instanceof Refusal)) throw e;
  console.error(`not proven (${e.reason}): ${e.message}`);
  process.exitCode = 15;
}
