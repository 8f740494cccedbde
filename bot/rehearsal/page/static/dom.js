// Makes elements, and turns what is on the screen into what should be there without replacing what stays:
// a button keeps its place under the pointer while the text above it grows.

/** An element: h("p.small", {title: "…"}, "text", child, [more]). Texts are texts, never markup. */
export function h(name, props = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const made = document.createElement(tag);
  if (classes.length) made.className = classes.join(" ");
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key === "data") for (const [one, text] of Object.entries(value)) made.dataset[one] = text;
    else if (key === "value") made.value = value;
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

const same = (one, other) => one.nodeType === other.nodeType && one.nodeName === other.nodeName
  && (one.dataset?.key ?? "") === (other.dataset?.key ?? "");

/** Make `old` look as `fresh` does, keeping its elements: those with a data-key by that, others in order. */
export function morph(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of [...fresh.attributes]) {
    if (old.getAttribute(name) === value) continue;
    if (name === "style") old.style.cssText = value; // set as an attribute, the page's own policy refuses it
    else old.setAttribute(name, value);
  }
  fill(old, [...fresh.childNodes]);
}

/** Make the children of an element these. */
export function fill(parent, children) {
  const keyed = new Map([...parent.children].filter((one) => one.dataset.key).map((one) => [one.dataset.key, one]));
  let at = parent.firstChild;
  for (const fresh of children) {
    const key = fresh.dataset?.key;
    const held = key ? keyed.get(key) : at && same(at, fresh) ? at : null;
    if (!held || !same(held, fresh)) parent.insertBefore(fresh, at);
    else {
      if (held === at) at = at.nextSibling;
      else parent.insertBefore(held, at);
      morph(held, fresh);
    }
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}
