// Where one writes: plain words, or a command that is completed as it is typed, with its options as fields.

import { h, fill } from "./dom.js";
import { act, look, parts, say } from "./world.js";

const foot = () => document.getElementById("foot");
let known = null; // the commands of this place, once they were asked for
let knownFor = "";
let command = null; // the one that is being filled in
let reply = null;
let asked = 0;

/** The commands that can be used here; asked for once for each viewer and place. */
export async function commands() {
  const key = `${look.who} ${look.place} ${parts.get("you")?.lang}`;
  if (knownFor !== key) {
    known = await act({ act: "commands" });
    knownFor = known.error ? "" : key;
  }
  return known.error ? { slash: [], message: [] } : known;
}

/** Ask for them again: another bot runs now. */
export function forget() { knownFor = ""; }

/** Make the place to write in anew: somebody else looks, or somewhere else. */
export function reset() {
  command = null;
  reply = null;
  draw();
}

/** Answer a message with the next one. */
export function answer(message) {
  reply = message;
  draw();
  text()?.focus();
}

const text = () => foot().querySelector("textarea");

function draw() {
  const place = parts.get("place");
  if (!place || place.kind === "forum") { foot().replaceChildren(); return; }
  if (command) { foot().replaceChildren(bar()); return; }
  const files = h("input.upload", { type: "file", multiple: true, "aria-label": say("attach"), hidden: true });
  const box = h("textarea", { rows: 1, maxlength: 2000, placeholder: hint(place), "aria-label": hint(place), autocomplete: "off",
    role: "combobox", "aria-expanded": "false", "aria-controls": "offers" });
  const send = async () => {
    const words = box.value.trim();
    if (!words && !files.files.length) return;
    if (words.startsWith("/") && await take(words)) return;
    box.value = "";
    const to = reply;
    reply = null;
    const given = await act({ act: "say", text: words, ...(to ? { message: to.id } : {}) }, { files: files.files });
    if (given.error) { box.value = words; return; }
    draw();
    text().focus();
  };
  box.addEventListener("input", () => { grow(box); offer(box); });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (choosing(event)) return;
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); send(); }
  });
  files.addEventListener("change", () => { box.placeholder = [...files.files].map((file) => `📎 ${file.name}`).join("  "); box.focus(); });
  foot().replaceChildren(
    reply ? h("p.reply", {}, say("answering", { name: reply.author.username }),
      h("button", { type: "button", "aria-label": say("cancel"), onclick: () => { reply = null; draw(); } }, "✕")) : "",
    h("div.offers", { role: "listbox", id: "offers", hidden: true }),
    h("div.writing", {},
      place.kind === "dm" ? null : h("button.plus", { type: "button", "aria-label": say("attach"), title: say("attach"), onclick: () => files.click() }, "+"),
      files, box,
      h("button.button.primary", { type: "button", onclick: send }, say("send"))));
}

const hint = (place) => say("write_here", { place: place.kind === "dm" ? `@${place.name}` : `#${place.name}` });

