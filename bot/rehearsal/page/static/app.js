// The page of a rehearsal: places on the left, what is said in the middle, people on the right.

import { fill, h } from "./dom.js";
import { face, message, owned } from "./message.js";
import { arrows, list, openMenu } from "./controls.js";
import { answer, commands, fillIn, forget, reset } from "./composer.js";
import { ask, showForm } from "./form.js";
import { act, look, messageOf, messages, parts, say, toast } from "./world.js";

const $ = (id) => document.getElementById(id);
const seen = new Map(); // the last message that was read at each place, for who looks
const hidden = new Set(); // private answers that were closed

// --------------------------------------------------------------------------------------- the connection

let socket = null;
let fresh = true; // whether the next parts are of another look

function connect() {
  socket = new WebSocket(new URL("live", location.href).href.replace(/^http/, "ws").replace(/#.*/, ""));
  socket.onopen = () => { document.body.classList.remove("lost"); fresh = true; wish(); };
  socket.onmessage = ({ data }) => take(JSON.parse(data));
  socket.onclose = () => {
    document.body.classList.add("lost");
    if (parts.size) toast(say("lost"));
    setTimeout(connect, 2000);
  };
}

function wish() {
  if (socket.readyState === WebSocket.OPEN) {
    socket.send(JSON.stringify({ who: look.who, place: look.place, most: look.most }));
  }
}

/** Look as somebody else, or somewhere else; what is on the screen stays until the other is there. */
function turn(next) {
  Object.assign(look, { most: 50 }, next);
  fresh = true;
  document.body.classList.remove("places-open", "people-open");
  wish();
}

let noted = 0;

function take(changed) {
  const names = Object.keys(changed);
  for (const name of names) {
    if (changed[name] === null) parts.delete(name);
    else parts.set(name, changed[name]);
  }
  const you = parts.get("you"), place = parts.get("place");
  const moved = you && (you.id !== shownAs.who || (place?.id ?? "0") !== shownAs.place || you.lang !== shownAs.lang);
  if (you) Object.assign(look, { who: you.id, place: place?.id ?? "0" });
  if (moved || fresh) {
    history.replaceState(null, "", `#${look.who}/${look.place}`);
    document.documentElement.lang = you?.locale ?? "en";
    document.title = place ? `${place.kind === "dm" ? "@" : "#"}${place.name} · Renga` : "Renga";
  }
  const any = (...keys) => moved || keys.some((key) => names.includes(key));
  if (names.some((name) => name.startsWith("message ")) || any("place", "words", "names")) drawTimeline(moved);
  if (any("places", "place", "viewers", "you", "clock")) drawPlaces();
  if (any("people")) drawPeople();
  if (any("place")) drawHead();
  if (moved) { Object.assign(shownAs, { who: look.who, place: look.place, lang: you.lang }); reset(); }
  if (names.includes("form") || moved) showForm(parts.get("form") ?? null);
  const [count, note] = parts.get("note") ?? [0, ""];
  if (count > noted && !fresh) toast(note);
  noted = count;
  fresh = false;
}

const shownAs = { who: "", place: "", lang: "" };

// ------------------------------------------------------------------------------------------ the drawing

function drawTimeline(moved) {
  const box = $("scroll");
  const low = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
  const high = box.scrollHeight - box.scrollTop;
  const place = parts.get("place");
  const shown = messages().filter((one) => !hidden.has(one.id));
  const elements = [];
  if (place?.kind === "forum") elements.push(...posts(place));
  else if (place?.more) elements.push(h("button.button.secondary.earlier", { type: "button", data: { do: "earlier", key: "earlier" } }, say("earlier")));
  else if (place) elements.push(place.welcome ? welcome() : beginning(place));
  if (!parts.get("you")) elements.push(h("p.begin", {}, say("nobody")));
  shown.forEach((one, at) => elements.push(message(one, shown[at - 1])));
  fill($("timeline"), elements);
  const led = wanted && document.querySelector(`[data-message="${CSS.escape(wanted)}"]`);
  if (led) { wanted = ""; led.scrollIntoView({ block: "center" }); led.classList.add("led"); }
  else if (moved || low) box.scrollTop = box.scrollHeight;
  else if (earlier) { box.scrollTop = box.scrollHeight - high; earlier = false; }
  if (shown.length) seen.set(`${look.who} ${look.place}`, shown.at(-1).id);
}

let earlier = false;

const beginning = (place) => h("div.begin", { data: { key: "begin" } },
  h("h2", {}, place.kind === "dm" ? `@${place.name}` : `#${place.name}`),
  h("p", {}, say(place.kind === "dm" ? "begin_dm" : "begin", { place: place.name })));

const TRIES = [
  ["poem", "poem", () => ({ topic: say("try_topic") })],
  ["story", "story start", () => ({ title: say("try_title") })],
  ["check", "form check", () => ({ form: say("try_form") })],
];

/** Five lines on what to try, and buttons that fill it in. */
function welcome() {
  return h("section.welcome", { data: { key: "welcome" }, "aria-label": say("welcome") },
    h("h2", {}, say("welcome")),
    h("ol", {}, ["welcome_poem", "welcome_press", "welcome_story", "welcome_check", "welcome_look"].map((key) => h("li", {}, say(key)))),
    h("div.row", {}, TRIES.map(([key, name], at) =>
      h(`button.button.${at ? "secondary" : "primary"}`, { type: "button", data: { do: "try", at } }, say(`try_${key}`)))));
}

const posts = (place) => {
  const held = parts.get("places").flatMap((group) => group.channels).filter((one) => one.of === place.id);
  return [beginning(place), ...held.map((one) => h("button.post", { type: "button", data: { do: "go", id: one.id, key: `p${one.id}` } }, one.name))];
};

const GLYPHS = { text: "#", forum: "☰", thread: "↳", dm: "@" };

function drawPlaces() {
  const you = parts.get("you");
  const at = parts.get("place");
  const entry = (one) => {
    if (one.kind === "category") return h("h3", {}, one.name);
    const read = seen.get(`${look.who} ${one.id}`) ?? "0";
    const unread = one.id !== at?.id && one.kind !== "forum" && (one.last.length > read.length || one.last > read) && one.last !== "0";
    return h(`button.place.${one.kind}${unread ? ".unread" : ""}${one.closed ? ".closed" : ""}`,
      { type: "button", "aria-current": one.id === at?.id ? "page" : undefined, data: { do: "go", id: one.id, key: one.id } },
      h("span.glyph", { "aria-hidden": "true" }, GLYPHS[one.kind]), h("span", {}, one.name), one.adults ? h("small", { title: say("adults") }, "18+") : null);
  };
  fill($("places"), [
    h("div.list", {}, (parts.get("places") ?? []).flatMap((group) => [
      h("div.server", {}, h("h2", {}, group.server || say("direct")),
        group.server ? h("button", { type: "button", data: { do: "channel", id: group.id }, title: say("new_channel"), "aria-label": say("new_channel") }, "+") : null),
      group.channels.map(entry)])),
    h("div.clock", {}, h("span", {}, clock()),
      h("button", { type: "button", data: { do: "wait", seconds: 3600 } }, say("hour")),
      h("button", { type: "button", data: { do: "wait", seconds: 86400 } }, say("day")),
      h("button", { type: "button", data: { do: "restart" }, title: say("restart_about") }, say("restart"))),
    you ? h("div.you", {}, face(you.id, you.name),
      h("button.viewer", { type: "button", data: { do: "viewers" }, "aria-haspopup": "listbox", "aria-label": say("look_as") },
        h("small", {}, say("look_as")), h("span", {}, `@${you.name} ▾`)),
      h("button", { type: "button", data: { do: "speak" }, "aria-label": say("language") }, you.lang === "zh" ? "EN" : "中文")) : "",
  ].filter(Boolean));
}

function clock() {
  const locale = parts.get("you")?.locale ?? "en-US";
  return new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZone: "UTC" })
    .format(new Date(parts.get("clock") ?? 0));
}

