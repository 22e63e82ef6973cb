import {h, link} from "../dom.js";
import {cred, count, plural, clock, short, scaled, list, trust, account} from "../format.js";
import {taskTable, tabs, pager, pill, facts, card, table, idLink, orgLink, party, appLink, level} from "../parts.js";

const STATES = ["waiting", "running", "provisional", "court"];
const ENDINGS = ["accepted", "no worker", "too few organisations", "input unavailable", "abstained", "void", "court silent", "court unpaid", "undecided", "cancelled", "broken"];

const MEANS = {
  "waiting": "Nobody has been drawn yet.",
  "running": "Workers run them, or reveal their answers.",
  "provisional": "All answers agree. The error debt of a ledger has no room for another answer yet.",
  "court": "The validators run them again, because answers differ or somebody asked for it.",
  "accepted": "They have an answer, and it is paid for.",
  "no worker": "No first worker answered. The money went back.",
  "too few organisations": "Too few independent organisations could be drawn. The money went back.",
  "input unavailable": "An input could not be had. The money went back.",
  "abstained": "No worker had an answer. The money went back.",
  "void": "The court found no answer on which two thirds agree. The money went back.",
  "court silent": "More than a third of the court was silent. The money went back.",
  "court unpaid": "A court was needed that the escrow could not pay. The money went back.",
  "undecided": "The workers did not agree, and no court may decide under their policy. The money went back.",
  "cancelled": "The requester took them back in time. The money went back.",
  "broken": "The chain could not process them. The money went back; nobody is at fault.",
};

// NOW says what the state of a single task means.
const NOW = {
  "waiting": "Nobody has been drawn yet.",
  "running": "Workers run it, or reveal their answers.",
  "provisional": "All answers agree. The error debt of a ledger has no room for another answer yet.",
  "court": "The validators run it again.",
};

export function tasks(d, {query}) {
  const state = query.get("state") ?? "", ending = query.get("ending") ?? (state === "ended" ? "accepted" : "");
  return [
    h("h1", {}, "Tasks"),
    tabs("Tasks by state", [
      ["Newest", "/tasks", !state],
      ...STATES.map(s => [s === "court" ? "before the court" : s, "/tasks?state=" + s, state === s]),
      ["ended", "/tasks?state=ended&ending=accepted", state === "ended"],
    ]),
    state === "ended" ? tabs("Ended tasks by ending", ENDINGS.map(e => [e, "/tasks?state=ended&ending=" + encodeURIComponent(e), e === ending])) : null,
    h("p", {class: "lead"}, state ? MEANS[ending || state] ?? "" : "The newest tasks of every state, newest first. The lists by state go back to the first."),
    taskTable("Tasks", d.tasks, "None."),
    pager(query, d.next),
  ];
}

export function task(d, {height}) {
  return [
    h("h1", {}, "Task ", h("span", {class: "mono"}, short(d.id))),
    h("p", {class: "lead"}, pill(d.state === "ended" ? d.ending : d.state), " ", d.ending === "accepted" && !d.final ? pill("under audit") : null, " ", sentence(d, height)),
    d.pruned ? h("p", {class: "soft"}, `Pruned at block ${count(d.pruned)}: the chain keeps the answer and who was right. The plan, the draws and the payments are in the state before that block, which archive nodes keep.`) : null,
    h("div", {class: "two"},
      h("section", {class: "card"}, h("h2", {}, "Its life"), h("ol", {class: "steps"}, d.steps.map(s => stepOf(s, d, height)), later(d, height))),
      h("div", {},
        card("What was asked", facts(
          ["Program", appLink(d.app, d.version)], ["Module", h("span", {class: "mono", title: d.terms.digest}, short(d.terms.digest))], ["Runtime", d.terms.runtime],
          ["Asked by", party(d.organisation, d.requester)], ["Trust", trust(d.trust)], ["Policy", d.terms.policy], ["Pool", d.terms.pool],
          ["Task of the request", `number ${count(d.index)}`], ["Request", idLink("requests", d.request)], ["Deal", idLink("deals", d.deal)],
          ["Id", h("span", {class: "mono"}, d.id)])),
        h("p", {}),
        evidence(d),
        h("p", {}),
        result(d))),
    h("h2", {}, "Workers"),
    seats("Workers of this task", d.seats, d.court.length ? "None: the court runs it alone." : "Nobody has been drawn yet."),
    d.court.length ? [h("h2", {}, "Court"), seats("Seats of the court", d.court)] : null,
    money(d),
    h("h2", {}, "Draws"),
    h("p", {class: "lead small"}, "Anyone can draw again from the seed of the block, and must get the same workers."),
    table("Draws", [
      ["Wave", x => count(x.wave)], ["Attempt", x => count(x.attempt), "right"], ["Block", x => count(x.height), "right"],
      ["Seed", x => h("span", {class: "mono", title: x.seed}, short(x.seed))], ["Tickets", x => count(x.tickets), "right"], ["Passed over", x => count(x.passed), "right"],
      ["Drawn", x => list(x.organisations), "wide"],
    ], d.draws, d.court.length ? "None: every seat of the court runs it." : "None yet."),
  ];
}

