// Elements are made here and nowhere else. Data becomes text or an attribute, never markup: nothing parses it.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

// h makes an element of HTML: h("p", {class: "soft"}, "text", another).
export function h(tag, props, ...children) { return fill(document.createElement(tag), props, children); }

// svg makes an element of SVG.
export function svg(tag, props, ...children) { return fill(document.createElementNS(SVG, tag), props, children); }

// link leads to another place of this page. A path is built of what is encoded; data never is a whole address.
export function link(parts, ...text) { return h("a", {href: path(...parts)}, ...text); }

// path joins the parts of a path, each encoded.
export function path(...parts) { return "/" + parts.map(encodeURIComponent).join("/"); }

// morph changes what is there into what is to be there, and keeps what is equal: the focus, the place in a scrolled table and
// what somebody has marked stay.
export function morph(old, next) {
  const before = [...old.childNodes], after = [...next.childNodes];
  after.forEach((node, i) => {
    const was = before[i];
    if (!was) old.append(node);
    else if (was.nodeType !== node.nodeType || was.nodeName !== node.nodeName) was.replaceWith(node);
    else if (node.nodeType === Node.TEXT_NODE) { if (was.data !== node.data) was.data = node.data; }
    else {
      for (const {name} of [...was.attributes]) if (!node.hasAttribute(name) && !(name === "open" && was.nodeName === "DETAILS")) was.removeAttribute(name);
      for (const {name, value} of node.attributes) if (was.getAttribute(name) !== value) was.setAttribute(name, value);
      morph(was, node);
    }
  });
  before.slice(after.length).forEach(node => node.remove());
}
