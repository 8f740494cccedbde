// The forms that the bot shows, and the small ones of the page itself. What was typed stays until it is sent.

import { h } from "./dom.js";
import { optionsOf } from "./controls.js";
import { markdown } from "./markdown.js";
import { act, say } from "./world.js";

const dialog = () => document.getElementById("form");
let shown = "";

/** Show the form that somebody has before them, or none. */
export async function showForm(form) {
  if ((form?.id ?? "") === shown) return;
  shown = form?.id ?? "";
  if (!form) { dialog().close(); return; }
  const fields = (await Promise.all(form.components.map((component) => field(component)))).flat();
  if (shown !== form.id) return;
  open(form.title, fields, say("send"), async () => {
    const { values, files } = gather(fields);
    const given = await act({ act: "submit", form: form.id, fields: values }, files);
    return !given.error;
  }, () => act({ act: "dismiss", form: form.id }));
}

/** A form of the page: its fields are of the same kinds; `send` gets their values. */
export async function ask(title, components, label, send) {
  const fields = (await Promise.all(components.map((component) => field(component)))).flat();
  open(title, fields, label, async () => send(gather(fields).values), () => {});
}

function open(title, fields, label, send, leave) {
  const go = h("button.button.primary", { type: "submit" }, label);
  const cancel = h("button.button.secondary", { type: "button", onclick: () => { leave(); dialog().close(); } }, say("cancel"));
  const form = h("form", { method: "dialog", novalidate: false },
    h("h2", {}, title), h("div.fields", {}, fields.map((one) => one.element)), h("div.row", {}, cancel, go));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    go.disabled = true;
    const done = await send();
    go.disabled = false;
    if (done) dialog().close();
  });
  dialog().oncancel = () => leave();
  dialog().replaceChildren(form);
  dialog().setAttribute("aria-label", title);
  if (!dialog().open) dialog().showModal();
  dialog().querySelector("input, textarea, select")?.focus();
}

function gather(fields) {
  const values = {}, files = {};
  for (const { id, read, uploads } of fields) {
    if (!id) continue;
    values[id] = read();
    if (uploads) files[id] = uploads();
  }
  return { values, files };
}

async function field(component) {
  if (component.type === 10) return [{ element: h("div.content", {}, markdown(component.content)) }];
  if (component.type === 1) return (await Promise.all(component.components.map((one) => field(one)))).flat();
  if (component.type === 18) return [await labelled(component.label, component.description, component.component)];
  return [await labelled(component.label ?? "", "", component)];
}

async function labelled(label, about, component) {
  const made = await input(component);
  const name = `f-${component.custom_id}`;
  const wanted = component.required !== false;
  made.control.id = name;
  if (about) made.control.setAttribute("aria-describedby", `${name}-about`);
  const head = [label, wanted ? h("span.wanted", { "aria-hidden": "true" }, " *") : null];
  return { ...made, id: component.custom_id, element: h("div.field", {},
    made.group ? h("span.label", { id: `${name}-label` }, head) : h("label.label", { for: name }, head),
    about ? h("small", { id: `${name}-about` }, about) : null, made.control) };
}

async function input(component) {
  const wanted = component.required !== false;
  switch (component.type) {
    case 4: {
      const limits = { minlength: component.min_length, maxlength: component.max_length ?? 4000, required: wanted,
        placeholder: component.placeholder, value: component.value ?? "" };
      const control = component.style === 2 ? h("textarea", { rows: 6, ...limits }) : h("input", { type: "text", ...limits });
      return { control, read: () => control.value };
    }
    case 19: {
      const control = h("input", { type: "file", multiple: (component.max_values ?? 1) > 1, required: wanted });
      return { control, read: () => [], uploads: () => control.files };
    }
    case 23: {
      const control = h("input", { type: "checkbox" });
      control.checked = Boolean(component.default);
      return { control, read: () => control.checked };
    }
    case 21: return boxes(component, component.options, false);
    case 22: return boxes(component, component.options, true);
    default: return chooser(component, wanted);
  }
}

/** A menu of a form: one of a few in a list to open, several as boxes to tick. */
async function chooser(component, wanted) {
  const options = await optionsOf(component);
  if ((component.max_values ?? 1) > 1) return boxes(component, options.map((one) => ({ ...one, default: one.on })), true);
  const control = h("select", { required: wanted && (component.min_values ?? 1) > 0 },
    h("option", { value: "" }, component.placeholder ?? say("choose")),
    options.map((one) => h("option", { value: one.value }, one.label)));
  control.value = options.find((one) => one.on)?.value ?? "";
  return { control, read: () => (control.value ? [control.value] : []) };
}

function boxes(component, options, many) {
  const group = h("div.boxes", { role: many ? "group" : "radiogroup", "aria-labelledby": `f-${component.custom_id}-label` },
    options.map((one) => {
      const box = h("input", { type: many ? "checkbox" : "radio", name: component.custom_id, value: one.value });
      box.checked = Boolean(one.default);
      return h("label", {}, box, h("span", {}, one.label, one.description ?? one.about ? h("small", {}, one.description ?? one.about) : null));
    }));
  const read = () => [...group.querySelectorAll("input:checked")].map((box) => box.value);
  return { control: group, group: true, read: () => (many ? read() : read()[0] ?? "") };
}
