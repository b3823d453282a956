// Posting: the editor at work. A draft is let go only when the service has the comment.

import { button, h, main } from "./dom.js";
import { kept } from "./kept.js";
import { built } from "./markup.js";
import { mark } from "./reading.js";
import { refuse } from "./refusal.js";

const TRIES_MS = [1_000, 3_000, 9_000];

// Puts the editor beneath a comment, to answer it.
export function reply(thread, entry) {
  answer(thread, entry.comment.id);
  thread.form.open();
}

// A draft that was kept goes back to where it was begun.
export function restore(thread, id) {
  answer(thread, id);
}

function answer(thread, id) {
  const { form, list, words } = thread;
  const entry = list.find(id);
  const name = entry ? h("bdi", {}, entry.comment.author.name) : words.say("an_earlier_comment");
  form.parent = id;
  form.editor.prepend((form.answered ??= h("p")));
  form.answered.replaceChildren(...words.nodes("your_reply", { name }), " ", button(words.say("unreply"), "write unreply"));
  entry?.item.firstElementChild.after(form.place);
  form.place.hidden = false;
  form.keep();
  form.told();
}

export function unreply(thread) {
  const { form, list } = thread;
  const entry = list.find(form.parent);
  home(form);
  form.keep();
  const back = entry?.item.querySelector('[data-act="write reply"]');
  (back ?? form.text).focus();
}

function home(form) {
  form.parent = null;
  form.answered?.remove();
  form.element.append(form.place);
  form.told();
}

export async function preview(thread) {
  const { form, words } = thread;
  if (form.text.hidden) return closePreview(form, words);
  if (!form.text.value.trim()) return form.alert(words.say("empty"));
  try {
    const { html } = await thread.call("POST", "/preview", { body: { text: form.text.value } });
    form.alert();
    form.shown = h("div", { class: "preview", part: "preview" }, h("div", { class: "text", dir: "auto" }, built(html)));
    form.text.after(form.shown);
    form.row.querySelector('[data-act="write preview"]').textContent = words.say("edit_preview");
    form.text.hidden = true;
  } catch (error) {
    refuse(thread, error);
  }
}

function closePreview(form, words) {
  form.shown?.remove();
  form.text.hidden = false;
  const toggle = form.row.querySelector('[data-act="write preview"]');
  if (toggle) toggle.textContent = words.say("preview");
}

export async function submit(thread) {
  const { form, words } = thread;
  if (form.busy) return;
  const author = guest(form);
  if (!form.text.value.trim()) return lacking(form, words.say("empty"), form.text);
  if (author && !author.name) return lacking(form, words.say("nameless"), form.editor.querySelector("#name"));
  form.alert();
  form.busy = true;
  const sending = optimistic(thread, author);
  try {
    const comment = await persistently(thread, request(thread, author));
    thread.list.remove(sending);
    taken(thread, comment, author);
  } catch (error) {
    thread.list.remove(sending);
    await refused(thread, error);
  } finally {
    form.busy = false;
  }
}

function lacking(form, text, field) {
  form.alert(text, field);
  field?.focus();
}

// What stands beneath the text of whoever may post it.
export function offer({ form, words, session, told }) {
  const made = [main(words.say(form.parent ? "post_reply" : "post")), button(words.say("preview"), "write preview")];
  if (session?.member) {
    const name = h("bdi", {}, session.member.name);
    made.push(h("span", { class: "as" }, words.nodes("as", { name })), button(words.say("sign_out"), "sign_in leave"));
  }
  if (!told.may_comment) return; // meanwhile
  form.row.replaceChildren(...made);
  if (!form.guest.hidden && !form.guest.firstChild) askName(form, words);
}

// Where anyone may comment, visitors say who they are.
function askName(form, words) {
  const known = kept.get("greenroom guest") ?? {};
  const field = (id, type) => h("p", {}, h("label", { for: id }, words.say(id)),
    h("input", { id, type, part: "field", dir: "auto", autocomplete: id, value: known[id] }));
  form.guest.replaceChildren(field("name", "text"), field("email", "email"));
}

function guest({ guest: fields }) {
  if (fields.hidden) return null;
  const [name, email] = ["#name", "#email"].map((id) => fields.querySelector(id)?.value.trim());
  return email ? { name, email } : { name };
}

