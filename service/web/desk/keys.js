// Which key does what: the list of commands, what the moderator has changed of it, and listening. Keys never fire while
// somebody types, in a dialog, or with Ctrl, Alt or Meta, which are the browser's.

// name, key at first, words; `bulk`: with Shift it is done to all that are ticked; `walks`: again while it is held.
export const COMMANDS = [
  { name: "next", first: "j", words: "Next comment", walks: true },
  { name: "previous", first: "k", words: "The comment before", walks: true },
  { name: "approve", first: "a", words: "Approve; of what is published, keep it", bulk: true },
  { name: "reject", first: "r", words: "Reject, with a reason", bulk: true },
  { name: "mark_spam", first: "s", words: "Spam", bulk: true },
  { name: "remove", first: "d", words: "Remove", bulk: true },
  { name: "restore", first: "u", words: "Restore what was removed", bulk: true },
  { name: "undo", first: "z", words: "Undo the last decision" },
  { name: "tick", first: "x", words: "Tick; with Shift all, or none", bulk: true },
  { name: "alike", first: "g", words: "Tick all that say nearly the same" },
  { name: "thread", first: "e", words: "Open its page" },
  { name: "member", first: "m", words: "Open its author" },
  { name: "history", first: "h", words: "Open its history" },
  { name: "search", first: "/", words: "Search" },
  { name: "help", first: "?", words: "These keys" },
  ...["Pending", "Reported", "Spam", "Audit", "Approved", "Rejected", "Removed"].map((tab, i) => (
    { name: `tab-${tab.toLowerCase()}`, first: String(i + 1), words: `${tab} comments` })),
];

const KEPT = "greenroom-desk-keys";
const TYPING = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
// What moves and presses elsewhere stays what it is.
const TAKEN = new Set(["Tab", "Enter", " ", "Escape", "ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"]);

const kept = () => {
  try {
    const found = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
    return found !== null && typeof found === "object" ? found : {};
  } catch {
    return {}; // not ours, or not allowed: the keys are as they were at first
  }
};

export const keyOf = (name) => {
  const own = kept()[name];
  return typeof own === "string" && own ? own : COMMANDS.find((one) => one.name === name)?.first;
};

export const keys = () => new Map(COMMANDS.map((one) => [keyOf(one.name), one]));

// Why this key cannot be had, or nothing once it is the command's.
export const remap = (name, key) => {
  if (key.length !== 1 || TAKEN.has(key)) return "That key is needed for something else. Take a letter, a digit or a sign.";
  const other = keys().get(key);
  if (other && other.name !== name) return `${key} is the key of “${other.words}”. Give that another one first.`;
  return keep({ ...kept(), [name]: key });
};

export const reset = () => keep({});

const keep = (own) => {
  try {
    localStorage.setItem(KEPT, JSON.stringify(own));
    return "";
  } catch {
    return "This browser keeps nothing for us, so the keys stay as they were.";
  }
};

export const commandOf = (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return null;
  const known = keys();
  const plain = known.get(event.key);
  if (plain) return { ...plain, many: false };
  const shifted = event.shiftKey ? known.get(event.key.toLowerCase()) : null;
  return shifted?.bulk ? { ...shifted, many: true } : null;
};

export const listen = (act) => {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (event.target instanceof Element && event.target.closest(TYPING)) return;
    const command = commandOf(event);
    if (!command || (event.repeat && !command.walks)) return; // a key held down walks on, and decides once
    if (act(command)) event.preventDefault();
  });
};
