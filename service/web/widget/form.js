// Beneath the comments: the heading, the owner's message, the note for members, then the editor or why there is none.
// What is typed is kept from the first letter on; what becomes of it stands in write.js, who types it in sign_in.js.

import { h, main } from "./dom.js";
import { kept } from "./kept.js";

export class Form {
  parent = null; // the id of the comment that is answered

  constructor(thread) {
    this.thread = thread;
    this.heading = h("h3", { id: "post", part: "form-heading" });
    this.panel = h("div", { class: "panel", hidden: "" });
    this.place = h("div");
    this.element = h("section", { class: "post", part: "form", "aria-labelledby": "post" }, ...this.#told());
  }

  #told() {
    const { told, state, host, words } = this.thread;
    const said = (part, key) => h("p", { class: part, part }, words.say(key));
    if (state === "closed") return [said("closed", "closed")];
    const link = host.getAttribute("editor") === "link" && h("a", { href: `${this.thread.plainPage()}#post-a-comment` });
    this.heading.append(link || "");
    (link || this.heading).append(words.say("post_a_comment"));
    if (!link) this.#build(words);
    return [
      this.heading,
      h("p", { class: "message", part: "message", dir: "auto" }, told.form_message),
      told.who_may_comment === "members" && said("note", "members_only"),
      this.panel,
      this.place,
    ];
  }

  #build(words) {
    const described = { "aria-describedby": "alert", input: () => this.keep() };
    this.text = h("textarea", { id: "text", part: "field", rows: 5, dir: "auto", ...described });
    this.fault = h("p", { id: "alert", class: "alert", part: "alert", role: "alert", hidden: "" });
    this.guest = h("div", { class: "guest" });
    this.row = h("p", { class: "send", part: "send" });
    const heard = { submit: (event) => this.#submit(event), keydown: (event) => this.#key(event) };
    const label = h("label", { for: "text" }, words.say("your_comment"));
    this.editor = h("form", { class: "editor", part: "editor", novalidate: "", ...heard },
      this.guest, label, this.fault, this.text, this.row);
    this.place.append(this.editor);
    this.#restore();
    if (matchMedia("(max-width: 480px)").matches && !this.text.value) this.#fold(words);
    this.told();
  }

  // On narrow screens the editor waits until the heading is chosen; not when something is written already.
  #fold(words) {
    const click = () => this.open(this.place.hidden);
    const fold = h("button", { type: "button", class: "fold", "aria-expanded": "false", click }, words.say("post_a_comment"));
    this.heading.replaceChildren(fold);
    this.place.hidden = true;
  }

  open(shown = true) {
    this.place.hidden = !shown;
    this.heading.firstElementChild?.setAttribute("aria-expanded", shown);
    this.text.focus();
  }

  // What can be done with what is written goes by who is signed in; who may post gets what that needs.
  told() {
    const { told, session, words, sessionName } = this.thread;
    const comes = !session && kept.get(sessionName); // a session that was not asked about yet
    this.guest.hidden = !told.may_comment || told.signed_in;
    if (told.may_comment && !comes) this.thread.use("write", "offer");
    else this.row.replaceChildren(comes || told.signed_in ? "" : this.#signing(words));
  }

  #signing(words) {
    const url = this.thread.host.getAttribute("sign-in-url");
    return url ? main(words.say("sign_in"), "a", { href: new URL(url, location).href }) : main(words.say("sign_in"));
  }

  #submit(event) {
    event.preventDefault();
    const { told, host } = this.thread;
    if (told.may_comment) return this.thread.use("write", "submit");
    if (told.signed_in) return;
    // The window opens at the click itself: browsers block one that opens later.
    const asked = typeof host.sso === "function" || open("about:blank", "greenroom", "popup,width=480,height=680");
    this.thread.use("sign_in", "enter", asked);
  }

  #key(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.editor.requestSubmit();
    if (event.key === "Escape" && this.parent) this.thread.use("write", "unreply");
  }

  keep() {
    const { draftName } = this.thread;
    const text = this.text.value;
    kept.set(draftName, text.trim() ? { ...kept.get(draftName), text, parent: this.parent } : null);
  }

  #restore() {
    const draft = kept.get(this.thread.draftName);
    if (!draft) return;
    this.text.value = draft.text;
    this.restored = true;
    if (draft.parent) this.thread.use("write", "restore", draft.parent);
  }

  // Says what is wrong, beside the text that it is about. Without words: nothing is.
  alert(text = "", field = null) {
    if (!this.editor) return this.thread.say(text);
    this.fault.textContent = text;
    this.fault.hidden = !text;
    this.editor.querySelector("[aria-invalid]")?.removeAttribute("aria-invalid");
    field?.setAttribute("aria-invalid", true);
  }
}