// The comment as it will stand, at once, marked as on its way.
function optimistic(thread, author) {
  const { member } = thread.session ?? {};
  const now = new Date().toISOString();
  const by = { id: member?.id ?? null, name: member?.name ?? author.name, role: null };
  const comment = { id: "~", parent_id: thread.form.parent, author: by, text: thread.form.text.value, html: null,
    status: "pending", created_at: now, edited_at: null, version: 0, sending: true };
  thread.list.put([comment]);
  thread.say(thread.words.say("sending"));
  return thread.list.find("~");
}

function request(thread, author) {
  const { form, host, key } = thread;
  const meta = (name) => document.querySelector(`meta[property="${name}"]`)?.content;
  const body = { thread: key, text: form.text.value, url: location.origin + location.pathname + location.search };
  const title = host.getAttribute("page-title") || meta("og:title") || document.title;
  const published = Date.parse(host.getAttribute("published-at") || meta("article:published_time") || "");
  if (form.parent) body.parent_id = form.parent;
  if (title) body.title = title.replace(/\s+/g, " ").trim().slice(0, 200);
  if (published) body.published_at = new Date(published).toISOString().replace(/\.\d+Z$/, "Z");
  if (author) body.author = author;
  if (!form.restored) body.seconds = Math.round(performance.now() / 100) / 10; // else it was written before
  return body;
}

// Sends under one key until an answer comes: whatever got lost on the way, it is one comment.
async function persistently(thread, wanted) {
  const { key, body } = keyed(thread, wanted);
  const headers = { "Idempotency-Key": key };
  for (const wait of [...TRIES_MS, null]) {
    try {
      return await thread.call("POST", "/comments", { body, headers });
    } catch (error) {
      if (error.code !== "offline" || wait === null) throw error;
      thread.form.alert(thread.words.say("retrying"), null);
      await connected(wait);
    }
  }
}

// Waits so long, or until the browser says that it is online again.
function connected(wait) {
  return new Promise((go) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      go();
    };
    const timer = setTimeout(done, wait);
    addEventListener("online", done);
  });
}

// The same text at the same place goes out under the same key, also after a reload; another text under another.
function keyed(thread, body) {
  const draft = kept.get(thread.draftName) ?? {};
  const about = JSON.stringify([body.text, body.parent_id, body.author, thread.session?.member?.id]);
  if (draft.about === about && draft.key) return draft;
  const key = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const sent = { text: body.text, parent: thread.form.parent, about, key, body };
  kept.set(thread.draftName, sent);
  return sent;
}

function taken(thread, comment, author) {
  const { form, list, words } = thread;
  kept.set(thread.draftName, null);
  if (author) kept.set("greenroom guest", author);
  form.text.value = "";
  form.restored = false;
  closePreview(form, words);
  form.alert();
  home(form);
  const isNew = !list.find(comment.id);
  list.put([comment]);
  if (comment.status === "approved" && isNew) thread.counted(thread.count + 1);
  mark(thread, list.find(comment.id));
  thread.say(words.say(comment.status === "approved" ? "posted" : "held"));
}

async function refused(thread, error) {
  const { form } = thread;
  if (["not-a-member", "suspended", "banned"].includes(error.code)) await thread.use("sign_in", "look");
  refuse(thread, error);
  if (error.waitS) countDown(thread, Math.ceil(error.waitS));
  form.text.focus();
}

// The button says how long to wait, and works again when it is over.
function countDown(thread, seconds) {
  const { form } = thread;
  const until = Date.now() + seconds * 1000;
  form.waiting?.();
  const timer = setInterval(tick, 250);
  form.waiting = () => clearInterval(timer);
  tick();

  function tick() {
    const left = Math.ceil((until - Date.now()) / 1000);
    const send = form.row.querySelector(".main");
    if (left > 0 && send) {
      send.disabled = true;
      send.firstChild.textContent = `${thread.words.say(form.parent ? "post_reply" : "post")} (${left.toLocaleString(thread.words.language)})`;
    } else {
      clearInterval(timer);
      form.told();
      form.alert();
    }
  }
}
