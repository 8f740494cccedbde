// A message as elements: who wrote it and when, its text, embeds, files, and its components (see controls.js).

import { h } from "./dom.js";
import { inline, markdown, time } from "./markdown.js";
import { look, say } from "./world.js";
import { control } from "./controls.js";

const PRIVATE = 64, LOADING = 128, LAYOUT = 32768;
const CDN = "https://cdn.simcord.invalid/";
const CLOSE = 7 * 60 * 1000;

/** A letter on a colour of its own: nobody here has a picture. */
export function face(id, name) {
  const hue = (Number(id.slice(-6)) * 137) % 360; // neighbours are far apart on the wheel
  const made = h("span.face", { "aria-hidden": "true" }, [...name][0]?.toUpperCase() ?? "?");
  made.style.setProperty("--hue", hue);
  return made;
}

/** Whether a message goes on under the one before it, with no head of its own. */
function follows(message, before) {
  return before && before.author.id === message.author.id && !message.interaction_metadata
    && !message.referenced_message && new Date(message.timestamp) - new Date(before.timestamp) < CLOSE
    && Boolean(before.flags & PRIVATE) === Boolean(message.flags & PRIVATE);
}

/** What Discord itself says: that a thread was begun, a message pinned, a name changed. */
const SAID = {
  4: (one) => say("renamed", { who: one.author.username, name: one.content }),
  6: (one) => say("pinned", { who: one.author.username }),
  18: (one) => [say("threaded", { who: one.author.username }), " ",
    h("button.mention", { type: "button", data: { do: "go", id: one.message_reference?.channel_id ?? "" } }, one.content)],
};

/** A whole message; `before` is the one above it. */
export function message(one, before) {
  if (one.type in SAID) {
    return h("article.message.said", { data: { key: `m${one.id}`, message: one.id } },
      h("span.glyph", { "aria-hidden": "true" }, "→"), h("p", {}, SAID[one.type](one)));
  }
  const under = follows(one, before);
  const closed = one.flags & PRIVATE;
  return h(`article.message${under ? ".under" : ""}${closed ? ".private" : ""}`,
    { data: { key: `m${one.id}`, message: one.id }, "aria-label": one.author.username },
    above(one),
    under ? null : face(one.author.id, one.author.username),
    h("div.body", {},
      under ? null : h("div.head", {},
        h("strong", {}, one.author.username),
        one.author.bot ? h("span.tag", {}, say("app")) : null,
        time(Date.parse(one.timestamp) / 1000, "t")),
      one.flags & LOADING && !one.content ? h("p.thinking", {}, say("thinking")) : null,
      one.content ? h("div.content", {}, markdown(one.content),
        one.edited_timestamp && !one.author.bot ? h("span.edited", {}, say("edited")) : null) : null,
      one.embeds.map((embed) => card(embed, one)),
      one.flags & LAYOUT ? null : files(one),
      h("div.components", {}, one.components.map((component) => piece(component, one))),
      one.reactions?.length ? h("div.reactions", {}, one.reactions.map((reaction) =>
        h("span.reaction", {}, `${reaction.emoji.name} ${reaction.count}`))) : null,
      closed ? h("p.only", {}, `👁 ${say("only_you")} · `,
        h("button", { type: "button", data: { do: "hide" } }, say("dismiss"))) : null),
    h("button.dots", { type: "button", data: { do: "dots" }, "aria-label": say("more"), "aria-haspopup": "menu" }, "⋯"));
}

/** What stands above a message: the command it answers, or the message. */
function above(one) {
  const asked = one.interaction_metadata;
  if (asked?.user && asked.type === 2) {
    return h("p.above", {}, `@${asked.user.username} `, say("used"), asked.name ? ` /${asked.name}` : "");
  }
  const answered = one.referenced_message;
  if (answered) return h("p.above", {}, `@${answered.author.username} `, h("span", {}, inline(answered.content.split("\n")[0].slice(0, 200))));
  return null;
}

function url(given, one) {
  if (given?.startsWith("attachment://")) {
    return url(one.attachments.find((file) => file.filename === given.slice(13))?.url, one);
  }
  if (!given?.startsWith(CDN)) return "";
  return `file/${given.slice(CDN.length).split("/").map(encodeURIComponent).join("/")}`;
}

const EMBEDDED = [["title", "strong"], ["description", "div"]];

function card(embed, one) {
  const made = h("div.card", {},
    embed.author ? h("p.small", {}, embed.author.name) : null,
    EMBEDDED.map(([key, tag]) => (embed[key] ? h(tag, {}, markdown(embed[key])) : null)),
    (embed.fields ?? []).map((field) => h("div.field", {}, h("strong", {}, markdown(field.name)), markdown(field.value))),
    embed.image ? picture(url(embed.image.url, one), embed.title ?? "") : null,
    embed.footer ? h("p.small", {}, embed.footer.text) : null);
  if (embed.color) made.style.setProperty("--line", `#${embed.color.toString(16).padStart(6, "0")}`);
  return made;
}

function picture(source, about) {
  if (!source) return null;
  return h("a.picture", { href: source, target: "_blank", rel: "noreferrer" }, h("img", { src: source, alt: about, loading: "lazy" }));
}

/** The files of a message: pictures and sounds as such, others to be opened. */
function files(one) {
  return one.attachments.map((file) => attached(file, one));
}

function attached(file, one) {
  const source = url(file.url, one);
  const kind = file.content_type ?? "";
  if (kind.startsWith("image/") && kind !== "image/svg+xml") return picture(source, file.description ?? file.filename);
  const size = file.size < 1024 ? `${file.size} B` : `${Math.round(file.size / 1024).toLocaleString()} KB`;
  return h("div.file", {},
    h("span", { "aria-hidden": "true" }, "📄"),
    h("a", { href: source, target: "_blank", rel: "noreferrer" }, file.filename),
    h("small", {}, size),
    h("a.save", { href: source, download: file.filename, "aria-label": say("save_file", { name: file.filename }) }, "⭳"),
    kind.startsWith("audio/") ? h("audio", { controls: true, preload: "none", src: source }) : null,
    kind.startsWith("video/") ? h("video", { controls: true, preload: "none", src: source }) : null);
}

/** A component of a message, with what is in it. */
function piece(component, one) {
  const inside = () => (component.components ?? []).map((child) => piece(child, one));
  switch (component.type) {
    case 1: return h("div.row", {}, inside());
    case 9: return h("div.section", {}, h("div", {}, inside()), piece(component.accessory, one));
    case 10: return h("div.content", {}, markdown(component.content));
    case 11: return picture(url(component.media.url, one), component.description ?? "");
    case 12: return h("div.gallery", {}, component.items.map((item) => picture(url(item.media.url, one), item.description ?? "")));
    case 13: {
      const held = one.attachments.find((file) => url(file.url, one) === url(component.file.url, one));
      return held ? attached(held, one) : null;
    }
    case 14: return h(component.divider === false ? "div.space" : "hr");
    case 17: {
      const made = h("div.container", {}, inside());
      if (component.accent_color !== null && component.accent_color !== undefined) {
        made.style.setProperty("--line", `#${component.accent_color.toString(16).padStart(6, "0")}`);
      }
      return made;
    }
    default: return control(component, one);
  }
}

/** Whether somebody may change or take away a message. */
export function owned(one) {
  return { edits: one.author.id === look.who && !one.interaction_metadata, deletes: one.author.id === look.who };
}

