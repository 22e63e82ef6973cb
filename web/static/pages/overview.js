import {h} from "../dom.js";
import {cred, coins, count, plural, clock, short, ppm} from "../format.js";
import {number, table, bars, orgLink, pill, taskTable, facts, card} from "../parts.js";

const sum = (rows, of) => rows.reduce((n, row) => n + Number(of(row)), 0);

export function overview(d) {
  const blocks = d.blocks, oldest = blocks.at(-1), newest = blocks[0];
  const seconds = blocks.length > 1 ? (newest.time - oldest.time) / 1000 : 0;
  const ended = sum(blocks, b => b.ended), accepted = sum(blocks, b => b.accepted), replicas = sum(blocks, b => b.replicas), opened = sum(blocks, b => b.opened);
  const over = [...blocks].reverse();
  return [
    h("h1", {}, `Network ${d.chain}`),
    h("p", {class: "lead"}, "Independent organisations run programs for whoever asks. The chain draws who runs what, compares the answers, and pays when the evidence reaches the trust that was asked for."),
    d.paused ? h("p", {class: "note bad", role: "alert"}, `The chain is paused until block ${count(d.pause.until)}: it takes no new work. Reason: ${d.pause.reason}`) : null,
    h("div", {class: "cards"},
      number("Block", count(d.height), h("p", {class: "soft"}, blocks.length > 1 ? `one every ${(seconds / (blocks.length - 1)).toFixed(2)} s` : "")),
      number("Accepted lately", plural(accepted, "task"), h("p", {class: "soft"}, seconds > 0 ? `in ${seconds.toFixed(0)} s, ${(60 * accepted / seconds).toFixed(1)} a minute` : "")),
      number("Workers drawn lately", count(replicas), h("p", {class: "soft"}, opened > 0 ? `for ${plural(opened, "new task")}` : "no new task lately")),
      number("Supply", coins(d.supply.total), h("p", {class: "soft"}, `${cred(d.supply.mintable)} may still be minted`)),
      number("Court", d.court.sessions || d.court.waiting ? `${plural(d.court.sessions, "session")}` : "quiet", h("p", {class: "soft"}, `${plural(d.court.waiting, "task")} in its line`))),
    h("h2", {}, "Throughput"),
    h("div", {class: "two"},
      card(`Tasks that ended, in each of the last ${blocks.length} blocks`,
        bars(`Tasks ended per block, oldest left: ${ended} in all, ${accepted} of them accepted, at most ${Math.max(0, ...blocks.map(b => b.ended))} in a block`, over.map(b => b.ended), over.map(b => b.ended - b.accepted)),
        h("p", {class: "soft small"}, `${plural(ended, "task")} ended, ${count(accepted)} of them with an accepted answer (dark).`)),
      card("Workers drawn, in each of them",
        bars(`Workers drawn per block, oldest left: ${replicas} in all, at most ${Math.max(0, ...blocks.map(b => b.replicas))} in a block`, over.map(b => b.replicas)),
        h("p", {class: "soft small"}, `${cred(blocks.reduce((n, b) => n + BigInt(b.paid), 0n))} was paid for answers in these blocks.`))),
    h("h2", {}, "Newest tasks"),
    taskTable("Newest tasks", d.newest, "No task yet. Run one: credence run APP.wasm --input FILE --trust 99.9% --out result"),
    h("p", {}, h("a", {href: "/tasks"}, "All tasks")),
    h("h2", {}, "Seats and randomness"),
    h("div", {class: "two"},
      table("Validator seats", [
        ["Seat", s => orgLink(s.organisation)], ["State", s => pill(s.state)], ["Power", s => count(s.power), "right"], ["Votes missed", s => count(s.missed), "right"],
      ], d.seats),
      card("Beacon", facts(
        ["Seed", h("span", {class: "mono", title: d.beacon.seed}, short(d.beacon.seed) + "…")],
        ["Of block", count(d.beacon.height)],
        ["Used after", plural(d.beacon.delay, "block")],
        ["Choices of proposers", d.beacon.factor > 1 ? `at most ${count(d.beacon.factor)} seeds for those who collude, fewer than a third` : "1: nobody can choose"]))),
    h("h2", {}, "Money"),
    h("div", {class: "two"},
      table("Why there are as many coins as there are", [
        ["Cause", c => c.name], ["Made", c => c.made ? cred(c.amount) : "", "right"], ["Destroyed", c => c.made ? "" : cred(c.amount), "right"],
      ], [...d.supply.made.map(c => ({...c, made: true})), ...d.supply.destroyed]),
      table("What each module holds, and owes", [
        ["Module", s => s.module], ["Holds", s => cred(s.balance), "right"], ["Owes", s => cred(s.owed), "right"],
        ["Enough", s => s.solvent ? pill("right") : pill("wrong")],
      ], d.solvency)),
    h("h2", {}, "Audits of accepted answers"),
    h("div", {class: "two"},
      table("Courts that looked at accepted answers", [
        ["Cause", a => a.cause], ["Called", a => count(a.called), "right"], ["Upheld", a => count(a.upheld), "right"],
        ["Overturned", a => count(a.overturned), "right"], ["Undecided", a => count(a.undecided), "right"],
      ], d.audits.counts, "No court has looked at an accepted answer yet."),
      card("What they support", facts(
        ["Wrong among the accepted", `at most ${ppm(d.audits.errors_ppm)}`],
        ["Colluding organisations", `at most ${ppm(d.audits.colluders_ppm)}; the plans assume ${ppm(d.audits.assumed_ppm)}`],
        ["Audit budget", cred(d.audits.budget)]),
        h("p", {class: "soft small"}, "Bounds at 95 % confidence, from answers that were drawn at random. They begin at 100 % and fall with every audit."))),
    h("h2", {}, "Blocks"),
    table("Latest blocks", [
      ["Block", b => count(b.height)], ["Time", b => clock(b.time)], ["Proposed by", b => b.proposer ? orgLink(b.proposer) : ""],
      ["Transactions", b => count(b.txs), "right"], ["Tasks opened", b => count(b.opened), "right"], ["Drawn", b => count(b.replicas), "right"],
      ["Ended", b => count(b.ended), "right"], ["Paid", b => BigInt(b.paid) > 0n ? cred(b.paid) : "", "right"],
    ], blocks.slice(0, 12)),
  ];
}
