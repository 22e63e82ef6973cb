import {h, link} from "../dom.js";
import {count, clock, plural, bytes, percent} from "../format.js";
import {table, pager, facts, card, number, idLink, orgLink, appLink} from "../parts.js";

// feedLink leads to a feed.
function feedLink(f) { return link(["feeds", f.owner, f.name], `${f.owner}/${f.name}`); }

// app is a link to the app of a feed. The feed may name the app with or without a version.
function app(reference) {
  const [id, version] = reference.split(":");
  return appLink(id, version);
}

export function feeds(d, {query}) {
  return [
    h("h1", {}, "Feeds"),
    h("p", {class: "lead"}, "Values that live on the chain. A feed is updated by final answers of one app, at the trust that its owner asks for, and by nothing else. Other modules read it, and a receipt proves it."),
    table("Feeds", [
      ["Feed", feedLink], ["Value", f => f.latest ? h("span", {class: "mono"}, f.latest.text) : "none yet", "wide"], ["Asked for", f => f.latest ? clock(f.latest.asked_at) : ""],
      ["App", f => app(f.app)], ["Trust", f => percent(f.min_trust), "right"], ["Updates", f => count(f.updates), "right"],
    ], d.feeds, "No feed yet. credence feed create makes one."),
    pager(query, d.next),
  ];
}

export function feed(d, {query}) {
  const v = d.latest;
  return [
    h("h1", {}, `${d.owner}/${d.name}`),
    v ? h("div", {class: "cards"},
      number("Latest value", h("span", {class: "mono"}, v.text)),
      number("Age", age(d.age_seconds), h("p", {class: "soft small"}, `asked for at block ${count(v.asked)}, ${clock(v.asked_at)}; final at block ${count(v.height)}`))) : h("p", {class: "card soft"}, "No answer has given it a value yet."),
    card("Who updates it", facts(
      ["Jobs of", d.shared ? ["every account of ", orgLink(d.owner)] : h("span", {class: "mono"}, d.account)], ["App", app(d.app)], ["Trust", `${percent(d.min_trust)} or more`], ["Policy", d.policy],
      ["Created", `block ${count(d.created)}`], ["Updates", `${count(d.updates)}, of which ${count(d.late)} came after newer ones`], ["Keeps", plural(d.history, "value")], ["Id", h("span", {class: "mono"}, d.feed)])),
    h("h2", {}, "Values"),
    table("Values, newest first", [
      ["Value", x => h("span", {class: "mono"}, x.text), "wide"], ["Bytes", x => bytes(x.bytes), "right"], ["Asked for", x => clock(x.asked_at)], ["Final", x => `block ${count(x.height)}`, "right"],
      ["Trust", x => percent(x.trust), "right"], ["Version", x => x.version], ["Task", x => idLink("tasks", x.task)],
    ], d.values, "None yet."),
    pager(query, d.next),
  ];
}

// age writes a number of seconds in the largest unit of which there are at least two.
function age(seconds) {
  for (const [unit, size] of [["day", 86400], ["hour", 3600], ["minute", 60]]) if (seconds >= 2 * size) return plural(Math.floor(seconds / size), unit);
  return plural(seconds, "second");
}
