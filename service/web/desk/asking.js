// The dialog that asks why something is rejected, and shows before what its author will be told.

const dialog = () => document.querySelector("#ask");
const own = () => dialog().querySelector("#own-reason");
const picked = () => dialog().querySelector("[name=why]:checked");

const reason = () => own().value.trim() || picked().value;

const tell = (who) => {
  const why = reason();
  const words = why ? `your comment was not published. The moderator wrote: “${why}”` : "your comment was not published.";
  dialog().querySelector("#told").textContent = `${who}: ${words}`;
};

const whoOf = (cards) => {
  if (cards.length > 1) return `${cards.length} authors, each by mail where an address is known`;
  return cards[0].dataset.guest ? "A guest is not written to; the log keeps" : `${cards[0].dataset.author}, by mail where an address is known`;
};

// The reason ("" for none), or null where nothing is to be done after all.
export const askWhy = (cards) => new Promise((decide) => {
  const box = dialog();
  const who = whoOf(cards);
  box.returnValue = "cancel";
  own().value = "";
  box.querySelector("[name=why]").checked = true;
  box.querySelector("#ask-title").textContent = cards.length === 1 ? "Reject" : `Reject ${cards.length} comments`;
  tell(who);
  const heard = new AbortController();
  box.addEventListener("input", () => tell(who), heard);
  box.addEventListener("keydown", (event) => { if (pick(event)) tell(who); }, heard);
  box.addEventListener("close", () => {
    heard.abort();
    decide(box.returnValue === "reject" ? reason() : null);
  }, heard);
  box.showModal();
  picked().focus();
});

// A digit picks from the list, unless somebody types a reason of his own.
const pick = (event) => {
  if (event.target === own() || event.ctrlKey || event.altKey || event.metaKey) return false;
  const choice = /^[0-9]$/.test(event.key) && dialog().querySelectorAll("[name=why]")[Number(event.key)];
  if (!choice) return false;
  choice.checked = true;
  choice.focus();
  event.preventDefault();
  return true;
};
