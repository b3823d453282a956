// One thread on a page: asks for it, shows it, and lets the parts that a reader uses come when he uses them.

import { Api } from "./api.js";
import { h } from "./dom.js";
import { Form } from "./form.js";
import { kept } from "./kept.js";
import { List } from "./list.js";
import style from "./style.css" with { type: "css" };
import { wordsOf } from "./words.js";

const SCREENFUL = 20; // comments: 2,000 pixels at least
const SERVICE = new URL(import.meta.url).origin;

export class Thread {
  session = null; // of sign_in.js, once somebody is signed in

  constructor(host, root, known) {
    this.host = host;
    this.root = root;
    this.api = new Api(SERVICE, host.getAttribute("site"));
    this.key = host.getAttribute("thread") || location.pathname;
    this.sort = host.getAttribute("sort");
    this.draftName = `greenroom draft ${this.api.base} ${this.key}`;
    this.sessionName = `greenroom session ${this.api.base}`;
    root.adoptedStyleSheets.push(style);
    this.#begin(known);
  }

  async #begin(known) {
    const asked = Promise.allSettled([this.page(), this.api.ask("GET", "/session")]);
    this.words = await wordsOf(this.host.closest("[lang]")?.lang || navigator.language, known);
    const [page, session] = await asked;
    if (this.api.left.signal.aborted) return;
    const failed = session.reason ?? page.reason;
    if (!failed) this.#show(page.value, session.value);
    else if (failed.status === 404 && session.value) this.#hide();
    else this.use("failed", "show", failed);
  }

  close() {
    this.api.left.abort();
    this.root.adoptedStyleSheets.length = 1;
    this.root.replaceChildren(h("slot"));
  }

  // A page of the thread: {thread, comments, next_cursor}.
  page(more = {}) {
    const query = new URLSearchParams({ thread: this.key, ...(this.sort === "newest" && { sort: "newest" }), ...more });
    return this.call("GET", `/comments?${query}`);
  }

  // Asks as whoever is signed in.
  call(method, path, more) {
    return (this.session?.member ? this.session : this.api).ask(method, path, more);
  }

  // The comments that fill a screen are shown first; the rest, and what stands beneath, a frame later.
  async #show(page, told) {
    const { comments, thread } = page;
    const { words, host } = this;
    this.told = told;
    this.state = thread.state;
    this.heading = h("h2", { id: "heading", part: "heading", tabindex: -1 });
    this.status = h("p", { role: "status", class: "unseen" });
    this.list = new List(this);
    this.list.add(page, this.sort === "newest" ? undefined : SCREENFUL); // no answer before what it answers
    this.counted(thread.count);
    const shown = this.put("section", { part: "thread", "aria-labelledby": "heading" }, this.heading, this.list.element);
    host.replaceChildren(); // what stood there for readers without scripts
    if (comments.length > SCREENFUL) await new Promise((go) => {
      requestAnimationFrame(() => setTimeout(go)); // it was painted
      setTimeout(go, 500); // nothing is on a page that nobody looks at
    });
    if (this.api.left.signal.aborted) return;
    this.list.put(comments);
    const feed = `${this.api.base}/feed.atom?${new URLSearchParams({ thread: this.key })}`;
    this.foot = h("p", { class: "foot", part: "foot" }, h("a", { href: feed }, words.say("feed")));
    this.form = new Form(this);
    shown.append(this.form.element, this.foot, this.status);
    addEventListener("hashchange", () => this.#follow(), { signal: this.api.left.signal });
    this.#follow();
    host.dispatchEvent(new Event("greenroom:shown", { bubbles: true }));
    if (kept.get(this.sessionName) || host.sso || host.getAttribute("code")) this.use("sign_in", "resume");
    if (host.hasAttribute("live")) this.use("live", "follow");
  }

  // Puts an element in place of what was there.
  put(name, attributes, ...children) {
    const { language: lang, direction: dir } = this.words;
    const exactly = (event) => this.#exactly(event);
    const heard = { click: (event) => this.#act(event), pointerover: exactly, focusin: exactly };
    const element = h(name, { lang, dir, ...attributes, ...heard }, ...children);
    this.root.replaceChildren(element);
    return element;
  }

  // The exact time is told where somebody looks: to have the browser write its first date takes as long as forty comments.
  #exactly({ target }) {
    const time = target.closest("time") ?? target.querySelector(":scope > time");
    if (time) time.title ||= new Date(time.dateTime).toLocaleString(this.words.language, { dateStyle: "long", timeStyle: "short" });
  }

  #follow() {
    if (location.hash.startsWith("#comment-")) this.use("reading", "goTo", location.hash.slice(9));
  }

  // Lets a part of the widget do something: the function of that name gets this thread and what is given.
  async use(name, what, ...given) {
    try {
      const [part] = await Promise.all([import(`./${name}.js`), this.words.rest(), (this.more ??= this.#more())]);
      if (!this.api.left.signal.aborted) return await part[what](this, ...given); // else the element went meanwhile
    } catch (error) {
      console.error("greenroom:", error);
      this.more = null;
      this.form?.alert(this.words.say("refused_offline"));
    }
  }

  // The look of what is not there at first.
  async #more() {
    const answer = await fetch(new URL("more.css", import.meta.url));
    this.root.adoptedStyleSheets.push(await new CSSStyleSheet().replace(await answer.text()));
  }

  // A button names the part that knows how, and what to do.
  #act({ target }) {
    const chosen = target.closest("[data-act]");
    if (!chosen) return;
    const [part, act] = chosen.dataset.act.split(" ");
    this.use(part, act, this.list.find(chosen.closest("[data-comment-id]")?.dataset.commentId), chosen);
  }

  counted(count) {
    this.count = count;
    this.heading.textContent = count ? this.words.say("comments", { n: count }) : this.words.say("no_comments");
    this.list.told();
  }

  say(text) {
    this.status.textContent = text;
  }

  // The thread as a page of its own.
  plainPage() {
    return `${SERVICE}/sites/${this.api.site}/thread?${new URLSearchParams({ key: this.key })}`;
  }

  // A thread that is hidden from readers shows nothing at all.
  #hide() {
    this.root.replaceChildren();
    this.host.hidden = true;
  }
}