function sentence(d, height) {
  if (d.state === "ended") {
    if (d.ending !== "accepted") return MEANS[d.ending] ?? "";
    const agreed = [...d.seats, ...d.court].filter(s => s.right).map(s => s.organisation);
    return `Accepted ${d.by_court ? "by the court" : agreed.length ? "after " + list([...new Set(agreed)]) + " agreed" : ""}${d.final ? ", and final" : ", and can be challenged"}.`;
  }
  if (d.state === "court" && d.court_place) return `Number ${count(d.court_place)} of ${count(d.court_waiting)} in the court's line.`;
  return NOW[d.state] +
    (d.deadline > height ? ` This phase ends at block ${count(d.deadline)} at the latest.` : "");
}

const TONE = {accepted: "good", final: "good"};

function stepOf(s, d, height) {
  const who = s.organisation ? orgLink(s.organisation) : h("span", {class: "mono"}, account(s.who));
  const answer = o => !o ? "nothing" : o.kind === "result" ? ["the result ", h("span", {class: "mono", title: o.digest}, short(o.digest))]
    : o.kind === "app failed" ? ["that the program fails, ", h("span", {class: "mono", title: o.digest}, short(o.digest))]
    : o.kind === "input unavailable" ? "that an input could not be had" : "no answer";
  const names = s.names?.length ? links(s.names) : "nobody";
  const [text, tone] = {
    "matched": () => [["Matched with an offer of pool ", s.word, "."]],
    "opened": () => [["The task was opened."]],
    "drawn": () => [[s.wave === 1 ? ["Drawn as first worker", s.attempt > 1 ? `, attempt ${s.attempt}` : "", ": "] : ["Drawn blind: "], names, "."]],
    "planned": () => [["How it is checked: ", s.word]],
    "committed": () => [[who, " committed to an answer that nobody can read yet."]],
    "revealed": () => [[who, " revealed ", answer(s.outcome), "."], s.outcome && d.digest && s.outcome.digest !== d.digest ? "bad" : "good"],
    "declined": () => [[who, ` gave its seat back: it ${s.word}.`], "warn"],
    "silent": () => [[who, " did not answer in time."], "warn"],
    "court": () => [["The court was called: ", names, "."], "warn"],
    "court committed": () => [["Court seat ", who, " committed."]],
    "court revealed": () => [["Court seat ", who, " revealed ", answer(s.outcome), "."], s.outcome && d.digest && s.outcome.digest !== d.digest ? "bad" : "good"],
    "court silent": () => [["Court seat ", who, " was silent."], "warn"],
    "ended": () => [[s.word.startsWith("accepted") ? ["Accepted", s.word.endsWith("by court") ? " by the court" : "", ": ", answer(s.outcome), ". The money moved."] : `Ended: ${s.word}. The money went back.`], TONE[s.word.split(" ")[0]] ?? "bad"],
    "audit": () => [[s.word ? `The court looks at the answer, because of: ${s.word}.` : "Until here the answer can be challenged."], "later"],
    "final": () => [["The answer became final: ", s.word || "no audit", "."], s.word === "overturned" ? "bad" : "good"],
  }[s.kind]?.() ?? [[s.kind]];
  return h("li", {class: s.height > height && height ? "later" : tone ?? ""}, h("p", {}, text),
    h("p", {class: "when"}, `block ${count(s.height)}`, s.height > d.opened ? `, ${plural(s.height - d.opened, "block")} after it was opened` : "", s.time ? ` · ${clock(s.time)}` : ""));
}

// links joins organisations as list does, each as a link.
function links(names) { return names.map((name, i) => [i === 0 ? "" : i === names.length - 1 ? " and " : ", ", orgLink(name)]); }

// BOUND says which condition determined the size of a plan.
const BOUND = {
  "debt": "the error debt that the ledgers allow", "value": "the same in money, for the value at risk", "stake": "the stake behind the answer, against what a lie could win",
  "request": "the requester, who asked for at least as many", "evidence": "the records of the workers", "policy": "the policy itself",
};

function later(d, height) {
  if (d.state === "ended" || !d.deadline || d.deadline <= height) return null;
  return h("li", {class: "later"}, h("p", {}, "Now: ", d.phase, "."), h("p", {class: "when"}, `until block ${count(d.deadline)} at the latest`));
}

