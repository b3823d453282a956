// Tells of new comments while a page is open: by server-sent events, and by asking now and then where there are none.

import { h, main } from "./dom.js";
import { mark } from "./reading.js";
import { refuse } from "./refusal.js";

const FIRST_MS = 5_000; // before a stream that was refused is asked for again; twice as long each time
const LONGEST_MS = 300_000;
const ASK_MS = 60_000;
const TRIES = 3; // after so many refusals the count is asked for instead

export function follow(thread) {
  const query = new URLSearchParams({ thread: thread.key });
  const live = { fresh: new Set(), stream: null, timer: 0, refused: 0, url: `${thread.api.base}/events?${query}`, count: `/counts?${query}` };
  live.bar = h("p", { class: "news", role: "status" });
  thread.list.element.append(live.bar);
  const { signal } = thread.api.left;
  const turn = () => (document.hidden ? rest(live) : begin(thread, live));
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

function begin(thread, live) {
  rest(live);
  live.refused = 0;
  if (live.began) look(thread, live); // what came while nobody looked
  live.began = true;
  listen(thread, live);
}

function listen(thread, live) {
  const stream = (live.stream = new EventSource(live.url));
  stream.addEventListener("comments", ({ data }) => {
    const { ids } = JSON.parse(data);
    live.refused = 0;
    tell(thread, live, ids);
  });
  stream.addEventListener("reset", () => look(thread, live));
  stream.addEventListener("error", () => {
    if (stream.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    live.refused += 1;
    const wait = live.refused < TRIES ? FIRST_MS * 2 ** live.refused : Math.min(ASK_MS * 2 ** (live.refused - TRIES), LONGEST_MS);
    live.timer = setTimeout(() => (live.refused < TRIES ? listen(thread, live) : ask(thread, live)), wait * (0.75 + Math.random() / 2));
  });
}

async function ask(thread, live) {
  await look(thread, live);
  live.timer = setTimeout(() => listen(thread, live), ASK_MS);
}

// How many are there now, if the stream could not tell?
async function look(thread, live) {
  try {
    const { counts } = await thread.api.ask("GET", live.count);
    const missing = counts[thread.key] - thread.count;
    if (missing > 0) await fetchNews(thread, live, missing);
  } catch {
    // asked again later
  }
}

async function fetchNews(thread, live, missing) {
  const { comments } = await thread.page({ sort: "newest", limit: Math.min(missing + 5, 200) });
  tell(thread, live, comments.map(({ id }) => id));
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
    const page = await thread.page({ sort: "newest", limit: Math.min(fresh.length + 5, 200) });
    thread.list.put(page.comments.filter(({ id }) => live.fresh.has(id) || thread.list.find(id)));
    thread.counted(page.thread.count);
  } catch (error) {
    return refuse(thread, error);
  }
  live.fresh.clear();
  tell(thread, live, []);
  const first = fresh.sort().map((id) => thread.list.find(id)).find(Boolean);
  if (first) mark(thread, first);
}
