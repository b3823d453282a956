// The queue by keyboard and in place. Without this file every page of the desk works as plain forms.

import { askWhy } from "./asking.js";
import { decide, keep, leaveOut, remember, undo } from "./deciding.js";
import { showHelp, wire } from "./help.js";
import { keyOf, listen } from "./keys.js";
import { area, cards, countTicked, current, makeCurrent, move, onNewCards, refill, tick, ticked } from "./list.js";
import { follow, lookAround } from "./live.js";
import { quiet, say } from "./said.js";

const DECISIONS = new Set(["approve", "reject", "mark_spam", "remove", "restore"]);

// A comment that has changed under the eyes takes no decision until its reader has shown that he saw it.
const isSettled = (chosen) => {
  const changed = chosen.filter((card) => card.classList.contains("changed-meanwhile"));
  for (const card of changed) card.classList.remove("changed-meanwhile");
  if (changed.length) say("It has changed since you looked. Look again; then press once more.", { fault: true });
  return !changed.length;
};

const decideAbout = async (chosen, action) => {
  if (!chosen.length) return say("Tick some comments first.", { fault: true });
  if (!isSettled(chosen)) return undefined;
  if (action === "approve" && chosen.length === 1 && chosen[0].querySelector(".keep")) return keep(chosen[0]);
  const why = action === "reject" ? await askWhy(chosen) : "";
  return why === null ? undefined : decide(chosen, action, why);
};

const open = (selector) => current()?.querySelector(selector)?.click();

const idsAlike = (card) => {
  const choices = card?.querySelector(".alike input")?.value.split(" ") ?? [];
  return new Set(choices.map((choice) => choice.split(":")[0]));
};

// The campaign: those on this page are ticked, and with the current card go those that are not.
const alike = () => {
  const ids = idsAlike(current());
  if (!ids.size) return say("No other comment that waits says nearly the same.");
  current().querySelector(".alike input").checked = true;
  return tick(cards().filter((card) => card === current() || ids.has(card.dataset.commentId)), true);
};

const tickOne = (many) => {
  if (many) return tick(cards(), ticked().length < cards().length);
  return current() && tick([current()], !current().querySelector(".tick input").checked);
};

const ACTS = {
  next: () => move(1),
  previous: () => move(-1),
  undo: () => undo(),
  tick: ({ many }) => tickOne(many),
  alike,
  thread: () => open(".to-thread"),
  member: () => open(".to-member"),
  history: () => open(".more-of a"),
  search: () => document.querySelector("#q")?.focus(),
  help: showHelp,
};

const act = (command) => {
  if (DECISIONS.has(command.name)) {
    decideAbout(command.many ? ticked() : [current()].filter(Boolean), command.name);
  } else if (command.name.startsWith("tab-")) {
    document.querySelector(`[data-tab="${command.name.slice(4)}"]`)?.click();
  } else {
    ACTS[command.name](command);
  }
  return true;
};

// Buttons do what keys do. The second click of a double click meets the next card's button, and is not meant for it; who
// clicks on purpose is slower.
const TOO_SOON_MS = 400;
let lastClick = -TOO_SOON_MS;

const isMeant = (event) => {
  const soon = event.detail > 1 && event.timeStamp - lastClick < TOO_SOON_MS;
  if (soon) leaveOut();
  else lastClick = event.timeStamp;
  return !soon;
};

const clicked = (event) => {
  const button = event.target.closest?.("#list button[name=action], #list .keep, [data-undo]");
  if (!button || event.defaultPrevented) return;
  if (button.dataset.undo) {
    event.preventDefault();
    undo(button.dataset.undo);
  } else if (button.classList.contains("keep")) {
    event.preventDefault();
    if (isMeant(event)) keep(button.closest(".card"));
  } else if (button.value) {
    event.preventDefault();
    if (isMeant(event)) byButton(button);
  }
};

const byButton = (button) => {
  const card = button.closest(".card");
  if (!card) return decideAbout(ticked(), button.value);
  const why = card.querySelector("[name=reason]").value.trim();
  const ids = card.querySelector(".alike input:checked") ? idsAlike(card) : new Set();
  const chosen = cards().filter((one) => one === card || ids.has(one.dataset.commentId));
  if (!why) return decideAbout(chosen, button.value);
  return isSettled(chosen) && decide(chosen, button.value, why);
};

// Each button says by which key it is pressed.
const dress = (fresh) => {
  for (const card of fresh) {
    for (const button of card.querySelectorAll(".decide button[name=action], .keep")) {
      const key = keyOf(button.value || "approve"); // what keeps a comment has no value, and is on that key
      if (key) button.setAttribute("aria-keyshortcuts", key);
    }
  }
};

const begin = () => {
  wire();
  onNewCards(dress);
  dress(cards());
  const done = document.querySelector("[data-undo]");
  if (done) remember(done.dataset.undo);
  document.addEventListener("click", clicked);
  document.addEventListener("change", (event) => { if (event.target.closest(".tick")) countTicked(); });
  document.addEventListener("focusin", (event) => {
    const card = event.target.closest?.(".card");
    if (card && card !== current() && event.target !== card) makeCurrentQuietly(card);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) quiet();
  });
  listen(act);
  document.querySelector(".tabs [aria-current]").scrollIntoView({ block: "nearest", inline: "center" });
  if (!location.hash) makeCurrent(cards()[0], { scroll: false });
  follow(area().dataset.site);
  lookAround(area().dataset.site);
  refill().catch(() => {});
};

// Who reaches a card by Tab or pointer stays where he is in it.
const makeCurrentQuietly = (card) => {
  for (const one of area().querySelectorAll(".card.current")) one.classList.remove("current");
  card.classList.add("current");
  document.dispatchEvent(new CustomEvent("looking", { detail: card.dataset.commentId }));
};

begin();