function drawHead() {
  const place = parts.get("place");
  if (!place) { $("head").replaceChildren(); return; }
  fill($("head"), [
    h("button.drawer", { type: "button", data: { do: "drawer", name: "places" }, "aria-label": say("places") }, "☰"),
    h("h1", {}, h("span.glyph", { "aria-hidden": "true" }, GLYPHS[place.kind]), place.of ? h("small", {}, `${place.of} › `) : null, place.name),
    place.kind === "text" ? h("button.thread", { type: "button", data: { do: "thread" } }, say("new_thread")) : "",
    h("button.drawer", { type: "button", data: { do: "drawer", name: "people" }, "aria-label": say("people") }, "👥"),
  ].filter(Boolean));
}

function drawPeople() {
  const groups = [["moderator", "moderators"], ["member", "members"], ["bot", "app"]];
  const all = parts.get("people") ?? [];
  const place = parts.get("place");
  fill($("people"), [...groups.flatMap(([kind, key]) => {
    const held = all.filter((one) => one.kind === kind);
    return held.length ? [h("h2", {}, `${say(key)} — ${held.length}`), ...held.map((one) => person(one, kind))] : [];
  }), place?.server ? h("button.add", { type: "button", data: { do: "member" } }, `+ ${say("new_member")}`) : ""].filter(Boolean));
}

const person = (one, kind) => h(`button.person${one.id === look.who ? ".self" : ""}`,
  { type: "button", disabled: kind === "bot", data: { do: "viewer", id: one.id, key: one.id }, title: kind === "bot" ? undefined : say("look_as_who", { name: one.name }) },
  face(one.id, one.name), h("span", {}, one.name), kind === "bot" ? h("span.tag", {}, say("app")) : null,
  one.locale?.startsWith("zh") ? h("small", {}, "中文") : null);

// -------------------------------------------------------------------------------------------- the doing

const messageAt = (element) => messageOf(element.closest("[data-message]")?.dataset.message);