function grow(box) {
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight, 200)}px`;
}

// ------------------------------------------------------------------ the list of what may be meant

let offers = [];
let picked = 0;

function showOffers(list, choose) {
  offers = list.map((one) => ({ ...one, choose: () => choose(one) }));
  picked = 0;
  drawOffers();
}

function drawOffers() {
  const box = document.getElementById("offers");
  if (!box) return;
  box.hidden = !offers.length;
  foot().querySelector("[role=combobox]:focus")?.setAttribute("aria-expanded", String(offers.length > 0));
  fill(box, offers.map((one, at) => h("button", { type: "button", role: "option", tabindex: -1, "aria-selected": String(at === picked), data: { offer: at } },
    h("span", {}, one.label), one.about ? h("small", {}, one.about) : null)));
  box.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
}

/** What a key does to the list; whether it did anything. */
function choosing(event) {
  if (!offers.length) return false;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) picked = (picked + step + offers.length) % offers.length;
  else if (event.key === "Escape") offers = [];
  else if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey)) {
    event.preventDefault();
    offers[picked].choose();
    return true;
  } else return false;
  event.preventDefault();
  drawOffers();
  return true;
}

document.addEventListener("mousedown", (event) => {
  const one = event.target.closest?.("[data-offer]");
  if (!one) return;
  event.preventDefault();
  offers[Number(one.dataset.offer)]?.choose();
});

async function offer(box) {
  const words = box.value;
  if (!words.startsWith("/")) { showOffers([], () => {}); return; }
  if (/\s$/.test(words) && await take(words)) return;
  const { slash } = await commands();
  if (box.value !== words) return;
  const wanted = words.slice(1).toLowerCase();
  const ranked = slash.map((one) => [rank(one, wanted), one]).filter(([place]) => place >= 0);
  ranked.sort(([one], [other]) => one - other);
  showOffers(ranked.map(([, one]) => ({ label: `/${one.shown}`, about: one.about, one })), ({ one }) => use(one));
}

function rank(one, wanted) {
  const names = [one.shown, ...one.also].map((name) => name.toLowerCase());
  if (names.some((name) => name.startsWith(wanted))) return 0;
  return names.some((name) => name.includes(wanted)) ? 1 : -1;
}

// ------------------------------------------------------------------------ a command and its options

/** Fill in a command that is known by its path, with some of its options. */
export async function fillIn(name, options = {}) {
  const { slash } = await commands();
  const one = slash.find((each) => each.name === name) ?? slash.find((each) => each.name.startsWith(`${name} `));
  if (one) use(one, options);
}

/** Take a whole line such as "/poem topic: rain form: haiku", if it names a command. */
async function take(words) {
  const { slash } = await commands();
  const paths = slash.flatMap((one) => [one.shown, ...one.also].map((path) => [path, one]));
  paths.sort(([one], [other]) => other.length - one.length);
  const [path, one] = paths.find(([each]) => `${words.trim()} `.startsWith(`/${each} `)) ?? [];
  if (!one || (/\s$/.test(words) && paths.some(([each]) => each.startsWith(`${words.slice(1)}`)))) return false;
  const rest = words.trim().slice(path.length + 1);
  const options = {};
  const marks = [...rest.matchAll(/(?:^|\s)([^\s:：]+)[:：]\s?/g)].map((mark) => [mark, optionOf(one, mark[1])]).filter(([, option]) => option);
  marks.forEach(([mark, option], at) => {
    const value = rest.slice(mark.index + mark[0].length, marks[at + 1]?.[0].index).trim().replace(/^["“](.*)["”]$/s, "$1");
    options[option.name] = option.choices.find((choice) => choice.label === value)?.value ?? value;
  });
  use(one, options);
  return true;
}

const optionOf = (one, name) => one.options.find((option) => option.name === name || option.shown === name);

function use(one, options = {}) {
  const wanted = one.options.filter((option) => option.required || option.name in options);
  command = { one, fields: wanted.map((option) => ({ option, value: String(options[option.name] ?? ""), label: "" })), files: {} };
  showOffers([], () => {});
  draw();
  const inputs = [...foot().querySelectorAll("input")];
  (inputs.find((input) => !input.value) ?? foot().querySelector("button.primary")).focus();
}

function bar() {
  const { one, fields } = command;
  const left = one.options.filter((option) => !fields.some((held) => held.option === option));
  const form = h("form.command", { "aria-label": `/${one.shown}` },
    h("div.offers", { role: "listbox", id: "offers", hidden: true }),
    h("p.about", {}, h("strong", {}, `/${one.shown}`), " ", one.about,
      h("button", { type: "button", "aria-label": say("cancel"), onclick: leave }, "✕")),
    h("div.writing", {},
      fields.map((held) => h("label.option", {}, h("span", {}, held.option.shown), entry(held))),
      left.map((option) => h("button.add", { type: "button", title: option.about, onclick: () => add(option) }, `+ ${option.shown}`)),
      h("button.button.primary", { type: "submit" }, say("send"))));
  form.addEventListener("keydown", (event) => {
    if (event.isComposing || choosing(event)) return;
    if (event.key === "Escape") leave();
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); run(); });
  return form;
}

function add(option) {
  command.fields.push({ option, value: "", label: "" });
  draw();
  [...foot().querySelectorAll("label.option input")].at(-1)?.focus();
}

function leave() {
  command = null;
  offers = [];
  draw();
  text()?.focus();
}

async function run() {
  const { one, fields, files } = command;
  await Promise.all(fields.map(meant));
  const options = Object.fromEntries(fields.filter((held) => held.value !== "" || held.option.type === 11).map((held) => [held.option.name, held.value]));
  const given = await act({ act: "slash", name: one.name, options }, files);
  if (!given.error) leave();
}

/** What was typed for an option that is chosen from a list is the one of that name. */
async function meant(held) {
  const { option, value } = held;
  if (held.label || !value || !(option.choices.length || option.type === 5 || KINDS[option.type])) return;
  const found = (await choices(held, "")).find((one) => [one.label, String(one.value)].includes(value.replace(/^[@#]/, "")));
  if (found) held.value = String(found.value);
}

/** The field of an option: typed, chosen from a list, or a file. */
function entry(held) {
  const { option } = held;
  if (option.type === 11) {
    return h("input", { type: "file", required: option.required, onchange: (event) => { command.files[option.name] = event.target.files; } });
  }
  const box = h("input", { type: option.type === 4 || option.type === 10 ? "number" : "text", step: "any", required: option.required,
    value: held.label || held.value, placeholder: option.about, maxlength: option.longest, autocomplete: "off",
    role: "combobox", "aria-expanded": "false", "aria-controls": "offers", "aria-label": option.shown });
  const take = (one) => {
    Object.assign(held, { value: String(one.value), label: one.label });
    box.value = one.label;
    showOffers([], () => {});
  };
  const suggest = async () => {
    const turn = ++asked;
    const list = await choices(held, box.value);
    if (turn === asked && document.activeElement === box) showOffers(list, take);
  };
  const sized = () => { box.style.width = `${Math.max(14, [...box.value].reduce((sum, one) => sum + (one > "⺀" ? 2 : 1), 3))}ch`; };
  box.addEventListener("input", () => { Object.assign(held, { value: box.value, label: "" }); sized(); suggest(); });
  box.addEventListener("focus", suggest);
  box.addEventListener("blur", () => { asked += 1; showOffers([], () => {}); });
  sized();
  return box;
}

const KINDS = { 6: 5, 7: 8, 8: 6, 9: 7 };

async function choices({ option }, typed) {
  const near = (list) => list.filter((one) => one.label.toLowerCase().includes(typed.toLowerCase()));
  if (option.choices.length) return option.choices.some((one) => one.label === typed) ? option.choices : near(option.choices);
  if (option.type === 5) return [{ value: "true", label: say("yes") }, { value: "false", label: say("no") }];
  if (KINDS[option.type]) return near((await act({ act: "choices", kind: KINDS[option.type] })).choices ?? []);
  if (!option.asks) return [];
  const filled = Object.fromEntries(command.fields.filter((held) => held.value !== "").map((held) => [held.option.name, held.value]));
  return (await act({ act: "suggest", name: command.one.name, control: option.name, text: typed, options: filled })).choices ?? [];
}
