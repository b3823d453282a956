// The dialog with all keys, where each can be changed.

import { COMMANDS, keyOf, remap, reset } from "./keys.js";

const dialog = () => document.querySelector("#help");
const say = (words) => { document.querySelector("#help-said").textContent = words; };

export const showHelp = () => {
  say("");
  fill();
  dialog().showModal();
};

const fill = () => document.querySelector("#help-rows").replaceChildren(...COMMANDS.map(row));

const row = (command) => {
  const line = document.createElement("tr");
  const words = document.createElement("th");
  words.scope = "row";
  words.textContent = command.words;
  const cell = document.createElement("td");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "act key";
  button.dataset.command = command.name;
  button.setAttribute("aria-label", `${command.words}: ${keyOf(command.name)}. Press to change.`);
  button.textContent = keyOf(command.name);
  button.addEventListener("click", () => wait(command, button));
  cell.append(button);
  line.append(words, cell);
  return line;
};

// The next key that is pressed becomes the command's; Escape leaves it.
const wait = (command, button) => {
  button.textContent = "…";
  say(`Press the key for “${command.words}”, or Escape.`);
  const heard = new AbortController();
  const end = (words) => {
    heard.abort();
    fill();
    say(words);
    dialog().querySelector(`[data-command="${command.name}"]`).focus();
  };
  dialog().addEventListener("keydown", (event) => {
    if (event.key === "Shift") return;
    event.preventDefault();
    event.stopPropagation();
    end(event.key === "Escape" ? "" : remap(command.name, event.key) || `“${command.words}” is on ${event.key} now.`);
  }, { capture: true, signal: heard.signal });
  dialog().addEventListener("cancel", (event) => event.preventDefault(), { signal: heard.signal });
  button.addEventListener("blur", () => { if (!heard.signal.aborted) end(""); }, heard);
};

export const wire = () => {
  const button = document.querySelector("#show-help");
  button.hidden = false;
  button.addEventListener("click", showHelp);
  document.querySelector("#help-reset").addEventListener("click", () => {
    say(reset() || "The keys are as they were at first.");
    fill();
  });
};
