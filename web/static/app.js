// The page. It finds the page of the path, loads its data, shows them, and does so again when a block comes.
import {h, morph} from "./dom.js";
import {count, clock, short} from "./format.js";
import {overview} from "./pages/overview.js";
import {tasks, task} from "./pages/tasks.js";
import {market, order, deal, request} from "./pages/market.js";
import {organisations, organisation, workers, worker} from "./pages/people.js";
import {ledgers} from "./pages/ledgers.js";
import {apps, app} from "./pages/apps.js";
import {feeds, feed} from "./pages/feeds.js";
import {search} from "./pages/search.js";
import {api} from "./pages/api.js";

// Each entry has a path, a title, a function that returns the address of the data, and a function from data to elements. {names} stand for
// parts of the path.
const PAGES = [
  ["/", "Overview", () => "/api/overview", overview],
  ["/tasks", "Tasks", q => "/api/tasks" + pick(q, "state", "ending", "after"), tasks],
  ["/tasks/{id}", "Task", (q, p) => `/api/tasks/${p.id}`, task],
  ["/requests/{id}", "Request", (q, p) => `/api/requests/${p.id}` + pick(q, "after"), request],
  ["/deals/{id}", "Deal", (q, p) => `/api/deals/${p.id}` + pick(q, "after"), deal],
  ["/market", "Market", q => "/api/market" + pick(q, "runtime", "category", "after"), market],
  ["/orders/{id}", "Order", (q, p) => `/api/orders/${p.id}` + pick(q, "after"), order],
  ["/organisations", "Organisations", q => "/api/organisations" + pick(q, "after"), organisations],
  ["/organisations/{id}", "Organisation", (q, p) => `/api/organisations/${p.id}`, organisation],
  ["/workers", "Workers", q => "/api/workers" + pick(q, "after"), workers],
  ["/workers/{id}", "Worker", (q, p) => `/api/workers/${p.id}` + pick(q, "after"), worker],
  ["/ledgers", "Ledgers", q => "/api/ledgers" + pick(q, "after"), ledgers],
  ["/apps", "Apps", q => "/api/apps" + pick(q, "after"), apps],
  ["/apps/{organisation}/{name}", "App", (q, p) => `/api/apps/${p.organisation}/${p.name}` + pick(q, "after"), app],
  ["/feeds", "Feeds", q => "/api/feeds" + pick(q, "owner", "after"), feeds],
  ["/feeds/{owner}/{name}", "Feed", (q, p) => `/api/feeds/${p.owner}/${p.name}` + pick(q, "after"), feed],
  ["/search", "Search", q => "/api/search" + pick(q, "q"), search],
  ["/api", "For programs", null, api],
];

const main = document.getElementById("main");
const said = document.getElementById("said");
let visit = 0;        // counts visits: the answer for an earlier visit is dropped
let busy = false;     // whether a request for data is under way
let shown = 0;        // height of the data on the screen
let latest = 0;       // latest height that the node has reported

// pick returns a query string with those of the named parameters that are set.
function pick(query, ...names) {
  const out = new URLSearchParams();
  for (const name of names) if (query.get(name)) out.set(name, query.get(name));
  const text = out.toString();
  return text ? "?" + text : "";
}

// where finds the page of a path. Parts of the path stay percent-encoded.
function where(pathname) {
  const got = pathname.replace(/(.)\/$/, "$1").split("/");
  for (const [pattern, title, data, show] of PAGES) {
    const want = pattern.split("/"), parts = {};
    if (want.length !== got.length) continue;
    if (want.every((w, i) => w.startsWith("{") ? got[i] !== "" && ((parts[w.slice(1, -1)] = got[i]), true) : w === got[i])) return {title, data, show, parts};
  }
  return null;
}

// load fetches data. The message of an error tells the reader what to do.
async function load(address) {
  let answer;
  try {
    answer = await fetch(address, {headers: {Accept: "application/json"}});
  } catch {
    throw new Error("The node does not answer. It may be restarting; this page tries again by itself.");
  }
  const data = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(data.error ?? `The node answered with ${answer.status}.`);
  return data;
}

// show loads and shows the page of the present address. A fresh visit scrolls to the top and is announced to screen readers.
async function show(fresh) {
  const mine = fresh ? ++visit : visit;
  const place = where(location.pathname), query = new URLSearchParams(location.search);
  const next = document.createElement("main");
  if (fresh) mark();
  busy = true;
  try {
    if (!place) throw new Error("There is no such page.");
    const data = place.data ? await load(place.data(query, place.parts)) : null;
    if (mine !== visit) return;
    next.append(...[place.show(data, {query, height: latest})].flat(Infinity).filter(Boolean));
    document.title = title(place, data);
  } catch (trouble) {
    if (mine !== visit) return;
    // On an error the old content stays, unless this is a fresh visit.
    if (!fresh && main.childElementCount > 0) return;
    next.append(h("h1", {}, place?.title ?? "Not found"), h("p", {class: "note bad", role: "alert"}, trouble.message), h("p", {}, h("a", {href: "/"}, "To the overview")));
    document.title = "Credence";
  } finally {
    if (mine === visit) busy = false;
  }
  shown = latest;
  morph(main, next);
  if (fresh) {
    said.textContent = document.title;
    if (visit > 1) { main.focus({preventScroll: true}); scrollTo(0, 0); }
  }
}

function title(place, data) {
  const name = data?.id ? ` ${/^[0-9a-f]{64}$/.test(data.id) ? short(data.id) : data.id}` : "";
  return `${place.title}${name} – Credence`;
}

// mark marks the present page in the navigation.
function mark() {
  for (const a of document.querySelectorAll("#nav a")) {
    const href = a.getAttribute("href");
    const here = href === "/" ? location.pathname === "/" : location.pathname === href || location.pathname.startsWith(href + "/");
    if (here) a.setAttribute("aria-current", "page"); else a.removeAttribute("aria-current");
  }
}

function go(address) {
  history.pushState(null, "", address);
  show(true);
}

document.addEventListener("click", event => {
  const a = event.target.closest?.("a[href]");
  if (!a || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || a.target) return;
  const to = new URL(a.href);
  if (to.origin !== location.origin || (to.hash && to.pathname === location.pathname) || !where(to.pathname)) return;
  event.preventDefault();
  go(to.pathname + to.search);
});
addEventListener("popstate", () => show(true));
document.getElementById("search").addEventListener("submit", event => {
  event.preventDefault();
  const q = document.getElementById("q").value.trim();
  if (q) go("/search?q=" + encodeURIComponent(q));
});

// Live updates: the node reports each block. The page then loads its data again, at most every two seconds, and only while it is visible.
const live = document.getElementById("live");
function tell(tone, text) { morph(live, h("span", {}, h("span", {class: "dot " + tone}), text)); }

let timer = 0;
function refresh() {
  if (timer || document.hidden || latest <= shown || !where(location.pathname)?.data) return;
  timer = setTimeout(() => {
    timer = 0;
    if (!document.hidden && !busy) show(false);
  }, 2000);
}

const events = new EventSource("/api/events?only=blocks");
events.addEventListener("block", event => {
  latest = JSON.parse(event.data).height;
  tell("good", `Live: block ${count(latest)}, ${clock(Date.now())}`);
  refresh();
});
events.addEventListener("error", () => tell("bad", "The node does not answer. Trying again …"));
document.addEventListener("visibilitychange", refresh);

show(true);
