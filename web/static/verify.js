// The page on which a browser checks a receipt. The check itself asks no server.
import {isFeed, Refusal, verify, verifyFeed} from "./receipt.mjs";
import {h} from "./dom.js";

/** check returns what the text of a receipt proves: whether it is good, a sentence, and rows of names and values. */
export async function check(text, trust, expected = {}) {
  try {
    return isFeed(text) ? describeFeed(await verifyFeed(text, trust, expected)) : describeTask(await verify(text, trust, expected));
  } catch (e) {
    if (e instanceof Refusal) return {good: false, says: `It proves nothing (${e.reason}): ${e.message}.`, rows: []};
    return {good: false, says: `It was not checked: ${e.message}.`, rows: []};
  }
}

/** shownBy describes the evidence that shows an answer in addition to the validators' word. */
function shownBy(e) {
  if (e.verifier === undefined) return `a signature, checked here, of the session key ${e.key}: platform ${e.platform}, machine ${e.machine}, measurement ${e.measurement}`;
  return `a proof of ${e.system} under the verifier ${e.verifier}, for the program ${e.program}; not checked here: receipt verify does${e.stopped ? ". The verifier has been stopped since" : ""}`;
}

const time = seconds => new Date(Number(seconds) * 1000).toISOString();

function signedRows(s) {
  return [
    ["Signed by", `${s.signers} of ${s.validators} validators, with the power ${s.power} of ${s.total_power}`], ["State", `of height ${s.height}, in the block ${s.block} of ${s.time}`],
    ["Changes of the validators since what you trust", String(s.changes)],
  ];
}

function describeTask(s) {
  const {answer, evidence, work} = s;
  return {
    good: true, says: `Proven: the chain ${s.chain} accepted this answer for good.`, rows: [
      ["Answer", `${answer.digest}${answer.kind === "RESULT" ? "" : ", that the program fails"}`], ["Task", s.task], ["App", `${work.app}:${work.version}, ${work.digest}`], ["Arguments", work.args.join(" ")],
      ["Asked by", work.organisation || "an account of no organisation"], ["Policy", `${evidence.policy}, trust ${evidence.trust}`], ["Replicas", String(evidence.replicas)],
      ["Given by", evidence.by_court ? `the court: ${evidence.court.join(", ")}` : evidence.gave_it.join(", ")], ["Audit", evidence.audit],
      ...evidence.shown ? [["Shown by", shownBy(evidence.shown)]] : [],
      ...evidence.overturned ? [["Overturned", evidence.overturned]] : [], ...signedRows(s.signed),
    ],
  };
}

function describeFeed(s) {
  const v = s.value;
  let value = Array.from(v.data, b => b.toString(16).padStart(2, "0")).join("");
  try {
    const text = new TextDecoder("utf-8", {fatal: true}).decode(v.data);
    if (!/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e]/.test(text)) value = text;
  } catch { /* not UTF-8: the hex digits are shown */ }
  return {
    good: true, says: `Proven: this was the latest value of the feed ${s.owner}/${s.name} of the chain ${s.chain} at height ${s.signed.height}.`, rows: [
      ["Value", value], ["Asked for", `${time(v.asked_time)}, at height ${v.asked}`], ["Final", `${time(v.time)}, at height ${v.height}`], ["App", `${s.app}, version ${v.app_version}`],
      ["Trust", `${v.trust}, policy ${v.policy}; the feed takes ${s.min_trust} or more under ${s.policy}`], ["Updated by", s.shared ? `every account of ${s.owner}` : s.account],
      ["Task", v.task], ["Result", v.digest], ...signedRows(s.signed),
    ],
  };
}

/** Shows an outcome. */
function show(outcome, o) {
  outcome.replaceChildren(
    h("h2", {}, o.good ? "Proven" : "Not proven"), h("p", {class: o.good ? "note good" : "note bad"}, o.says),
    o.rows.length ? h("dl", {class: "card"}, o.rows.map(([name, value]) => [h("dt", {}, name), h("dd", {class: "mono"}, value || "none")])) : "");
}

if (typeof document !== "undefined") {
  const field = id => document.getElementById(id);
  field("check").addEventListener("submit", async e => {
    e.preventDefault();
    const text = await field("file").files[0].text();
    show(field("outcome"), await check(text, field("trust").value.trim(), {chain: field("chain").value.trim(), digest: field("digest").value.trim()}));
  });
}
