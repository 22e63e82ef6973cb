// Runs page.js on the document with a few lines in place of a browser, opens everything, and asks: node page_check.mjs
import {readFileSync} from "node:fs";
import assert from "node:assert/strict";

class Element {
  constructor(name) { Object.assign(this, {name, children: [], attributes: {}, listeners: {}, dataset: {}, value: "", hidden: false, open: false}); }
  addEventListener(event, listener) { this.listeners[event] = listener; }
  setAttribute(key, value) {
    this.attributes[key] = value;
    if (key.startsWith("data-")) this.dataset[key.slice(5)] = value;
    if (key === "hidden") this.hidden = true;
    if (key === "name") this.name_ = value;
  }
  append(...children) { this.children.push(...children); }
  get name() { return this.name_ ?? this.tag; }
  set name(value) { this.tag = value; }
  get textContent() { return this.children.map((c) => typeof c === "string" ? c : c.textContent).join(""); }
  set textContent(text) { this.children = [text]; }
  all(tag) { return this.children.flatMap((c) => typeof c === "string" ? [] : [...(c.tag === tag ? [c] : []), ...c.all(tag)]); }
  querySelectorAll(selector) { return selector.startsWith(":scope > ") ? this.children.filter((c) => c.tag === selector.slice(9)) : this.all(selector); }
  querySelector(selector) { return this.querySelectorAll(selector)[0] ?? null; }
  scrollIntoView() {}
}

const api = JSON.parse(readFileSync(new URL("credence.json", import.meta.url), "utf8")), asked = [];
const about = new Element("p"), main = new Element("main"), search = new Element("input");
globalThis.location = {hash: ""};
globalThis.document = {
  createElement: (name) => new Element(name), querySelectorAll: (selector) => main.querySelectorAll(selector),
  getElementById: (id) => ({about, operations: main, search})[id] ?? null,
};
globalThis.fetch = async (url, options) => {
  if (url === "/openapi.json") return {json: async () => api};
  asked.push([url, options]);
  return {status: 200, headers: new Map([["x-cosmos-block-height", "7"]]), text: async () => '{"found":"<b>"}'};
};
await import("data:text/javascript," + encodeURIComponent(readFileSync(new URL("page.js", import.meta.url), "utf8")));

// Every operation is there, with a line of its own.
const count = Object.values(api.paths).reduce((n, item) => n + Object.keys(item).length, 0);
const operations = main.querySelectorAll("section").flatMap((s) => s.querySelectorAll(":scope > details"));
assert.equal(operations.length, count, about.textContent);

// Opening one shows its fields and its answer, and asking sends what was filled in.
const open = (d) => { d.open = true; d.listeners.toggle(); };
operations.forEach(open);
assert.ok(operations.every((d) => d.all("form").length === 1 && d.all("h3").length === 1));
const filled = async (id, values, body) => {
  const form = operations.find((d) => d.attributes.id === id).all("form")[0];
  for (const input of form.all("input")) input.value = values[input.name] ?? "";
  if (body) form.all("textarea")[0].value = body;
  form.listeners.submit({preventDefault() {}});
  await new Promise((done) => setTimeout(done));
  return asked.at(-1);
};
assert.deepEqual(await filled("apps.App", {id: "acme/a b", "x-cosmos-block-height": "5"}), ["/credence/apps/v1/apps/acme/a%20b", {method: "GET", headers: {"x-cosmos-block-height": "5"}, body: undefined}]);
assert.equal((await filled("market.Orders", {"pagination.limit": "2", status: "1", owner: ""}))[0], "/credence/market/v1/orders?status=1&pagination.limit=2");
assert.deepEqual(await filled("market.Preview", {}, '{"requester":"x"}'), ["/credence/market/v1/preview", {method: "POST", headers: {}, body: '{"requester":"x"}'}]);
const shown = operations.find((d) => d.attributes.id === "apps.App").all("pre")[0];
assert.equal(shown.hidden, false);
assert.match(shown.textContent, /200 at height 7/);
assert.match(shown.textContent, /"found": "<b>"/);

// Messages within messages open, as deep as somebody goes, and so do those that contain themselves.
for (let depth = 0; depth < 3; depth++) operations.flatMap((d) => d.all("details")).filter((d) => !d.open).forEach(open);

// The search hides what does not have the word.
search.value = "SOLVENCY";
search.listeners.input();
const left = operations.filter((d) => !d.hidden);
assert.ok(left.length > 3 && left.length < count && left.every((d) => d.dataset.text.includes("solvency")));
assert.ok(main.querySelectorAll("section").some((s) => s.hidden));
console.log(`${count} operations, all as expected`);
