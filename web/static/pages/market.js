import {h} from "../dom.js";
import {cred, replicaPrice, count, plural, short, scaled, span, percent, trust} from "../format.js";
import {table, tabs, pager, pill, facts, card, idLink, orgLink, party, appLink, dealTable, taskTable} from "../parts.js";

export function market(d, {query}) {
  const at = category => "/market" + (category ? "?category=" + encodeURIComponent(category) : "");
  const category = query.get("category") ?? "";
  const categories = [...d.categories].sort((a, b) => a.seconds - b.seconds || (a.id < b.id ? -1 : 1));
  return [
    h("h1", {}, "Market"),
    h("p", {class: "lead"}, "Pools offer executions, and requests meet the cheapest offer that fits. Prices are for one right answer of one worker."),
    tabs("Book by category", [["no category", at(""), !category], ...categories.map(c => [c.id, at(c.id), c.id === category])]),
    h("h2", {}, "Offers", category ? ` for category ${category}` : ""),
    table("Offers of pools, cheapest first", [
      ["Order", o => idLink("orders", o.id)], ["Pool", o => o.of], ["By", o => orgLink(o.organisation)], ["Price", o => replicaPrice(o), "right"],
      ["Stake behind it", o => cred(o.stake), "right"], ["Most fuel", o => scaled(o.max_fuel), "right"], ["Trust", o => o.trust ? "up to " + percent(o.trust) : "any", "right"],
      ["Taken", o => o.volume ? `${count(o.filled)} of ${count(o.volume)}` : `${count(o.filled)}, no bound`, "right"],
    ], d.book, "No offer."),
    pager(query, d.next),
    h("h2", {}, "Requests that wait"),
    table("Requests that wait for an offer, those that pay most first", [
      ["Request", r => idLink("requests", r.id)], ["Program", r => r.app], ["Asked by", r => party(r.organisation, r.requester)], ["Trust", r => percent(r.trust), "right"],
      ["Filled", r => `${count(r.filled)} of ${count(r.size)}`, "right"], ["Pays up to", r => cred(r.limit), "right"],
    ], d.waiting, "None waits."),
    h("h2", {}, "Newest deals"),
    dealTable("Newest deals", d.deals, "No deal yet."),
    h("h2", {}, "Pools"),
    table("Pools", [
      ["Pool", p => p.id], ["Run by", p => p.operator ? orgLink(p.operator) : "the council"], ["Runs", p => p.runtime], ["Organisations", p => `${count(p.eligible)} of ${count(p.registered)} can be drawn`, "right"],
      ["Stake", p => cred(p.stake), "right"], ["For whom", p => p.description, "wide"],
    ], d.pools, "No pool."),
    h("h2", {}, "Categories"),
    table("Categories", [
      ["Category", c => c.id], ["Time", c => span(c.seconds), "right"], ["Most fuel", c => scaled(c.fuel_limit), "right"], ["For", c => c.description, "wide"],
    ], categories, "None."),
  ];
}

// prunedNote says what a pruned record no longer has here.
function prunedNote(d, left, rest) {
  return d.pruned ? h("p", {class: "soft"}, `Pruned at block ${count(d.pruned)}: the chain keeps ${left}. ${rest} in the state before that block, which archive nodes keep.`) : null;
}

export function order(d, {query}) {
  return [
    h("h1", {}, "Order ", h("span", {class: "mono"}, short(d.id))),
    h("p", {class: "lead"}, pill(d.status), ` Order of ${d.kind === "app" ? "an app" : "a " + d.kind}.`),
    prunedNote(d, "how it ended, and that its nonce is used", "What it said and its deals are"),
    d.pruned ? card("What is left", facts(["Taken", plural(d.filled, "task")], ["Id", h("span", {class: "mono"}, d.id)])) : card("What it says", facts(
      ["Of", d.of], ["By", party(d.organisation, d.owner)], ["Price", replicaPrice(d)], ["Taken", d.volume ? `${count(d.filled)} of ${plural(d.volume, "task")}` : `${plural(d.filled, "task")}, no bound`],
      ["Category", d.category], ["Most fuel", d.kind === "pool" ? scaled(d.max_fuel) : ""], ["Stake", d.kind === "pool" ? cred(d.stake) : ""],
      ["Commission", d.commission_bps ? `${d.commission_bps / 100} %` : ""], ["Tags", d.tags.join(", ")], ["Expires", d.expiry ? `at block ${count(d.expiry)}` : "never"],
      ["Since", `block ${count(d.height)}`], ["Id", h("span", {class: "mono"}, d.id)])),
    h("h2", {}, "Deals"),
    dealTable("Deals of this order", d.deals, "No deal yet."),
    pager(query, d.next),
  ];
}

