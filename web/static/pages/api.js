import {h} from "../dom.js";

export function api() {
  const item = (what, text) => h("li", {}, h("code", {}, what), " ", text);
  return [
    h("h1", {}, "For programs"),
    h("p", {class: "lead"}, "What this page reads is for this page, and may change with it. Programs use the node's own interfaces, which stay."),
    h("ul", {},
      h("li", {}, h("a", {href: "/openapi.json"}, "OpenAPI"), " of the node's REST interface: the queries of all modules of this chain."),
      item("credence.watch.v1.Watch/Events", "on the node's gRPC: a stream of what happens to a task, a deal or a request, with a place to go on from."),
      item("/api/events?task=ID", "here: the same stream as server-sent events; also deal=ID, request=ID, and from=HEIGHT.INDEX.")),
    h("p", {}, "Clients for Go, Python and TypeScript are in the repository, each with an example."),
  ];
}
