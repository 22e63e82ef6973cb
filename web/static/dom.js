// This file alone makes elements. Data becomes text or an attribute, never markup, so nothing parses it.

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

// link is a link to another place of this page. Parts of the path are encoded; data is never a complete address.
export function link(parts, ...text) { return h("a", {href: path(...parts)}, ...text); }

// path joins the parts of a path, each encoded.
export function path(...parts) { return "/" + parts.map(encodeURIComponent).join("/"); }

// morph changes the old element until it equals the new one. It keeps what is equal, so that focus, scroll positions and selections stay.
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
