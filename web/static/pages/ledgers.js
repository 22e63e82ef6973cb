import {h} from "../dom.js";
import {count, plural} from "../format.js";
import {level, pager} from "../parts.js";

export function ledgers(d, {query}) {
  return [
    h("h1", {}, "Ledgers"),
    h("p", {class: "lead"}, "Each accepted answer is charged with the chance that it is wrong. A ledger adds these charges up, its debt D, and accepts no answer that would take it above its budget B = (N + 1)/T + E0, which grows with the tasks that count, N. So at most B answers of a ledger are wrong in expectation, under the protocol's assumptions."),
    d.ledgers.length ? h("div", {class: "two"}, d.ledgers.map(one)) : h("p", {class: "card soft"}, "No ledger yet: the first task makes two."),
    pager(query, d.next),
  ];
}

function name(key) {
  const [kind, id] = key.split("/");
  return kind === "class" ? "All tasks of this trust" : `Tasks of ${id} at this trust`;
}

function one(l) {
  const debt = Number(l.debt), budget = Number(l.budget);
  const share = budget > 0 && Number.isFinite(debt) ? Math.round(100 * debt / budget) : null;
  return h("section", {class: "card"},
    h("h2", {}, `${name(l.key)}: ${count(l.trust)}`),
    h("p", {}, `D = ${l.debt} of B = ${l.budget}`, share === null ? "" : ` (${share} %)`),
    level(`Debt ${l.debt} of a budget of ${l.budget}`, debt, budget),
    h("p", {class: "soft small"}, `Of ${plural(l.counted, "task")} that count, at most ${l.budget} wrong answers are to be expected; the charges so far say ${l.debt}. ${plural(l.unsettled, "task is", "tasks are")} still open.`),
    h("p", {class: "soft small mono"}, l.key));
}
