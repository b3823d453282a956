// What readers do with comments that stand: change and delete their own, report others'.

import { button, h, main } from "./dom.js";
import { built } from "./markup.js";
import { mark } from "./reading.js";
import { refuse } from "./refusal.js";

// Puts an editor in place of one's own text.
export function edit(thread, entry) {
  const { words, list } = thread;
  const { comment } = entry;
  const shown = entry.item.firstElementChild;
  const text = h("textarea", { id: "edited", dir: "auto", rows: 5, part: "field", "aria-label": words.say("your_comment") });
  const fault = h("p", { class: "alert", role: "alert", hidden: "" });
  const back = () => {
    list.redraw(entry);
    entry.item.querySelector('[data-act="acts edit"]')?.focus();
  };
  const key = (event) => {
    if (event.key === "Escape") back();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  };
  const submit = (event) => {
    event.preventDefault();
    save(thread, entry, text, fault);
  };
  const cancel = h("button", { type: "button", class: "quiet", click: back }, words.say("cancel"));
  const form = h("form", { submit, keydown: key }, fault, text, h("p", { class: "send" }, main(words.say("save")), cancel));
  text.value = comment.text;
  shown.querySelector(".text").replaceChildren(form);
  shown.querySelector(".acts").replaceChildren();
  text.focus();
}

async function save(thread, entry, text, fault) {
  const { words, list } = thread;
  const { comment } = entry;
  if (!text.value.trim()) return complain(fault, words.say("empty"));
  try {
    const headers = { "If-Match": `"${comment.version}"` };
    const changed = await thread.call("PATCH", `/comments/${comment.id}`, { body: { text: text.value }, headers });
    list.redraw(entry, changed);
    mark(thread, entry);
    thread.say(words.say(changed.status === "approved" ? "changed" : "change_held"));
  } catch (error) {
    if (error.code === "edit-conflict") await standing(thread, entry, text).catch(() => {});
    complain(fault, wordsFor(thread, error));
  }
}

// Somebody was ahead: his text is shown beside one's own, and saving once more is about his.
async function standing(thread, entry, text) {
  entry.comment = await thread.call("GET", `/comments/${entry.comment.id}`);
  text.before(h("div", { class: "text preview", dir: "auto" }, built(entry.comment.html)));
}

function complain(fault, text) {
  fault.textContent = text;
  fault.hidden = !text;
}

function wordsFor({ words }, { code, detail }) {
  return words.texts[`refused_${code.replaceAll("-", "_")}`] || detail || words.say("refused");
}

// Asks once more, in the place of the buttons.
export function remove(thread, entry) {
  const { words, list } = thread;
  const sure = main(words.say("remove"), "button", { type: "button", click: () => take(thread, entry) });
  const keep = h("button", { type: "button", class: "quiet", click: () => {
    list.redraw(entry);
    entry.item.querySelector('[data-act="acts remove"]')?.focus();
  } }, words.say("keep_it"));
  const question = words.say("remove_sure");
  const choice = h("p", { class: "send" }, sure, keep);
  put(entry, h("div", { class: "confirm", role: "group", "aria-label": question }, h("p", {}, question), choice));
  keep.focus();
}

async function take(thread, entry) {
  const { list, words } = thread;
  const { comment } = entry;
  try {
    await thread.call("DELETE", `/comments/${comment.id}`);
  } catch (error) {
    list.redraw(entry);
    return refuse(thread, error);
  }
  if (comment.status === "approved") thread.counted(thread.count - 1);
  const gone = { ...comment, text: null, html: null, status: "removed", removed_by: "author" };
  if (entry.replies?.childElementCount) list.redraw(entry, gone);
  else list.remove(entry);
  thread.heading.focus();
  thread.say(words.say("removed"));
}

// Tells the moderators what is wrong with another's comment.
export function report(thread, entry) {
  const { words, list } = thread;
  const why = h("input", { id: "why", maxlength: 500, dir: "auto", part: "field" });
  const submit = async (event) => {
    event.preventDefault();
    if (!why.value.trim()) return why.focus();
    try {
      await thread.call("POST", `/comments/${entry.comment.id}/reports`, { body: { reason: why.value.trim() } });
      form.replaceWith(h("p", { class: "waits" }, words.say("reported")));
      thread.say(words.say("reported"));
      mark(thread, entry);
    } catch (error) {
      list.redraw(entry);
      refuse(thread, error);
    }
  };
  const cancel = h("button", { type: "button", class: "quiet", click: () => {
    list.redraw(entry);
    entry.item.querySelector('[data-act="acts report"]')?.focus();
  } }, words.say("cancel"));
  const label = h("label", { for: "why" }, words.say("report_why"));
  const send = h("p", { class: "send" }, main(words.say("report_send")), cancel);
  const form = h("form", { class: "confirm", submit }, label, why, send);
  put(entry, form);
  why.focus();
}

function put(entry, what) {
  entry.item.firstElementChild.querySelector(".acts").replaceWith(what);
}