function evidence(d) {
  const p = d.plan;
  if (!p && d.court.length) return card("Evidence against the target", h("p", {}, "No workers were asked: the court of validators runs it, and two thirds of it must agree."));
  if (!p && d.pruned) return card("Evidence against the target", h("p", {class: "soft"}, "Its plan was pruned with the task."));
  if (!p) return card("Evidence against the target", h("p", {class: "soft"}, "Planned when the first worker has committed: how many more workers run it depends on the trust and on what the ledgers allow."));
  if (p.court) return card("Evidence against the target", h("p", {}, p.text));
  const allowed = Number(p.allowance), charge = Number(p.charge);
  return card("Evidence against the target",
    h("p", {}, p.text),
    facts(
      ["Workers", `${count(p.replicas)}${p.lottery ? `, and one more in ${p.lottery} of 16 cases` : ""}`],
      ["Chance that all blind ones collude", `at most ${p.x}`],
      ["Assumed colluders", `${count(p.faction)} of ${count(p.eligible)} organisations`],
      ["Charge of a lie that fails", p.charge],
      ["The ledgers allowed", `up to ${p.allowance}`],
      ["What decided", BOUND[p.bound] ?? p.bound]),
    Number.isFinite(allowed) && allowed > 0 && Number.isFinite(charge) ? level(`The charge is ${Math.round(100 * charge / allowed)} percent of what the ledgers allowed`, charge, allowed) : null,
    h("p", {class: "soft small"}, `The target is ${trust(d.trust)} on average. A wrong answer of the first worker passes only if every blind worker colludes with it, with a chance of at most ${p.x}. If it does not pass, its charge is put on the `,
      h("a", {href: "/ledgers"}, "ledgers"), ", which bound such charges."));
}

function result(d) {
  if (!d.digest && !d.kind) return card("Result", h("p", {class: "soft"}, "None yet."));
  return card("Result", facts(
    ["Answer", d.kind], ["Digest", h("span", {class: "mono"}, d.digest)], ["Fuel", scaled(d.fuel)],
    ["On chain", d.onchain ? [h("span", {class: "mono"}, d.onchain.text), h("span", {class: "soft"}, ` (${d.onchain.file})`)] : ""],
    ["Audit", d.audit ? (d.final ? d.audit.result : d.audit.cause ? `the court looks at it: ${d.audit.cause}` : `can be challenged until block ${count(d.audit.end)}`) : "none"],
    ["Challenger", d.audit?.challenger ? h("span", {class: "mono"}, d.audit.challenger) : ""], ["Bond", d.audit?.bond && d.audit.bond !== "0" ? cred(d.audit.bond) : ""]),
    h("p", {class: "soft small"}, "Fetch it, each byte checked against the digest:"),
    h("p", {}, h("code", {}, `credence task fetch ${d.id.slice(0, 12)} --out result`)));
}

function seats(caption, rows, empty) {
  return table(caption, [
    ["Organisation", s => orgLink(s.organisation)],
    ["Account", s => s.wave ? link(["workers", s.who], h("span", {class: "mono", title: s.who}, account(s.who))) : h("span", {class: "mono", title: s.who}, account(s.who))],
    ["Wave", s => s.wave ? count(s.wave) : "court", "right"],
    ["State", s => pill(s.state)],
    ["Committed", s => s.committed ? count(s.committed) : "", "right"], ["Revealed", s => s.revealed ? count(s.revealed) : "", "right"],
    ["Answer", s => s.outcome ? [s.outcome.kind, " ", h("span", {class: "mono", title: s.outcome.digest}, short(s.outcome.digest))] : ""],
    ["Confirmations before", s => s.wave ? count(s.score) : "", "right"],
    ["Found", s => s.fault ? [pill(s.fault), s.slash !== "0" ? ` ${cred(s.slash)} slashed` : ""] : s.right ? pill("right") : ""],
  ], rows, empty);
}

const PARTY = {app: "the app's price", dataset: "a dataset's price", pool: "the pool's commission", court: "the court's fee", requester: "restitution", audits: "the budget for audits"};

function money(d) {
  if (!d.money) return null;
  const m = d.money;
  const rows = m.payments.map(p => ({from: p.source, amount: p.amount, to: p.party === "audits" ? "the chain" : party(p.organisation, p.to),
    what: p.party === "worker" ? (p.source === "stake" ? "share of a slashed stake" : "a right answer") : PARTY[p.party] ?? p.party}));
  if (m.premium !== "0") rows.push({from: "escrow", amount: m.premium, to: "nobody", what: d.ending === "accepted" ? "premium, destroyed" : "for the charge, destroyed"});
  if (m.refund !== "0") rows.push({from: "escrow", amount: m.refund, to: "the requester's side", what: "refund"});
  if (m.burnt !== "0") rows.push({from: "stake", amount: m.burnt, to: "nobody", what: "burnt"});
  if (m.bond_back !== "0") rows.push({from: "bond", amount: m.bond_back, to: "who posted it", what: "bond back"});
  if (m.bond_kept !== "0") rows.push({from: "bond", amount: m.bond_kept, to: "the chain", what: "bond kept for audits"});
  return [h("h2", {}, "Money"), table("Every movement of money", [
    ["For", r => r.what], ["From", r => r.from], ["To", r => r.to], ["Amount", r => cred(r.amount), "right"],
  ], rows, "Nothing moved.")];
}
