// Deciding by the page's own forms, without leaving the page: the card goes at once, and comes back with the word of
// what happened if the server says no. Nothing is retried by itself, nothing is overwritten.

import { after, cardOf, cards, countTicked, current, makeCurrent, refill, refresh, reload, setCounts, area, underway } from "./list.js";
import { add, counted, say } from "./said.js";

const LEFT_OUT = "The second click came too soon to be meant for the next comment, and did nothing.";
const undoable = []; // what can be taken back, in the order of the keys: its id comes with the answer
const ours = new Map(); // comment -> the version that our own decision made; the stream tells of that one, too

export const isOurs = (id, version) => (ours.get(id) ?? 0) >= version;
export const remember = (decision) => begun(Promise.resolve({ undo: decision }));

// Answers may come in another order than they were asked for.
const begun = (answering) => {
  const entry = { id: null };
  entry.answered = answering.then((answer) => {
    entry.id = answer?.undo ?? null;
    if (!entry.id) drop(entry);
    return entry.id;
  });
  undoable.push(entry);
  return answering;
};

const drop = (entry) => undoable.includes(entry) && undoable.splice(undoable.indexOf(entry), 1);

// A card's comment at its version, and those that say nearly the same, where its box for them is ticked.
const choicesOf = (card) => [
  `${card.dataset.commentId}:${card.dataset.version}`,
  ...(card.querySelector(".alike input:checked")?.value.split(" ") ?? []),
];

export const decide = async (chosen, action, why = "") => {
  const could = chosen.filter((card) => card.querySelector(`.decide [value="${action}"]`));
  if (!could.length) return say(`That cannot be done to ${chosen.length === 1 ? "this comment" : "these comments"} now.`, { fault: true });
  const next = after(could);
  const ids = could.map((card) => card.dataset.commentId);
  for (const card of could) card.hidden = true;
  for (const id of ids) underway.add(id);
  countTicked();
  makeCurrent(next, { scroll: could.length > 1 });
  const form = new URLSearchParams({ action, reason: why });
  for (const choice of new Set(could.flatMap(choicesOf))) form.append("comment", choice);
  const answer = await begun(send(area().dataset.form, form));
  for (const id of ids) underway.delete(id);
  if (!answer) return back(could);
  const refused = answer.results.filter((one) => one.problem);
  for (const one of answer.results) if (!one.problem) left(one);
  for (const one of refused) await stayed(one);
  if (!current()) makeCurrent(cards()[0], { scroll: false });
  told(answer, refused.length);
  await refill().catch(() => {});
  return undefined;
};

// What was reported or picked for a look, and stays: that is answered.
export const keep = async (card) => {
  const next = after([card]);
  card.hidden = true;
  makeCurrent(next, { scroll: false });
  const { commentId, version } = card.dataset;
  underway.add(commentId);
  const form = new URLSearchParams({ comment: `${commentId}:${version}` });
  const answer = await begun(send(card.querySelector(".kept").action, form));
  underway.delete(commentId);
  if (!answer) {
    back([card]);
    return refresh(commentId); // it may be another text by now
  }
  cardOf(commentId)?.remove();
  told(answer, 0);
  await refill().catch(() => {});
  return undefined;
};

const left = (one) => {
  ours.set(one.id, one.version);
  cardOf(one.id)?.remove();
};

const stayed = async (one) => {
  const card = cardOf(one.id);
  if (!card) return;
  card.hidden = false;
  await refresh(one.id);
  if (!current()) makeCurrent(cardOf(one.id));
};

// By their ids: what stands there may be a newer card of the same comment by now.
const back = (chosen) => {
  const there = chosen.map((card) => cardOf(card.dataset.commentId)).filter(Boolean);
  for (const card of there) card.hidden = false;
  makeCurrent(there[0]);
};

let doubled = false;

// The second click of a double click met the next card, and is not meant for it. That is said, with what the first did.
export const leaveOut = () => {
  if (underway.size) doubled = true;
  else add(LEFT_OUT);
};

const told = (answer, refused) => {
  setCounts(answer.counts);
  const stays = refused ? `${counted(refused, "comment")} left alone, having changed since you looked.` : "";
  if (!answer.words) return say(stays, { fault: true });
  say(answer.words, { more: [answer.taught, stays, doubled && LEFT_OUT].filter(Boolean).join(" "), undo: answer.undo && (() => undo(answer.undo)) });
  doubled = false;
  return undefined;
};

// Without a decision: the one that was begun last, as soon as it is answered.
export const undo = async (named) => {
  const entry = named ? undoable.find((one) => one.id === named) : undoable.at(-1);
  if (entry) drop(entry); // at once: a second press takes back the one before
  else if (!named) return say("There is nothing to take back.");
  const decision = named ?? (await entry.answered);
  if (!decision) return undefined; // it came to nothing, and has said so
  const answer = await send(area().dataset.undo, new URLSearchParams({ decision }));
  if (!answer) return remember(decision);
  for (const one of answer.results) if (!one.problem) ours.set(one.id, one.version);
  told(answer, answer.results.filter((one) => one.problem).length);
  await reload(answer.results.find((one) => !one.problem)?.id).catch(() => {});
  return undefined;
};

// The answer, or nothing where there was none; then the reason has been said.
const send = async (url, form) => {
  try {
    const response = await fetch(url, { method: "POST", body: form, headers: { Accept: "application/json" } });
    if (response.ok) return await response.json();
    const problem = await response.json().catch(() => null);
    const hint = response.status === 401 ? " Sign in again in another tab; nothing of this page is lost." : "";
    say(`Nothing was decided. ${problem?.detail ?? "The service does not answer as it should."}${hint}`, { fault: true });
  } catch {
    say("Nothing was decided: the service cannot be reached. Try again.", { fault: true });
  }
  return null;
};

