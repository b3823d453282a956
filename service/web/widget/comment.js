// One comment, or the words that stand in its place.

import { button, h } from "./dom.js";
import { built } from "./markup.js";

// `entry` is the list's: {comment, depth, parent}; whether it was drawn as the reader's `own` is noted there.
export function article(entry, thread) {
  const { comment } = entry;
  const id = `comment-${comment.id}`;
  const attributes = { id, part: "comment", tabindex: -1, "aria-labelledby": `${id}-by`, "data-comment-id": !comment.sending && comment.id };
  return h("article", { class: `comment ${comment.status}`, ...attributes }, head(entry, thread.words, id),
    ...(comment.status === "removed" ? [tombstone(comment, thread.words)] : body(entry, thread)));
}

function head({ comment, depth, parent }, words, id) {
  const { author, created_at, edited_at, parent_id } = comment;
  const role = words.texts[`role_${author.role}`];
  return h("header", { part: "meta" },
    avatar(author),
    h("strong", { id: `${id}-by`, part: "author", class: "name" }, h("bdi", {}, author.name)),
    role && h("span", { part: "role", class: "role" }, role),
    h("a", { href: `#${id}`, part: "permalink" }, h("time", { datetime: created_at }, words.ago(created_at))),
    edited_at && h("time", { class: "edited", datetime: edited_at }, words.say("edited")),
    parent_id && parent?.depth !== depth - 1 && answers(parent_id, parent, words));
}

function answers(id, parent, words) {
  const name = parent ? h("bdi", {}, parent.comment.author.name) : words.say("an_earlier_comment");
  return h("span", { class: "answers" }, words.nodes("in_reply_to", { name: h("a", { href: `#comment-${id}` }, name) }));
}

function tombstone({ removed_by }, words) {
  return h("p", { class: "tombstone", part: "tombstone" }, words.say(removed_by === "author" ? "removed_by_author" : "removed_by_moderator"));
}

function body(entry, thread) {
  const { html, text, status, edited_at, sending } = entry.comment;
  const waiting = sending ? "sending" : edited_at ? "edit_waits" : "waits";
  return [
    status !== "approved" && h("p", { class: "waits", part: "waiting" }, thread.words.say(waiting)),
    h("div", { class: "text", part: "text", dir: "auto" }, html == null ? text : built(html)),
    h("p", { class: "acts", part: "actions" }, sending || acts(entry, thread)),
  ];
}

// Whether a comment is the reader's own.
export const isOwn = ({ comment }, { session }) => comment.author.id === session?.member?.id;

function acts(entry, thread) {
  const { words, state, told } = thread;
  const { author, status, created_at } = entry.comment;
  const own = (entry.own = isOwn(entry, thread));
  const fresh = own && Date.now() - Date.parse(created_at) < told.edit_window_s * 1000;
  const open = status === "approved";
  const named = (key, act) => button(words.say(key), act, key, words.say("about", { act: words.say(key), name: author.name }));
  return [
    open && state === "open" && named("reply", "write reply"),
    fresh && named("edit", "acts edit"),
    fresh && named("remove", "acts remove"),
    open && !own && named("report", "acts report"),
  ];
}

// A disc in a colour of the author's own, with the first letter of his name; no picture is fetched from anywhere.
function avatar({ id, name }) {
  let hash = 0;
  for (const letter of id ?? name) hash = (hash * 31 + letter.codePointAt()) % 360;
  const disc = h("span", { class: "avatar", part: "avatar", "aria-hidden": true }, [...name.trim()][0]?.toLocaleUpperCase());
  disc.style.setProperty("--hue", hash); // by the object model: a page's policy for styles is not asked
  return disc;
}
