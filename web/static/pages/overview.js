import {h} from "../dom.js";
import {cred, coins, count, plural, clock, short, ppm, lasted, ratio, roughly, hourly} from "../format.js";
import {number, table, bars, orgLink, pill, taskTable, facts, card} from "../parts.js";

export function overview(d) {
  const blocks = d.blocks, done = d.activity, long = lasted(done.seconds);
  return [
    h("h1", {}, `Network ${d.chain}`),
    h("p", {class: "lead"}, "Independent organisations run programs for whoever asks. The chain draws who runs what, compares the answers, and pays when the evidence reaches the trust that was asked for."),
    d.paused ? h("p", {class: "note bad", role: "alert"}, `The chain is paused until block ${count(d.pause.until)}: it takes no new work. Reason: ${d.pause.reason}`) : null,
    h("div", {class: "cards"},
      number("Block", count(d.height), h("p", {class: "soft"}, done.to > done.from ? `one every ${(done.seconds / (done.to - done.from)).toFixed(2)} s` : "")),
      number("Accepted lately", plural(done.accepted, "task"), h("p", {class: "soft"}, done.seconds > 0 ? `in ${long}, ${(60 * done.accepted / done.seconds).toFixed(1)} a minute` : "")),
      number("Redundancy", done.checked ? ratio(done.replicas, done.checked) : "none", h("p", {class: "soft"}, done.checked ? "workers for an accepted answer" : "no worker's answer was accepted lately")),
      number("Spent lately", roughly(done.spent), h("p", {class: "soft"}, done.seconds > 0 ? `${hourly(done.spent, done.seconds)} an hour` : "")),
      number("Supply", coins(d.supply.total), h("p", {class: "soft"}, `${cred(d.supply.mintable)} may still be minted`)),
      number("Court", d.court.sessions || d.court.waiting ? `${plural(d.court.sessions, "session")}` : "quiet", h("p", {class: "soft"}, `${plural(d.court.waiting, "task")} in its line`))),
    charts(done, long),
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
      ["Transactions", b => count(b.txs), "right"], ["Tasks opened", b => count(b.opened), "right"], ["Drawn", b => count(b.drawn), "right"],
      ["Ended", b => count(b.ended), "right"], ["Spent", b => BigInt(b.spent) > 0n ? cred(b.spent) : "", "right"],
    ], blocks),
  ];
}

// charts shows what the latest blocks did, as three charts and as a table of the same numbers.
function charts(done, long) {
  const all = done.bars, size = all.length ? all[0].to - all[0].from + 1 : 1, each = size === 1 ? "block" : `${size} blocks`;
  const ends = all.length ? [`block ${count(done.from)}`, `block ${count(done.to)}`] : [];
  const most = of => all.reduce((top, bar) => of(bar) > top ? of(bar) : top, of(all[0] ?? {ended: 0, checked: 0, replicas: 0, spent: 0}));
  const spent = bar => BigInt(bar.spent), share = bar => bar.checked ? bar.replicas / bar.checked : 0, right = bar => bar.checked ? bar.right / bar.checked : 0;
  const topEnded = most(b => b.ended), topShare = most(share), topSpent = most(spent);
  return [
    h("h2", {}, "Throughput, redundancy and spending"),
    h("p", {class: "soft small"}, all.length ? `Blocks ${count(done.from)} to ${count(done.to)}, ${long}; a bar is ${each}.` : "No block has been counted yet."),
    h("div", {class: "three"},
      card("Tasks that ended",
        bars(`Tasks that ended, in bars of ${each}, oldest left: ${done.ended} in all, ${done.accepted} of them accepted, at most ${topEnded} in a bar`,
          all.map(b => b.ended), {more: all.map(b => b.ended - b.accepted), top: count(topEnded), ends}),
        h("p", {class: "soft small"}, `${plural(done.ended, "task")} ended, ${count(done.accepted)} of them with an accepted answer (full colour).`)),
      card("Workers for an accepted answer",
        bars(`Workers drawn for an accepted answer, in bars of ${each}, oldest left: ${ratio(done.replicas, done.checked)} on average, at most ${topShare.toFixed(1)} in a bar`,
          all.map(share), {more: all.map(b => share(b) - right(b)), top: topShare.toFixed(1), ends}),
        h("p", {class: "soft small"}, done.checked
          ? `${plural(done.replicas, "worker")} drawn for ${plural(done.checked, "answer")}; ${count(done.right)} of them gave it (full colour).` + (done.accepted > done.checked ? ` A court alone ran ${plural(done.accepted - done.checked, "more task")}.` : "")
          : "No answer of workers was accepted in these blocks.")),
      card("Spent by requesters",
        bars(`Spent by requesters, in bars of ${each}, oldest left: ${cred(done.spent)} in all, at most ${cred(topSpent)} in a bar`,
          all.map(b => Number(spent(b))), {top: cred(topSpent), ends}),
        h("p", {class: "soft small"}, `${cred(done.spent)} left the escrows of these tasks: for answers, courts and premiums.`))),
    all.length ? h("details", {}, h("summary", {}, "The numbers of these charts"),
      table("Throughput, redundancy and spending by blocks, newest first", [
        ["Blocks", b => b.from === b.to ? count(b.from) : `${count(b.from)} to ${count(b.to)}`], ["Time", b => clock(b.time)], ["Ended", b => count(b.ended), "right"],
        ["Accepted", b => count(b.accepted), "right"], ["Workers an answer", b => b.checked ? ratio(b.replicas, b.checked) : "", "right"],
        ["Spent", b => spent(b) > 0n ? cred(b.spent) : "", "right"],
      ], [...all].reverse())) : null,
  ];
}
