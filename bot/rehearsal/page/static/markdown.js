// Discord's formatting as elements. Nothing of a text is ever read as markup of the page.

import { h } from "./dom.js";
import { parts, say } from "./world.js";

const TAGS = [
  [/\*\*\*(?=\S)([\s\S]+?)\*\*\*(?!\*)/y, (m) => h("strong", {}, h("em", {}, inline(m[1])))],
  [/\*\*(?=\S)([\s\S]+?)\*\*(?!\*)/y, (m) => h("strong", {}, inline(m[1]))],
  [/__([\s\S]+?)__(?!_)/y, (m) => h("u", {}, inline(m[1]))],
  [/\*(?=[^\s*])((?:\*\*[\s\S]+?\*\*|\\[\s\S]|[^*\\])+?)\*(?!\*)/y, (m) => h("em", {}, inline(m[1]))],
  [/(?<![\p{L}\p{N}])_((?:__|\\[\s\S]|[^\\_])+?)_(?![\p{L}\p{N}])/yu, (m) => h("em", {}, inline(m[1]))],
  [/~~(?=\S)([\s\S]+?)~~/y, (m) => h("s", {}, inline(m[1]))],
  [/\|\|([\s\S]+?)\|\|/y, (m) => h("span.spoiler", { role: "button", tabindex: 0, data: { do: "reveal" } }, h("span", {}, inline(m[1])))],
];
const WHOLE = [
  [/\\([!-/:-@[-`{-~])/y, (m) => m[1]],
  [/``([\s\S]+?)``(?!`)/y, (m) => h("code", {}, m[1].trim())],
  [/`([^`]+)`/y, (m) => h("code", {}, m[1])],
  [/<@!?(\d+)>/y, (m) => h("span.mention", {}, `@${name("users", m[1])}`)],
  [/<@&(\d+)>/y, (m) => h("span.mention", {}, `@${name("roles", m[1])}`)],
  [/<#(\d+)>/y, (m) => place(m[1])],
  [/<\/([^:>]+):\d+>/y, (m) => h("button.mention", { type: "button", data: { do: "command", name: m[1] } }, `/${m[1]}`)],
  [/<a?:(\w+):\d+>/y, (m) => `:${m[1]}:`],
  [/<t:(-?\d{1,12})(?::([tTdDfFR]))?>/y, (m) => time(Number(m[1]), m[2] ?? "f")],
  [/\[((?:\\.|[^[\]\\])+)\]\(<?(https?:\/\/[^\s<>()]+)>?\)/y, (m) => link(m[2], inline(m[1]))],
  [/<(https?:\/\/[^\s<>]+)>/y, (m) => link(m[1])],
  [/https?:\/\/[^\s<>]+[^\s<>.,:;!?"'()\]，。；：！？」』）]/y, (m) => link(m[0])],
];
const PLAIN = /[^\\*_~|`<[h]+/y;
const MESSAGE = /^https:\/\/discord\.com\/channels\/(?:\d+|@me)\/(\d+)(?:\/(\d+))?$/;

const name = (kind, id) => parts.get("names")?.[kind]?.[id] ?? say("unknown");

function place(id) {
  return h("button.mention", { type: "button", data: { do: "go", id } }, `#${name("channels", id)}`);
}

function link(url, shown = null) {
  const [, channel, message] = MESSAGE.exec(url) ?? [];
  if (channel) {
    return h("button.mention", { type: "button", data: { do: "go", id: channel, message: message ?? "" } },
      shown ?? `#${name("channels", channel)} ›`);
  }
  return h("a", { href: url, target: "_blank", rel: "noreferrer noopener" }, shown ?? url);
}

/** A time as Discord's marks of style show it; those that tell how long are told from the world's own clock. */
export function time(seconds, style) {
  const locale = parts.get("you")?.locale ?? "en-US";
  const at = new Date(seconds * 1000);
  const shapes = {
    t: { timeStyle: "short" }, T: { timeStyle: "medium" }, d: { dateStyle: "short" }, D: { dateStyle: "long" },
    f: { dateStyle: "long", timeStyle: "short" }, F: { dateStyle: "full", timeStyle: "short" },
  };
  const whole = new Intl.DateTimeFormat(locale, { ...shapes.f, timeZone: "UTC" }).format(at);
  if (style !== "R") {
    return h("time", { datetime: at.toISOString(), title: whole },
      new Intl.DateTimeFormat(locale, { ...shapes[style], timeZone: "UTC" }).format(at));
  }
  const away = (at - new Date(parts.get("clock"))) / 1000;
  const units = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const [unit, size] = units.find(([, size]) => Math.abs(away) >= size) ?? ["second", 1];
  const told = new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(Math.round(away / size), unit);
  return h("time", { datetime: at.toISOString(), title: whole }, told);
}

/** The formatting inside a line. */
export function inline(text) {
  const found = [];
  for (let at = 0; at < text.length;) {
    let taken = null;
    for (const [rule, make] of [...WHOLE, ...TAGS]) {
      rule.lastIndex = at;
      const match = rule.exec(text);
      if (match) { taken = [make(match), at + match[0].length]; break; }
    }
    if (!taken) {
      PLAIN.lastIndex = at;
      const match = PLAIN.exec(text);
      taken = match ? [match[0], PLAIN.lastIndex] : [text[at], at + 1];
    }
    const last = found.length - 1;
    if (typeof taken[0] === "string" && typeof found[last] === "string") found[last] += taken[0];
    else found.push(taken[0]);
    at = taken[1];
  }
  return found;
}

const HEADS = [[/^### +(.+)/, "h5"], [/^## +(.+)/, "h4"], [/^# +(.+)/, "h3"], [/^-# +(.+)/, "p.small"]];
const ITEM = /^( *)([-*]|\d+\.) +(.*)/;

/** A whole text: code, headings, small print, quotes, lists and lines. */
export function markdown(text) {
  const found = [];
  const open = { kind: "", lines: [] };
  const close = () => {
    const { kind, lines } = open;
    if (kind === "text") found.push(h("div.text", {}, inline(lines.join("\n"))));
    if (kind === "quote") found.push(h("blockquote", {}, markdown(lines.join("\n"))));
    if (kind === "list") found.push(list(lines));
    Object.assign(open, { kind: "", lines: [] });
  };
  const add = (kind, line) => {
    if (open.kind !== kind) close();
    open.kind = kind;
    open.lines.push(line);
  };
  const pieces = text.split(/(```(?:[a-z0-9_+-]*\n)?[\s\S]+?```)/i);
  for (const [at, piece] of pieces.entries()) {
    if (at % 2) {
      close();
      found.push(h("pre", {}, h("code", {}, piece.replace(/^```(?:[a-z0-9_+-]*\n)?|\n?```$/gi, ""))));
      continue;
    }
    const bare = piece.slice(at && piece[0] === "\n" ? 1 : 0).replace(at < pieces.length - 1 ? /\n$/ : /(?!)/, "");
    const lines = bare.split("\n");
    for (const [row, line] of lines.entries()) {
      if (line.startsWith(">>> ")) {
        close();
        const rest = [line.slice(4), ...lines.slice(row + 1)].join("\n");
        found.push(h("blockquote", {}, markdown(rest)));
        break;
      }
      const head = HEADS.map(([shape, tag]) => [shape.exec(line), tag]).find(([match]) => match);
      if (head) {
        close();
        found.push(h(head[1], {}, inline(head[0][1])));
      } else if (/^> ?/.test(line) && line.startsWith(">")) add("quote", line.replace(/^> ?/, ""));
      else if (ITEM.test(line)) add("list", line);
      else if (bare && (line || open.kind === "text" || row < lines.length - 1)) add("text", line);
    }
  }
  close();
  return found;
}

function list(lines) {
  const ordered = /^ *\d+\./.test(lines[0]);
  return h(ordered ? "ol" : "ul", {}, lines.map((line) => {
    const [, indent, mark, text] = ITEM.exec(line);
    const item = h("li", {}, inline(text));
    if (indent.length > 1) item.className = "deeper";
    if (ordered) item.value = Number.parseInt(mark, 10) || 1;
    return item;
  }));
}

