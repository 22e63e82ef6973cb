import {h} from "../dom.js";
import {cred, plural, percent} from "../format.js";
import {level, pager} from "../parts.js";

export function ledgers(d, {query}) {
  return [
    h("h1", {}, "Ledgers"),
    h("p", {class: "lead"}, "A first worker that lies does not know who will check it. A lie that fails puts a charge on two ledgers, as large as the chance with which it could have passed. So the errors, which nobody can see, and the charges, which everybody can, grow alike on average. A ledger keeps its charges, the debt D, below a budget B = (N + 1)/T + E0, where N is the number of tasks that count and T the trust. So at most B of its results are wrong in expectation, under the protocol's assumptions. This is no promise about one task, nor about what D happens to be today."),
    h("p", {class: "lead"}, "Tasks are not worth the same, so beside the count stands an account in money. A charge counts there times the value of its task. Its budget is an allowance and the premiums of the tasks that count: each pays its value divided by T, which is destroyed. So wrong results are expected to be worth no more than what was paid for them and the allowance."),
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
    h("h2", {}, `${name(l.key)}: ${percent(l.trust)}`),
    h("p", {}, `D = ${l.debt} of B = ${l.budget}`, share === null ? "" : ` (${share} %)`),
    level(`Debt ${l.debt} of a budget of ${l.budget}`, debt, budget),
    h("p", {class: "soft small"}, `Of ${plural(l.counted, "task")} that count, at most ${l.budget} wrong results are to be expected. Charged so far: ${l.debt}. ${plural(l.unsettled, "turn")} not settled yet.`),
    h("p", {}, `In money: ${cred(l.value_debt)} of ${cred(l.value_budget)}, of which tasks have paid ${cred(l.premiums)} in premiums`),
    h("p", {class: "soft small mono"}, l.key));
}
