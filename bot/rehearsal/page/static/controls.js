// Buttons and menus of messages, and the list that opens under a menu.

import { h, fill } from "./dom.js";
import { act, messageOf, parts, say } from "./world.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link" };
const ENTITIES = [5, 6, 7, 8];

/** A button or menu of a message. */
export function control(component, one) {
  if (component.type === 2) return button(component);
  if (component.type === 3 || ENTITIES.includes(component.type)) return menu(component, one);
  return null;
}

const emoji = (given) => (given ? h("span.emoji", {}, given.id ? `:${given.name}:` : given.name) : null);

function button(component) {
  const style = STYLES[component.style] ?? "secondary";
  if (style === "link") {
    return h(`a.button.${style}`, { href: component.url, target: "_blank", rel: "noreferrer noopener",
      data: { do: "link" } }, emoji(component.emoji), component.label ?? "", " ↗");
  }
  return h(`button.button.${style}`, {
    type: "button", disabled: component.disabled, data: { do: "press", key: component.custom_id, id: component.custom_id },
    "aria-label": component.label ? undefined : component.emoji?.name,
  }, emoji(component.emoji), component.label ?? "");
}

function menu(component, one) {
  const chosen = (component.options ?? []).filter((option) => option.default).map((option) => option.label);
  const held = (component.default_values ?? []).map((value) => called(value));
  const label = [...chosen, ...held].join(", ");
  return h(`button.menu${label ? "" : ".empty"}`, {
    type: "button", disabled: component.disabled, data: { do: "menu", key: component.custom_id, id: component.custom_id },
    "aria-haspopup": "listbox", "aria-label": component.placeholder ?? label, title: component.placeholder,
  }, h("span", {}, label || component.placeholder || say("choose")), h("span.arrow", { "aria-hidden": "true" }, "▾"));
}

function called(value) {
  const names = parts.get("names") ?? {};
  const id = String(value.id ?? value);
  return names.users?.[id] ?? names.roles?.[id] ?? names.channels?.[id] ?? id;
}

/** The component of a message that is known by an id. */
export function componentOf(message, id) {
  const stack = [...(messageOf(message)?.components ?? [])];
  while (stack.length) {
    const one = stack.pop();
    if (one?.custom_id === id) return one;
    stack.push(...(one?.components ?? []), ...(one?.accessory ? [one.accessory] : []));
  }
  return null;
}

/** The options of a menu, asked for where they are people, roles or channels. */
export async function optionsOf(component) {
  if (component.type === 3) {
    return component.options.map((one) => ({ value: one.value, label: one.label, about: one.description, on: one.default }));
  }
  const held = new Set((component.default_values ?? []).map((value) => String(value.id ?? value)));
  const given = await act({ act: "choices", kind: component.type });
  const allowed = component.channel_types?.length ? new Set(component.channel_types) : null;
  const known = parts.get("places")?.flatMap((group) => group.channels) ?? [];
  const kinds = { text: 0, category: 4, thread: 11, forum: 15 };
  const fits = (id) => !allowed || allowed.has(kinds[known.find((one) => one.id === id)?.kind]);
  return (given.choices ?? []).filter((one) => component.type !== 8 || fits(one.value))
    .map((one) => ({ ...one, on: held.has(one.value) }));
}

/** Open the list of a menu of a message; what is chosen there is sent off. */
export async function openMenu(anchor, message, id) {
  const component = componentOf(message, id);
  if (!component) return;
  const options = await optionsOf(component);
  const least = component.min_values ?? 1, most = component.max_values ?? 1;
  list(anchor, options, { least, most }, (values) => {
    const labels = options.filter((one) => values.includes(one.value)).map((one) => one.label);
    const kind = component.type === 3 ? 0 : component.type;
    act({ act: "select", message, control: id, kind, values, name: (component.placeholder ?? "").slice(0, 100), text: labels.join(", ") });
  });
}

/** A list under an element: one choice closes it, several are sent by a button. */
export function list(anchor, options, { least = 1, most = 1 } = {}, done) {
  const picker = document.getElementById("picker");
  const chosen = new Set(options.filter((one) => one.on).map((one) => one.value));
  const many = most > 1 || least === 0;
  const box = h("div.options", { role: "listbox", "aria-multiselectable": String(many) });
  const close = () => { picker.hidePopover(); anchor.focus?.(); };
  const draw = () => fill(box, options.map((one) => h("button.option", {
    type: "button", role: "option", "aria-selected": String(chosen.has(one.value)), onclick: () => {
      if (!many) { close(); done([one.value]); return; }
      if (chosen.has(one.value)) chosen.delete(one.value);
      else {
        if (most === 1) chosen.clear();
        if (chosen.size < most) chosen.add(one.value);
      }
      draw();
    },
  }, h("span", {}, one.label, one.about ? h("small", {}, one.about) : null), h("span.tick", { "aria-hidden": "true" }, chosen.has(one.value) ? "✓" : ""))));
  draw();
  picker.replaceChildren(box.childElementCount ? box : h("p.none", {}, say("nothing")), ...(many ? [h("button.button.primary", {
    type: "button", onclick: () => { if (chosen.size >= least) { close(); done([...chosen]); } },
  }, say("done"))] : []));
  show(picker, anchor);
}

/** Put the list beside its element, inside the window, and let arrows go through it. */
export function show(picker, anchor) {
  picker.showPopover();
  const at = anchor.getBoundingClientRect();
  picker.style.minWidth = `${Math.min(at.width, innerWidth - 16)}px`;
  const size = picker.getBoundingClientRect();
  picker.style.left = `${Math.max(8, Math.min(at.left, innerWidth - size.width - 8))}px`;
  const below = at.bottom + size.height + 8 < innerHeight || at.top < size.height + 8;
  picker.style.top = `${below ? Math.min(at.bottom + 4, Math.max(8, innerHeight - size.height - 8)) : at.top - size.height - 4}px`;
  picker.querySelector("button")?.focus();
}

/** Arrows go up and down in a list that is open. */
export function arrows(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const all = [...event.currentTarget.querySelectorAll("button")];
  const next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
  next?.focus();
  event.preventDefault();
}
