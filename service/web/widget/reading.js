// Reading on: the next page, the other order, the comment that a link leads to.

import { refuse } from "./refusal.js";

const MOST = 200; // comments that the service gives at once

// The next page; false if it could not be had.
async function next(thread, more = {}) {
  try {
    thread.list.add(await thread.page({ cursor: thread.list.next, ...more }));
    thread.list.told();
    return true;
  } catch (error) {
    refuse(thread, error);
    return false;
  }
}

// Shows the next page, and leads the keyboard to where it begins.
export async function more(thread) {
  const before = new Set(thread.list.entries.keys());
  if (!(await next(thread))) return;
  const first = [...thread.list.entries.values()].find(({ comment, depth }) => depth === 0 && !before.has(comment.id));
  first?.item.firstElementChild.focus({ preventScroll: true });
}

// Turns the order round.
export async function turn(thread) {
  const { list } = thread;
  const was = thread.sort;
  thread.sort = was === "newest" ? "oldest" : "newest";
  try {
    const page = await thread.page();
    list.entries.clear();
    list.comments.replaceChildren();
    list.fetched = 0;
    list.add(page);
  } catch (error) {
    thread.sort = was;
    refuse(thread, error);
  }
  list.told();
  list.top.querySelector("button").focus();
}

// Scrolls to a comment and marks it; pages that were not shown yet are asked for until it is there.
export async function goTo(thread, id) {
  while (!thread.list.find(id) && thread.list.next) {
    if (!(await next(thread, { limit: MOST }))) return;
  }
  const found = thread.list.find(id);
  if (found) mark(thread, found);
  else thread.say(thread.words.say("gone"));
}

export function mark(thread, { item }) {
  const shown = item.firstElementChild;
  thread.list.comments.querySelector(".marked")?.classList.remove("marked");
  shown.classList.add("marked");
  shown.focus({ preventScroll: true });
  shown.scrollIntoView({ block: "center" });
}
