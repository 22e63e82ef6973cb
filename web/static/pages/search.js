import {h, link, path} from "../dom.js";

const WHERE = {task: "tasks", request: "requests", deal: "deals", order: "orders", organisation: "organisations", worker: "workers", app: "apps"};

export function search(d, {query}) {
  const address = f => WHERE[f.kind] ? path(WHERE[f.kind], ...f.id.split("/")) : null;
  // A single result is opened at once. It replaces the search in the browser's history, so that "back" does not return to it.
  if (d.found.length === 1 && address(d.found[0])) {
    history.replaceState(null, "", address(d.found[0]));
    queueMicrotask(() => dispatchEvent(new PopStateEvent("popstate")));
  }
  return [
    h("h1", {}, "Search"),
    h("p", {class: "lead"}, d.found.length ? "Found for " : "Nothing was found for ", h("span", {class: "mono"}, query.get("q") ?? ""), d.found.length ? ":" : "."),
    d.found.length ? h("ul", {}, d.found.map(f => h("li", {}, f.kind, " ", address(f) ? link([WHERE[f.kind], ...f.id.split("/")], h("span", {class: "mono"}, f.id)) : h("span", {class: "mono"}, f.id))))
      : h("p", {}, "Search takes an id or at least its first four digits, an account (cred1…), an organisation, an app (organisation/name), or the digest of a program (sha256:…)."),
  ];
}
