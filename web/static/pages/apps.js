import {h} from "../dom.js";
import {cred, count, plural, bytes, short} from "../format.js";
import {table, pager, pill, facts, card, orgLink, appLink, dealTable} from "../parts.js";

export function apps(d, {query}) {
  return [
    h("h1", {}, "Apps"),
    h("p", {class: "lead"}, "Programs that were published. Workers run the bytes of a version's digest, and nothing else."),
    table("Apps", [
      ["App", a => appLink(a.id)], ["By", a => orgLink(a.organisation)], ["State", a => pill(a.state)], ["Voids", a => count(a.voids), "right"], ["Description", a => a.description, "wide"],
    ], d.apps, "No app yet. Running a program of your own publishes it."),
    pager(query, d.next),
  ];
}

export function app(d, {query}) {
  return [
    h("h1", {}, d.id),
    h("p", {class: "lead"}, pill(d.state), " ", d.description),
    card("What is known of it", facts(
      ["By", orgLink(d.organisation)], ["Owner", h("span", {class: "mono"}, d.owner)],
      ["Courts that found no one answer", count(d.voids)], ["Reviews", d.reviews ? `${plural(d.reviews, "time")} suspended because workers that ran it were convicted` : ""])),
    h("h2", {}, "Versions"),
    table("Versions", [
      ["Version", v => v.version], ["Digest", v => h("span", {class: "mono", title: v.digest}, short(v.digest))], ["Size", v => bytes(v.size), "right"], ["Runtime", v => v.runtime],
      ["Price", v => v.by_order ? "by order" : cred(v.price), "right"], ["Runs alike everywhere", v => v.deterministic ? "yes" : "no"], ["Published", v => `block ${count(v.height)}`, "right"],
    ], d.versions),
    h("h2", {}, "Deals"),
    dealTable("Deals that ran it, newest first", d.deals, "Nobody has run it yet."),
    pager(query, d.next),
  ];
}
