import {h} from "../dom.js";

export function api() {
  const item = (what, text) => h("li", {}, h("code", {}, what), " ", text);
  return [
    h("h1", {}, "For programs"),
    h("p", {class: "lead"}, "What this page reads is for this page, and may change with it. Programs use the node's own interfaces, which stay."),
    h("ul", {},
      item("gRPC and REST", "of the node: every query. The REST port describes itself: /openapi.json for programs, /openapi/ for people."),
      item("credence.watch.v1.Watch/Events", "on its gRPC: a stream of what happens to a task, a deal or a request, with a place to go on from."),
      item("/api/events", "here: the same as server-sent events. With task=ID, deal=ID or request=ID for one of them, and from=HEIGHT.INDEX to go on from a place.")),
    h("p", {}, "Clients for Go, Python and TypeScript are in the repository. docs/integrator.md says how to submit, follow and fetch."),
  ];
}
