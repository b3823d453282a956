// Tells of new comments while a page is open: by server-sent events, and by asking now and then where there are none.

import { h, main } from "./dom.js";
import { mark } from "./reading.js";
import { refuse } from "./refusal.js";

const FIRST_MS = 5_000; // before a stream that was refused is asked for again; twice as long each time
const TRIES = 3; // after so many refusals the count is asked for instead
const ASK_MS = 60_000;
const MOST_ASKED = 8; // times
const SILENT_MS = 120_000; // a stream may be held back on its way: after so long without news the count is asked for, too
const MOST = 200; // comments that the service gives at once

export function follow(thread) {
  const { api, key, list } = thread;
  const query = new URLSearchParams({ thread: key });
  const live = { fresh: new Set(), stream: null, timer: 0, refused: 0, count: `/counts?${query}` };
  if (api.date) query.set("since", new Date(api.date).toISOString()); // what comes from here on is news
  live.url = `${api.base}/events?${query}`;
  live.bar = h("p", { class: "news", role: "status" });
  list.element.append(live.bar);
  const { signal } = api.left;
  const turn = () => (document.hidden ? rest(live) : listen(thread, live));
  document.addEventListener("visibilitychange", turn, { signal });
  signal.addEventListener("abort", () => rest(live));
  turn();
}

// A page that nobody looks at follows nothing.
function rest(live) {
  live.stream?.close();
  live.stream = null;
  clearTimeout(live.timer);
}

function listen(thread, live) {
  rest(live);
  if (!window.EventSource) return ask(thread, live, 1);
  const stream = (live.stream = new EventSource(live.url));
  stream.addEventListener("comments", ({ data }) => {
    live.refused = 0;
    tell(thread, live, JSON.parse(data).ids);
    watch(thread, live);
  });
  stream.addEventListener("reset", () => look(thread, live));
  stream.addEventListener("error", () => {
    if (stream.readyState === EventSource.CLOSED) refused(thread, live); // else the browser tries again by itself
  });
  watch(thread, live);
}

// Is the stream alive? Not if it did not open, or told nothing of comments that are there.
function watch(thread, live) {
  clearTimeout(live.timer);
  live.timer = setTimeout(async () => {
    const { stream } = live;
    const opened = stream.readyState === EventSource.OPEN;
    const untold = await look(thread, live);
    if (stream !== live.stream) return; // meanwhile
    if (opened && !untold) watch(thread, live);
    else refused(thread, live);
  }, SILENT_MS);
}

// Waits longer each time, and not as long as others; at last asks, more often each time before the stream has its turn.
function refused(thread, live) {
  rest(live);
  live.refused += 1;
  if (live.refused >= TRIES) return ask(thread, live, Math.min(2 ** (live.refused - TRIES), MOST_ASKED));
  live.timer = setTimeout(() => listen(thread, live), FIRST_MS * 2 ** live.refused * (0.75 + Math.random() / 2));
}

function ask(thread, live, times) {
  live.timer = setTimeout(() => (times > 1 ? ask(thread, live, times - 1) : listen(thread, live)), ASK_MS);
  return look(thread, live);
}

// Tells of comments that are there and were not told of; whether there were any.
async function look(thread, live) {
  try {
    const { counts } = await thread.api.ask("GET", live.count);
    const missing = counts[thread.key] - thread.count - live.fresh.size;
    if (!(missing > 0)) return false;
    const { comments } = await thread.page({ sort: "newest", limit: Math.min(missing + live.fresh.size + 5, MOST) });
    const unknown = comments.filter(({ id, status }) => status === "approved" && !thread.list.find(id) && !live.fresh.has(id));
    tell(thread, live, unknown.slice(0, missing).map(({ id }) => id));
    return unknown.length > 0;
  } catch {
    return false; // asked again later
  }
}

// Says how many there are that are not shown yet; nothing moves before the reader wants to see them.
function tell(thread, live, ids) {
  for (const id of ids) if (!thread.list.find(id)) live.fresh.add(id);
  const n = live.fresh.size;
  if (!n) return live.bar.replaceChildren();
  const click = () => show(thread, live);
  live.bar.replaceChildren(main(thread.words.say("new_comments", { n }), "button", { type: "button", click }));
}

async function show(thread, live) {
  const fresh = [...live.fresh];
  try {
    const page = await thread.page({ sort: "newest", limit: Math.min(fresh.length + 5, MOST) });
    const old = fresh.filter((id) => !page.comments.some((one) => one.id === id)); // written long ago, approved just now
    const those = await Promise.allSettled(old.map((id) => thread.call("GET", `/comments/${id}`)));
    const all = [...page.comments, ...those.flatMap(({ value }) => value ?? [])];
    thread.list.put(all.filter(({ id }) => live.fresh.has(id) || thread.list.find(id)));
    thread.counted(page.thread.count);
  } catch (error) {
    return refuse(thread, error);
  }
  live.fresh.clear();
  tell(thread, live, []);
  const first = fresh.sort().map((id) => thread.list.find(id)).find(Boolean);
  if (first) mark(thread, first);
}