/** Show somewhere that time passes: it takes a moment. */
async function pass(element, deed) {
  document.body.classList.add("passing");
  await act(deed);
  document.body.classList.remove("passing");
  forget();
}

async function dots(element) {
  const one = messageAt(element);
  const may = owned(one);
  const { message: offered } = await commands();
  const options = [
    ...offered.map((each) => ({ value: `menu ${each.name}`, label: each.shown })),
    { value: "answer", label: say("answer") }, { value: "copy", label: say("copy") },
    ...(may.edits ? [{ value: "edit", label: say("edit") }] : []), ...(may.deletes ? [{ value: "delete", label: say("delete") }] : []),
  ];
  list(element, options, {}, ([value]) => {
    if (value === "answer") answer(one);
    else if (value === "copy") navigator.clipboard?.writeText(one.content);
    else if (value === "delete") act({ act: "delete", message: one.id });
    else if (value === "edit") {
      ask(say("edit"), [{ type: 4, style: 2, custom_id: "text", label: say("message"), value: one.content, max_length: 2000 }], say("save"),
        async ({ text }) => !(await act({ act: "edit", message: one.id, text })).error);
    } else act({ act: "menu", name: value.slice(5), message: one.id });
  });
}

const name = () => ({ type: 4, style: 1, custom_id: "name", label: say("name"), max_length: 90 });

const DO = {
  go: ({ dataset }) => {
    if (dataset.message) wanted = dataset.message;
    turn({ place: dataset.id });
  },
  viewer: ({ dataset }) => turn({ who: dataset.id }),
  viewers: (element) => list(element, parts.get("viewers").map((one) => ({ value: one.id, label: `@${one.name}`, on: one.id === look.who })), {}, ([id]) => turn({ who: id })),
  speak: () => act({ act: "speak", locale: parts.get("you").lang === "zh" ? "en-US" : "zh-CN" }),
  press: (element) => act({ act: "press", message: messageAt(element).id, control: element.dataset.id, name: element.textContent.slice(0, 100) }),
  menu: (element) => openMenu(element, messageAt(element).id, element.dataset.id),
  dots, reveal: (element) => element.classList.toggle("seen"),
  hide: (element) => { hidden.add(messageAt(element).id); drawTimeline(false); },
  command: ({ dataset }) => fillIn(dataset.name),
  try: ({ dataset }) => { const [, path, options] = TRIES[Number(dataset.at)]; fillIn(path, options()); },
  earlier: () => { earlier = true; look.most += 100; wish(); },
  wait: (element) => pass(element, { act: "wait", seconds: Number(element.dataset.seconds) }),
  restart: (element) => pass(element, { act: "restart" }),
  drawer: ({ dataset }) => document.body.classList.toggle(`${dataset.name}-open`),
  thread: () => ask(say("new_thread"), [name()], say("make"), async (given) => made(await act({ act: "thread", name: given.name }))),
  channel: () => ask(say("new_channel"), [name(),
    { type: 18, label: say("kind"), component: { type: 3, custom_id: "kind", options: [
      { value: "text", label: say("kind_text"), default: true }, { value: "forum", label: say("kind_forum") }, { value: "adults", label: say("adults") }] } }], say("make"),
  async (given) => made(await act({ act: "channel", name: given.name, special: given.kind[0] === "adults", forum: given.kind[0] === "forum" }))),
  member: () => ask(say("new_member"), [name(),
    { type: 18, label: say("language"), component: { type: 3, custom_id: "locale", options: [
      { value: "en-US", label: "English", default: parts.get("you").lang !== "zh" }, { value: "zh-CN", label: "中文", default: parts.get("you").lang === "zh" }] } },
    { type: 18, label: say("moderates"), component: { type: 23, custom_id: "special" } }], say("make"),
  async (given) => made(await act({ act: "member", name: given.name, locale: given.locale[0], special: given.special }))),
};

function made(given) {
  if (given.error) return false;
  turn(given);
  return true;
}

let wanted = ""; // the message that a link led to

document.addEventListener("click", (event) => {
  const element = event.target.closest("[data-do]");
  if (!element) {
    if (event.target.closest("main")) document.body.classList.remove("places-open", "people-open");
    return;
  }
  if (element.dataset.do === "link") {
    const [, channel] = /^https:\/\/discord\.com\/channels\/(?:\d+|@me)\/(\d+)/.exec(element.href) ?? [];
    if (!channel) return;
    event.preventDefault();
    turn({ place: channel });
    return;
  }
  DO[element.dataset.do]?.(element, event);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches?.("span[data-do]")) event.target.click();
});
document.addEventListener("contextmenu", (event) => {
  const one = event.target.closest("article");
  if (!one || getSelection()?.toString()) return;
  event.preventDefault();
  dots(one.querySelector(".dots"));
});
$("picker").addEventListener("keydown", arrows);

const [, who, place] = /^#(\d+)\/(\d+)$/.exec(location.hash) ?? [];
Object.assign(look, { who: who ?? "0", place: place ?? "0" });
connect();
