import {h, svg, link, path} from "./dom.js";
import {short, count, account, percent} from "./format.js";

const TONES = {
  good: ["accepted", "ready", "active", "in use", "resting", "matched", "right", "final", "upheld", "unopposed", "revealed"],
  bad: ["wrong", "jailed", "tombstoned", "revoked", "suspended", "broken", "void", "court silent", "overturned", "unrevealed", "unserved", "app failed"],
  warn: ["court", "cooling", "silent", "paused", "deprecated", "abstained", "no worker", "too few organisations", "input unavailable", "undecided", "court unpaid", "stale", "expired", "unmatched"],
  busy: ["running", "waiting", "provisional", "busy", "queued", "committed", "drawn", "under audit"],
};

// pill shows a state as a word with a colour.
export function pill(word) {
  const tone = Object.keys(TONES).find(t => TONES[t].includes(word)) ?? "";
  return h("span", {class: "pill " + tone}, word || "none");
}

// idLink is a link to the page of an id.
export function idLink(kind, id) { return id ? h("a", {href: path(kind, id), class: "mono", title: id}, short(id)) : h("span", {class: "soft"}, "none"); }

export function orgLink(id) { return id ? link(["organisations", id], id) : ""; }

// party shows an account: its organisation if it has one, or else its address.
export function party(organisation, address) {
  return organisation ? h("span", {title: address}, orgLink(organisation)) : h("span", {class: "mono", title: address}, account(address));
}

export function appLink(id, version) {
  const [organisation, name] = (id ?? "").split("/");
  return name ? link(["apps", organisation, name], version ? `${id}:${version}` : id) : id ?? "";
}

// table shows rows. Columns are [name, function from a row to its cell, class]. The first column names the row. Small screens stack the
// cells.
export function table(caption, columns, rows, empty = "None yet.") {
  if (!rows || rows.length === 0) return h("p", {class: "card soft"}, empty);
  return h("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": caption},
    h("table", {class: "stack"},
      h("caption", {class: "unseen"}, caption),
      h("thead", {}, h("tr", {}, columns.map(([name, , kind]) => h("th", {scope: "col", class: kind}, name)))),
      h("tbody", {}, rows.map(row => h("tr", {}, columns.map(([name, cell, kind], i) =>
        h(i === 0 ? "th" : "td", {scope: i === 0 ? "row" : null, class: kind, "data-name": name}, cell(row))))))));
}

// facts is a list of names and values, without empty values.
export function facts(...pairs) {
  return h("dl", {}, pairs.filter(([, value]) => value !== "" && value !== null && value !== undefined)
    .map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

export function card(title, ...rest) { return h("section", {class: "card"}, h("h2", {}, title), ...rest); }

export function number(title, value, ...more) {
  return h("section", {class: "card"}, h("h2", {class: "small soft"}, title), h("p", {class: "number"}, value), ...more);
}

// pager has links to the next page of a list and back to the first.
export function pager(query, next) {
  const to = after => {
    const q = new URLSearchParams(query);
    q.delete("after");
    if (after) q.set("after", after);
    const text = q.toString();
    return location.pathname + (text ? "?" + text : "");
  };
  const later = query.get("after");
  if (!later && !next) return null;
  return h("nav", {class: "pager", "aria-label": "Pages of this list"},
    later ? h("a", {href: to("")}, "First page") : null,
    next ? h("a", {href: to(next), rel: "next"}, "Next page") : h("span", {class: "soft"}, "This is the last page."));
}

// tabs is a list of links. One of them can be marked as the present page.
export function tabs(label, items) {
  return h("nav", {"aria-label": label}, h("ul", {class: "tabs"}, items.map(([text, href, here]) =>
    h("li", {}, h("a", {href, "aria-current": here ? "page" : null}, text)))));
}

// bars is a bar chart, oldest value left. The dark part of a bar is its value less what more has for it. words describe the chart to readers
// who cannot see it, top is the largest value in words, and ends says what the first and the last bar are.
export function bars(words, values, {more = values.map(() => 0), top, ends = []}) {
  const most = Math.max(...values, 0) || 1, n = Math.max(values.length, 1), w = 600 / n;
  const bar = (tone, i, v) => svg("rect", {class: tone, x: (i * w + w * .12).toFixed(2), width: (w * .76).toFixed(2), y: (99 - 92 * v / most).toFixed(2), height: (92 * v / most).toFixed(2)});
  return h("div", {class: "plot"},
    h("p", {class: "scale", "aria-hidden": "true"}, top),
    svg("svg", {class: "chart", viewBox: "0 0 600 100", preserveAspectRatio: "none", role: "img", "aria-label": words},
      svg("line", {class: "grid", x1: 0, x2: 600, y1: 7, y2: 7}),
      svg("line", {class: "axis", x1: 0, x2: 600, y1: 99.5, y2: 99.5}),
      values.map((v, i) => v > 0 ? [more[i] > 0 ? bar("b2", i, v) : null, bar("b", i, v - more[i])] : null)),
    h("p", {class: "ends", "aria-hidden": "true"}, ends.map(text => h("span", {}, text))));
}

// level shows how much of a whole is used.
export function level(words, part, whole) {
  const share = whole > 0 ? part / whole : 0;
  return svg("svg", {class: "level", viewBox: "0 0 100 4", preserveAspectRatio: "none", role: "img", "aria-label": words},
    svg("rect", {class: "track", x: 0, y: 0, width: 100, height: 4}),
    svg("rect", {class: share > 1 ? "over" : "b", x: 0, y: 0, width: Math.min(100, 100 * share).toFixed(2), height: 4}));
}

// taskTable shows tasks.
export function taskTable(caption, tasks, empty) {
  return table(caption, [
    ["Task", t => idLink("tasks", t.id)],
    ["State", t => [pill(t.state === "ended" ? t.ending : t.state), t.state === "ended" && t.ending === "accepted" && !t.final ? [" ", pill("under audit")] : null]],
    ["Program", t => appLink(t.app, t.version)],
    ["Asked by", t => party(t.organisation, t.requester)],
    ["Trust", t => percent(t.trust), "right"],
    ["Workers", t => t.replicas ? count(t.replicas) : t.by_court ? "court" : "", "right"],
    ["Opened", t => count(t.opened), "right"],
    ["Ended", t => t.done ? count(t.done) : "", "right"],
    ["Result", t => t.digest ? h("span", {class: "mono", title: t.digest}, short(t.digest)) : ""],
  ], tasks, empty);
}

// dealTable shows deals.
export function dealTable(caption, deals, empty) {
  return table(caption, [
    ["Deal", d => idLink("deals", d.id)],
    ["Program", d => appLink(d.app, d.version)],
    ["Asked by", d => party(d.organisation, d.requester)],
    ["Pool", d => d.pool],
    ["Trust", d => percent(d.trust), "right"],
    ["Tasks", d => `${count(d.accepted)} of ${count(d.size)} accepted`, "right"],
    ["Height", d => count(d.height), "right"],
  ], deals, empty);
}
