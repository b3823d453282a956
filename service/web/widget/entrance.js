// The panel above the editor: waiting for the window, or why somebody who is signed in may not comment, and what to do.

import { button, h, main } from "./dom.js";

// The window is open. Where it has lost this page, it shows a code to be typed here.
export function wait(thread, { url }) {
  const { words } = thread;
  const again = h("a", { href: url, target: "_blank", rel: "opener" }, words.say("open_window"));
  show(thread, h("p", {}, words.say("go_on_there"), " ", again), codeForm(thread, words.say("code"), true),
    h("p", {}, button(words.say("cancel"), "sign_in unwait")));
}

// Who is signed in, if he may not comment.
export function told(thread) {
  const { words, session, told: { why_not, has_asked } } = thread;
  by_mail(thread);
  if (!session?.member || !why_not) return;
  const key = why_not.replaceAll("-", "_");
  const name = h("bdi", {}, session.member.name);
  const change = button(words.say("somebody_else"), "sign_in change");
  const why = h("p", { role: "status" }, words.nodes(words.texts[key] ? key : "signed_in", { name }));
  if (why_not !== "not-a-member") return show(thread, why, h("p", {}, change));
  const ask = has_asked ? words.say("asked") : button(words.say("ask_to_join"), "sign_in join");
  show(thread, why, h("p", { class: "row" }, ask, change), codeForm(thread, words.say("invitation"), false));
}

function show({ form }, ...children) {
  form.panel.replaceChildren(...children);
  form.panel.hidden = false;
}

function codeForm(thread, label, withName) {
  const { words } = thread;
  const code = h("input", { id: "code", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", part: "field" });
  const name = withName && h("input", { id: "new-name", autocomplete: "name", dir: "auto", part: "field" });
  const submit = (event) => {
    event.preventDefault();
    if (code.value.trim()) thread.use("sign_in", "typed", { code: code.value, name: name && name.value.trim() });
  };
  const named = withName && h("span", { hidden: "" }, h("label", { for: "new-name" }, words.say("name")), name);
  const invited = () => named && (named.hidden = code.value.replace(/\W/g, "").length < 12);
  code.addEventListener("input", invited);
  return h("form", { class: "row", submit }, h("span", {}, h("label", { for: "code" }, label), code), named, main(words.say("go_on")));
}

// Members can be told of new comments by mail.
function by_mail({ foot, session, words }) {
  const there = foot.querySelector("button");
  if (!session?.member) there?.remove();
  else if (!there) foot.prepend(button(words.say("by_mail"), "mail follow"));
}
