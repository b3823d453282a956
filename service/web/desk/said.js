// What the page says back: one line with, where something can be taken back, a button. Text only, never markup.

const place = () => document.querySelector("#said");

export const say = (words, { more = "", undo = null, fault = false } = {}) => {
  const box = document.createElement("div");
  box.className = fault ? "alert toast" : "notice done toast";
  const line = document.createElement("p");
  line.append(words);
  if (more) {
    const taught = document.createElement("span");
    taught.className = "taught";
    taught.textContent = ` ${more}`;
    line.append(taught);
  }
  box.append(line);
  if (undo) box.append(button("Undo", undo));
  place().replaceChildren(box);
  document.querySelector(".notices")?.remove();
};

// One more sentence to what is said.
export const add = (words) => place().querySelector("p")?.append(` ${words}`);

export const quiet = () => place().replaceChildren();

const button = (words, act) => {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "quiet";
  made.textContent = words;
  made.addEventListener("click", act, { once: true });
  return made;
};

export const counted = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
