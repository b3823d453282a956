// What happens elsewhere meanwhile: numbers on the tabs, cards that a colleague decided or their author edited, new
// comments, and who else is at the desk.

import { isOurs } from "./deciding.js";
import { area, cardOf, cards, current, refresh, reload, setCounts, underway } from "./list.js";

const FEW = 10; // as long as fewer cards stand here, new ones are fetched as they come
const AGAIN_MS = 15_000; // who says nothing for 40 seconds has gone
const SETTLES_MS = 300; // walking through the list says nothing; staying does

export const follow = (site) => {
  const stream = new EventSource(`/sites/${site}/desk/events`);
  const sign = document.querySelector("#live");
  stream.addEventListener("open", () => { sign.hidden = true; });
  stream.addEventListener("error", () => {
    sign.hidden = false;
    sign.textContent = "Not connected just now: others’ decisions are shown when you decide.";
  });
  stream.addEventListener("queue", (event) => heard(JSON.parse(event.data)));
  stream.addEventListener("looking", () => document.dispatchEvent(new CustomEvent("others")));
  stream.addEventListener("reset", () => fresh());
  window.addEventListener("pagehide", () => stream.close());
};

const heard = ({ counts, comments }) => {
  setCounts(counts);
  let came = false;
  for (const one of comments) {
    const card = cardOf(one.id);
    if (isOurs(one.id, one.version) || underway.has(one.id)) continue;
    if (card && Number(card.dataset.version) < one.version) refresh(one.id);
    came ||= !card && !isSearch() && one.status === area().dataset.status;
  }
  if (came && cards().length < FEW && !area().querySelector(".turns [rel=next]")) fresh();
};

const isSearch = () => new URL(location.href).searchParams.has("q");

const fresh = () => reload().catch(() => {});

// Says where we look, and shows where the others do.
export const lookAround = (site) => {
  let timer = 0;
  const again = (wait) => { clearTimeout(timer); timer = setTimeout(look, wait); };
  const look = async () => {
    if (document.hidden) return again(AGAIN_MS);
    const body = new URLSearchParams({ comment: current()?.dataset.commentId ?? "" });
    const answer = await fetch(`/sites/${site}/desk/looking`, { method: "POST", body, headers: { Accept: "application/json" } })
      .then((response) => (response.ok ? response.json() : null)).catch(() => null);
    show(answer?.people ?? []);
    return again(AGAIN_MS);
  };
  document.addEventListener("looking", () => again(SETTLES_MS));
  document.addEventListener("others", () => again(SETTLES_MS));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) again(0); });
  window.addEventListener("pagehide", () => {
    navigator.sendBeacon(`/sites/${site}/desk/looking`, new URLSearchParams({ leaving: "1" }));
  });
  again(0);
};

const show = (people) => {
  const names = people.map((one) => one.name).join(", ");
  document.querySelector("#others").textContent = names && `${names} ${people.length === 1 ? "is" : "are"} here, too.`;
  for (const card of cards()) {
    const here = people.filter((one) => one.comment === card.dataset.commentId).map((one) => one.name);
    const line = card.querySelector(".looking");
    line.hidden = !here.length;
    line.textContent = here.length ? `${here.join(", ")} ${here.length === 1 ? "is" : "are"} looking at this one.` : "";
  }
};
