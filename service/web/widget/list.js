// The comments in reading order, which is the order in the document: replies beneath what they answer, the oldest first.

import { article } from "./comment.js";
import { button, h } from "./dom.js";

const DEEPEST = 3; // replies to what stands so deep stand beneath each other

export class List {
  entries = new Map(); // id -> {comment, item, replies, depth, parent}
  next = null;
  fetched = 0;

  constructor(thread) {
    this.thread = thread;
    this.comments = h("ol", { class: "comments", part: "comments" });
    this.top = h("p", { class: "sort", part: "sort" });
    this.foot = h("p", { class: "more", part: "more" });
    this.element = h("div", {}, this.top, this.comments, this.foot);
  }

  // A page of the thread, or so many of its comments for now.
  add({ next_cursor, comments }, most) {
    this.next = next_cursor;
    this.fetched += comments.length;
    this.put(comments.slice(0, most));
  }

  // Places comments that are new and shows changed ones anew, whatever order they come in.
  put(comments) {
    for (const comment of [...comments].sort((a, b) => (a.id < b.id ? -1 : 1))) {
      const known = this.find(comment.id);
      if (!known) this.#place(comment);
      else if (known.comment.version !== comment.version || known.comment.status !== comment.status) this.redraw(known, comment);
    }
  }

  find(id) {
    return this.entries.get(id);
  }

  redraw(entry, comment = entry.comment) {
    entry.comment = comment;
    entry.item.firstElementChild.replaceWith(article(entry, this.thread));
  }

  remove(entry) {
    this.entries.delete(entry.comment.id);
    entry.item.remove();
  }

  #place(comment) {
    const parent = this.find(comment.parent_id);
    const entry = { comment, parent, depth: parent ? Math.min(parent.depth + 1, DEEPEST) : 0, item: h("li", { "data-id": comment.id }) };
    this.entries.set(comment.id, entry);
    entry.item.append(article(entry, this.thread));
    if (!parent) insert(this.comments, entry, this.thread.sort === "newest");
    else if (parent.depth === DEEPEST) this.#last(parent).after(entry.item);
    else insert(repliesOf(parent), entry, false);
  }

  // The last of those that stand beneath each other as replies to this one.
  #last(parent) {
    let last = parent.item;
    while (last.nextElementSibling && descends(this.find(last.nextElementSibling.dataset.id), parent)) last = last.nextElementSibling;
    return last;
  }

  // Says which part of the thread is shown, and offers the rest and the other order.
  told() {
    const { words, sort, count } = this.thread;
    const newest = sort === "newest";
    const range = h("span", {}, words.say("range", { from: 1, to: this.fetched, total: count }));
    const turned = button(words.say(newest ? "oldest" : "newest"), "reading turn", "order");
    this.top.replaceChildren(...(count > 1 ? [words.say(newest ? "newest" : "oldest"), " · ", turned] : []));
    this.foot.replaceChildren(...(this.next ? [range, button(words.say(newest ? "older" : "newer"), "reading more")] : []));
  }
}

function repliesOf(parent) {
  if (!parent.replies) parent.item.append((parent.replies = h("ol", { class: "replies" })));
  return parent.replies;
}

function insert(list, { comment, item }, newestFirst) {
  let before = list.lastElementChild;
  while (before && before.dataset.id > comment.id !== newestFirst) before = before.previousElementSibling;
  if (before) before.after(item);
  else list.prepend(item);
}

function descends(entry, from) {
  for (let one = entry?.parent; one; one = one.parent) if (one === from) return true;
  return false;
}