export function deal(d, {query}) {
  return [
    h("h1", {}, "Deal ", h("span", {class: "mono"}, short(d.id))),
    h("p", {class: "lead"}, `${count(d.accepted)} of ${plural(d.size, "task")} accepted; ${count(d.ended)} ended, ${count(d.opened)} opened.`, d.cancelled ? " The requester took it back." : ""),
    prunedNote(d, "whose it was and what it came to", "Its terms and its orders are"),
    d.pruned ? card("What is left", facts(
      ["Program", appLink(d.app, d.version)], ["Asked by", party(d.organisation, d.requester)], ["Paid", cred(d.paid)], ["Made", `in block ${count(d.height)}`],
      ["Request", idLink("requests", d.request)], ["Id", h("span", {class: "mono"}, d.id)])) : h("div", {class: "two"},
      card("Terms", facts(
        ["Program", appLink(d.app, d.version)], ["Asked by", party(d.organisation, d.requester)], ["Trust", trust(d.trust)], ["Policy", d.policy], ["Pool", d.pool],
        ["Price of a right answer", replicaPrice(d.terms)], ["Price of the app", cred(d.terms.app_price)], ["Stake of each worker", cred(d.terms.stake)], ["Value at risk", cred(d.terms.value)],
        ["Fuel limit", scaled(d.terms.fuel_limit)], ["Time to commit", plural(d.terms.commit_blocks, "block")], ["Can be challenged for", plural(d.terms.audit_blocks, "block")],
        ["Request", idLink("requests", d.request)], ["Offer", idLink("orders", d.pool_order)], ["Arguments", d.args.length ? d.args.map(a => [h("code", {}, a), " "]) : ""], ["Id", h("span", {class: "mono"}, d.id)])),
      card("Money", facts(["Held", cred(d.escrow)], ["Paid", cred(d.paid)], ["Premiums, destroyed", cred(d.premiums)], ["Refunded", cred(d.refunded)], ["Made", `in block ${count(d.height)}`]))),
    h("h2", {}, "Tasks"),
    taskTable("Tasks of this deal", d.tasks, "None opened yet."),
    pager(query, d.next),
  ];
}

export function request(d, {query}) {
  return [
    h("h1", {}, "Request ", h("span", {class: "mono"}, short(d.id))),
    h("p", {class: "lead"}, pill(d.status), " ", `${count(d.filled)} of ${plural(d.size, "task")} met offers.`, d.reason ? ` ${d.reason}` : ""),
    prunedNote(d, "how it ended, and that its nonce is used", "What was asked is"),
    d.pruned ? card("What is left", facts(["Asked by", d.requester ? party(d.organisation, d.requester) : ""], ["Id", h("span", {class: "mono"}, d.id)])) : card("What was asked", facts(
      ["Program", d.app], ["Arguments", d.args.length ? d.args.map(a => [h("code", {}, a), " "]) : ""], ["Asked by", party(d.organisation, d.requester)], ["Trust", trust(d.trust)],
      ["Pays up to", `${cred(d.max_price)} for one task`], ["Held outside of deals", cred(d.escrow)], ["Made", `in block ${count(d.height)}`], ["Waits until", d.expiry ? `block ${count(d.expiry)}` : ""],
      ["Id", h("span", {class: "mono"}, d.id)])),
    h("h2", {}, "Deals"),
    dealTable("Deals of this request", d.deals, "No deal yet."),
    pager(query, d.next),
    h("h2", {}, "Tasks"),
    taskTable("First tasks of this request", d.tasks, "None opened yet."),
  ];
}
