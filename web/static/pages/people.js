import {h, link} from "../dom.js";
import {cred, count, plural, account} from "../format.js";
import {table, pager, pill, facts, card, orgLink, taskTable} from "../parts.js";

export function organisations(d, {query}) {
  return [
    h("h1", {}, "Organisations"),
    h("p", {class: "lead"}, "The council admits organisations. A task is never run by two workers of one organisation, nor by one that has a part in it."),
    table("Organisations", [
      ["Organisation", o => orgLink(o.id)], ["Name", o => o.name, "wide"], ["May", o => o.roles.join(", ")], ["State", o => pill(o.status)],
      ["Accounts", o => count(o.accounts), "right"], ["Admitted", o => o.admitted ? `block ${count(o.admitted)}` : "genesis", "right"],
    ], d.organisations),
    pager(query, d.next),
  ];
}

export function organisation(d) {
  return [
    h("h1", {}, d.id),
    h("p", {class: "lead"}, pill(d.status), " ", d.name),
    h("div", {class: "two"},
      card("Who it is", facts(
        ["May", d.roles.join(", ")], ["Admitted", d.admitted ? `in block ${count(d.admitted)}` : "with the genesis"],
        ["Admins", d.admins.map(a => h("div", {class: "mono"}, a))], ["Members", d.members.length ? d.members.map(a => h("div", {class: "mono"}, a)) : ""])),
      d.seat ? card("Validator seat", facts(["State", pill(d.seat.state)], ["Power", count(d.seat.power)], ["Votes missed", count(d.seat.missed)])) : null),
    h("h2", {}, "Workers"),
    workerTable(d.workers, "It has no worker."),
  ];
}

function workerTable(rows, empty) {
  return table("Workers", [
    ["Worker", w => link(["workers", w.address], h("span", {class: "mono", title: w.address}, account(w.address)))],
    ["Of", w => orgLink(w.organisation)],
    ["State", w => [pill(w.state), w.until ? ` until block ${count(w.until)}` : ""]],
    ["Busy", w => `${count(w.busy)} of ${count(w.slots)}`, "right"],
    ["Right", w => count(w.right), "right"], ["Wrong", w => count(w.wrong), "right"], ["Unrevealed", w => count(w.unrevealed), "right"], ["Silent", w => count(w.silent), "right"],
    ["Stake", w => cred(w.bonded), "right"], ["Slashed", w => w.slashed === "0" ? "" : cred(w.slashed), "right"], ["Earned", w => cred(w.earned), "right"],
  ], rows, empty);
}

export function workers(d, {query}) {
  return [
    h("h1", {}, "Workers"),
    h("p", {class: "lead"}, "A worker answers with its stake: a wrong answer that a court finds costs it. Its record counts from the last proven fault."),
    workerTable(d.workers, "No worker is registered."),
    pager(query, d.next),
  ];
}

export function worker(d, {query}) {
  return [
    h("h1", {}, "Worker of ", d.organisation),
    h("p", {class: "lead"}, pill(d.state), d.until ? ` until block ${count(d.until)}` : "", " ", h("span", {class: "mono"}, d.address)),
    h("div", {class: "two"},
      card("Record", facts(
        ["Confirmations", `${count(d.confirmations)} since the last proven fault`], ["Right answers", count(d.right)], ["Wrong answers", count(d.wrong)],
        ["Not revealed", count(d.unrevealed)], ["Silent", count(d.silent)], ["Abstained", count(d.abstained)], ["Earned", cred(d.earned)], ["Slashed", cred(d.slashed)])),
      card("Stake and place", facts(
        ["Organisation", orgLink(d.organisation)], ["Bonded", cred(d.bonded)], ["Locked for tasks", cred(d.locked)], ["On its way out", cred(d.unbonding)],
        ["Runs now", `${count(d.busy)} of ${plural(d.slots, "slot")}`], ["Pools", d.pools.join(", ")], ["Serves results at", h("span", {class: "mono"}, d.endpoint)]))),
    h("h2", {}, "Its tasks"),
    taskTable("Tasks of this worker, newest first", d.tasks, "None yet."),
    pager(query, d.next),
  ];
}
