// The list of cards: which one is current, ticks, and bringing more in. A card is always the server's own markup, taken
// from a page of ours that the browser has read as a document; none is put together here.

import { fetchPage } from "./fetching.js";

const WANTED = 12; // as long as fewer cards stand here, more are fetched

export const area = () => document.querySelector("#list");
export const queue = () => area().querySelector(".queue");
export const cards = () => [...area().querySelectorAll(".card:not([hidden])")];
export const cardOf = (id) => area().querySelector(`.card[data-comment-id="${CSS.escape(id)}"]`);
export const current = () => area().querySelector(".card.current:not([hidden])");

// Comments about which a decision is on its way: the server may still show them, and tell of them, as they were.
export const underway = new Set();

const hideUnderway = () => {
  for (const id of underway) {
    const card = cardOf(id);
    if (card) card.hidden = true;
  }
};

export const makeCurrent = (card, { scroll = true } = {}) => {
  for (const one of area().querySelectorAll(".card.current")) {
    one.classList.remove("current");
    one.removeAttribute("aria-current");
  }
  if (!card) return;
  card.classList.add("current");
  card.setAttribute("aria-current", "true");
  card.tabIndex = -1;
  if (isFree(document.activeElement)) card.focus({ preventScroll: true });
  if (scroll) intoView(card);
  else if (card.getBoundingClientRect().top < 0) card.scrollIntoView({ block: "start" });
  document.dispatchEvent(new CustomEvent("looking", { detail: card.dataset.commentId }));
};

// Nobody who types, or is anywhere but in the list, is taken away from there.
const isFree = (active) => !active || active === document.body || Boolean(active.closest("#list"));

// Only as far as is needed, and never so that the card's head is out of sight.
const intoView = (card) => {
  const { top, bottom } = card.getBoundingClientRect();
  if (top < 0 || bottom > window.innerHeight) card.scrollIntoView({ block: "start" });
};

export const move = (step) => {
  const all = cards();
  const at = all.indexOf(current());
  const next = all[at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)];
  if (next) makeCurrent(next);
};

// The card that comes after these have left: where they stood, the next one stands then.
export const after = (leaving) => {
  const all = cards();
  const last = all.indexOf(leaving.at(-1));
  const gone = new Set(leaving);
  return all.slice(last + 1).find((one) => !gone.has(one)) ?? all.slice(0, last + 1).reverse().find((one) => !gone.has(one));
};

export const ticked = () => cards().filter((card) => card.querySelector(".tick input").checked);

export const tick = (chosen, on) => {
  for (const card of chosen) card.querySelector(".tick input").checked = on;
  countTicked();
};

export const countTicked = () => {
  const place = document.querySelector("#ticked");
  const count = ticked().length;
  if (place) place.textContent = count ? `${count} ` : "";
};

export const setCounts = (counts) => {
  for (const tab of document.querySelectorAll("[data-tab]")) {
    const count = counts[tab.dataset.tab];
    if (count !== undefined) tab.querySelector(".count").textContent = count.toLocaleString("en");
  }
};

let reloads = 0;

// The whole list anew, as the server has it; the current card stays current if it is still there. Of two that were asked
// for at once the later counts: it knows of what the other was asked for.
export const reload = async (wanted = current()?.dataset.commentId) => {
  const url = new URL(location.href);
  for (const name of ["done", "refused", "cursor"]) url.searchParams.delete(name);
  const mine = ++reloads;
  const page = await fetchPage(url);
  if (mine !== reloads) return;
  const fresh = document.importNode(page.querySelector("#list"), true);
  const boxes = new Set(ticked().map((card) => card.dataset.commentId));
  area().replaceWith(fresh);
  hideUnderway();
  tick(cards().filter((card) => boxes.has(card.dataset.commentId)), true);
  dressed(cards());
  makeCurrent((wanted && cardOf(wanted)) || cards()[0], { scroll: Boolean(wanted) });
};

let refilling = null;

// More cards at the end while few are left: nothing that stands moves.
export const refill = () => {
  refilling ??= more().finally(() => { refilling = null; });
  return refilling;
};

const more = async () => {
  if (cards().length >= WANTED) return;
  const link = area().querySelector(".turns [rel=next]");
  if (!link) {
    if (!cards().length) await reload();
    return;
  }
  const page = await fetchPage(link.href);
  for (const card of page.querySelectorAll("#list .card")) {
    if (!cardOf(card.dataset.commentId)) {
      const fresh = document.importNode(card, true);
      queue().append(fresh);
      dressed([fresh]);
    }
  }
  hideUnderway();
  const next = page.querySelector(".turns [rel=next]");
  if (next) link.href = next.href; else link.remove();
  if (!current()) makeCurrent(cards()[0], { scroll: false });
};

// One card as it stands now, in place of the one that is shown.
export const refresh = async (id) => {
  const old = cardOf(id);
  if (!old) return;
  const seen = new URLSearchParams({ seen: old.dataset.version, status: area().dataset.status });
  const page = await fetchPage(`/sites/${area().dataset.site}/desk/cards/${id}?${seen}`).catch(() => null);
  const fresh = page && document.importNode(page.querySelector(".card"), true);
  if (!fresh || !old.isConnected) return;
  const was = old.classList.contains("current");
  old.replaceWith(fresh);
  fresh.classList.add("changed-meanwhile");
  dressed([fresh]);
  if (was) makeCurrent(fresh, { scroll: false });
};

let dressing = () => {};
export const onNewCards = (act) => { dressing = act; };
const dressed = (fresh) => dressing(fresh);
