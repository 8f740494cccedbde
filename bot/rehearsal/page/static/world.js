// What the page knows: the parts that were sent, who looks and where, and how something is done.

import { h } from "./dom.js";

/** The parts by their names, as the server sends them. */
export const parts = new Map();

/** Who looks, at which place, and at how many messages; kept in the address after the #. */
export const look = { who: "0", place: "0", most: 50 };

/** A text of the page in the reader's language; $places are filled. */
export function say(key, facts = {}) {
  const text = parts.get("words")?.[key] ?? "";
  return text.replace(/\$(\w+)/g, (place, name) => facts[name] ?? place);
}

/** The message of that number. */
export const messageOf = (id) => parts.get(`message ${id}`);

/** Every message in its order: numbers are long, so the longer is the larger. */
export function messages() {
  const found = [...parts.keys()].filter((key) => key.startsWith("message ")).map((key) => parts.get(key));
  return found.sort((one, other) => one.id.length - other.id.length || (one.id < other.id ? -1 : 1));
}

/** Do something; `files` by the name of their field. Gives the answer; what is wrong is shown. */
export async function act(deed, files = {}) {
  const body = JSON.stringify({ who: look.who, place: look.place, ...deed });
  const uploads = Object.entries(files).flatMap(([name, list]) => [...list].map((file) => [name, file]));
  const sent = { method: "POST", body, headers: { "Content-Type": "application/json" } };
  if (uploads.length) {
    sent.body = new FormData();
    sent.body.append("deed", body);
    for (const [name, file] of uploads) sent.body.append(`file:${name}`, file, file.name);
    delete sent.headers;
  }
  try {
    const answer = await fetch("do", sent);
    const given = answer.ok ? await answer.json() : { error: say("refused") };
    if (given.error) toast(given.error);
    return given;
  } catch {
    toast(say("lost"));
    return { error: say("lost") };
  }
}

let fading = 0;

/** A word that goes away by itself. */
export function toast(text) {
  const place = document.getElementById("toast");
  place.replaceChildren(h("p", {}, text));
  clearTimeout(fading);
  fading = setTimeout(() => place.replaceChildren(), 12000);
}
