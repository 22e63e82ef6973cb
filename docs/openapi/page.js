// Shows /openapi.json to people, and asks the node that serves it. Whatever comes from outside becomes text nodes, never markup.

/** An element with attributes and children. */
function make(name, attributes = {}, ...children) {
  const e = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) key.startsWith("on") ? e.addEventListener(key.slice(2), value) : e.setAttribute(key, value);
  e.append(...children);
  return e;
}

let api;
const find = (ref) => ref.slice(2).split("/").reduce((at, key) => at[key], api);
const solve = (x) => x?.$ref ? {name: x.$ref.split("/").pop(), ...find(x.$ref)} : x?.allOf ? {...solve(x.allOf[0]), description: x.description} : x;

/** What kind of value a schema takes, in a word or two. */
function kind(schema) {
  if (schema.type === "array") return `list of ${kind(solve(schema.items))}`;
  if (schema.enum) return schema.enum.join(" | ");
  return schema.name ?? schema.format ?? schema.type;
}

/** The fields of a message, each opened on demand: messages may contain themselves. */
function fields(schema) {
  const list = make("div");
  for (const [name, inner] of Object.entries(schema.properties ?? {})) {
    const s = solve(inner), within = s.type === "array" ? solve(s.items) : s;
    const line = [make("code", {}, name), " ", make("span", {class: "dim"}, kind(s)), " ", s.description ?? ""];
    if (!within.properties) { list.append(make("div", {}, ...line)); continue; }
    const d = make("details", {}, make("summary", {}, ...line));
    d.addEventListener("toggle", () => { if (d.open && d.children.length === 1) d.append(fields(within)); });
    list.append(d);
  }
  return list;
}

let count = 0;

/** A parameter with its field. */
function field(p) {
  const id = `p${count++}`, s = solve(p.schema);
  const input = make("input", {id, name: p.name, "data-in": p.in, autocomplete: "off", placeholder: s.enum ? s.description : kind(s)});
  if (p.required) input.required = true;
  return make("div", {class: "field"}, make("label", {for: id}, make("code", {}, p.name), p.required ? " *" : ""), input, make("small", {class: "dim"}, p.description ?? ""));
}

/** The request that the fields of a form describe. */
function request(path, verb, form) {
  const query = new URLSearchParams(), headers = {};
  for (const input of form.querySelectorAll("input")) {
    if (input.dataset.in === "path") path = path.replace(`{${input.name}}`, input.value.split("/").map(encodeURIComponent).join("/"));
    else if (input.value === "") continue;
    else if (input.dataset.in === "header") headers[input.name] = input.value;
    else query.append(input.name, input.value);
  }
  const body = form.querySelector("textarea")?.value;
  return [path + (query.size ? `?${query}` : ""), {method: verb.toUpperCase(), headers, body}];
}

async function ask(path, verb, form, out) {
  const [url, options] = request(path, verb, form);
  out.textContent = "…";
  try {
    const answer = await fetch(url, options), text = await answer.text();
    let shown = text;
    try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* it is no JSON */ }
    const at = answer.headers.get("x-cosmos-block-height") ?? answer.headers.get("grpc-metadata-x-cosmos-block-height");
    out.textContent = `${options.method} ${url}\n${answer.status}${at ? ` at height ${at}` : ""}\n\n${shown}`;
  } catch (e) { out.textContent = `${options.method} ${url}\n${e.message}`; }
}

/** All of an operation but its line. */
function open(path, verb, op) {
  const out = make("pre", {"aria-live": "polite", "aria-label": "What the node answered", role: "region", tabindex: "0", hidden: ""});
  const form = make("form", {onsubmit: (e) => { e.preventDefault(); out.hidden = false; ask(path, verb, form, out); }}, ...op.parameters.map(solve).map(field));
  if (op.requestBody) {
    const schema = solve(op.requestBody.content["application/json"].schema), id = `p${count++}`;
    form.append(make("label", {for: id}, "Body, JSON"), make("textarea", {id}, "{}"), fields(schema));
  }
  form.append(make("button", {}, "Ask this node"));
  const answer = solve(op.responses[200].content["application/json"].schema);
  return make("div", {}, make("p", {}, op.description), form, out, make("h3", {}, `The answer: ${answer.name}`), fields(answer));
}

function operation(path, verb, op) {
  const d = make("details", {id: op.operationId, "data-text": `${path} ${op.operationId} ${op.description}`.toLowerCase()},
    make("summary", {}, make("span", {class: "verb"}, verb.toUpperCase()), " ", make("code", {}, path), " ", make("span", {class: "dim"}, op.summary)));
  d.addEventListener("toggle", () => { if (d.open && d.children.length === 1) d.append(open(path, verb, op)); });
  return d;
}

/** Hides the operations without a text, and the modules of which none is left. */
function search(text) {
  for (const section of document.querySelectorAll("section")) {
    let left = 0;
    for (const d of section.querySelectorAll(":scope > details")) {
      d.hidden = !d.dataset.text.includes(text.toLowerCase());
      left += d.hidden ? 0 : 1;
    }
    section.hidden = left === 0;
  }
}

function show() {
  document.getElementById("about").textContent = api.info.description;
  const main = document.getElementById("operations");
  main.append(make("nav", {"aria-label": "Modules"}, ...api.tags.map((tag) => make("a", {href: `#module-${tag.name}`}, tag.name))));
  for (const tag of api.tags) {
    const section = make("section", {id: `module-${tag.name}`}, make("h2", {}, tag.name), make("p", {class: "dim"}, tag.description));
    for (const [path, item] of Object.entries(api.paths)) {
      for (const [verb, op] of Object.entries(item)) if (op.tags[0] === tag.name) section.append(operation(path, verb, op));
    }
    main.append(section);
  }
  const input = document.getElementById("search");
  input.addEventListener("input", () => search(input.value));
  const linked = document.getElementById(location.hash.slice(1));
  if (linked) {
    if (linked.localName === "details") linked.open = true;
    linked.scrollIntoView();
  }
}

try {
  api = await (await fetch("/openapi.json")).json();
  show();
} catch (e) { document.getElementById("about").textContent = `The description cannot be read: ${e.message}`; }
