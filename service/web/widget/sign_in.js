// Who comments: by our window, by the blog's own sign-on, by an invitation; and from visit to visit.
//
// The token that posts is kept in memory for its quarter of an hour. What is kept in the browser is the refresh token,
// good for one use; tabs take turns with it, since its second use would end the session. That there is one is written
// in localStorage, which tells the other tabs when somebody signs in or out.

import { isOwn } from "./comment.js";
import { told, wait } from "./entrance.js";
import { kept } from "./kept.js";
import { refuse } from "./refusal.js";
import { keepToken, readToken } from "./vault.js";

const EARLY_MS = 20_000; // a token is renewed so long before its end
const LATE_MS = 600_000; // a code that is typed is good for ten minutes

class Session {
  member = null;
  #token = "";
  #until = 0;

  constructor(thread) {
    this.thread = thread;
    const { signal } = thread.api.left;
    addEventListener("storage", ({ key, newValue }) => key === thread.sessionName && this.#elsewhere(newValue), { signal });
  }

  // Another tab has signed out, or in.
  #elsewhere(value) {
    if (!value && this.member) this.end();
    else if (value?.includes("signed") && !this.member) resume(this.thread);
  }

  async ask(method, path, more = {}) {
    if (Date.now() > this.#until - EARLY_MS) await this.renew();
    try {
      return await this.thread.api.ask(method, path, { ...more, as: this.#token });
    } catch (error) {
      if (error.status !== 401) throw error;
      await this.renew(); // the token was ended before its time; the session may live on
      return this.thread.api.ask(method, path, { ...more, as: this.#token });
    }
  }

  // The next pair of tokens, one tab at a time.
  async renew() {
    const { api, sessionName } = this.thread;
    const trade = async () => {
      const refresh_token = (await readToken(sessionName)) ?? "none";
      await this.#take(await api.ask("POST", "/session", { body: { refresh_token } }));
    };
    try {
      await (navigator.locks ? navigator.locks.request(sessionName, trade) : trade());
    } catch (error) {
      if (error.status === 401) {
        await this.end();
        error.code = "ended";
      }
      throw error;
    }
  }

  // Begins with what {code, code_verifier} or {sso} is traded for.
  async trade(body) {
    await this.adopt(await this.thread.api.ask("POST", "/session", { body }), body.sso);
  }

  async adopt(pair, sso) {
    await this.#take(pair);
    kept.set(this.thread.sessionName, this.#byCookie ? null : { signed: true, sso: tail(sso) });
    await signedIn(this.thread);
  }

  // On the service's own pages the cookie says who is signed in; nothing else is to outlast it.
  get #byCookie() {
    return this.thread.api.service === location.origin;
  }

  async #take({ token, refresh_token, expires_at, member }) {
    if (!this.#byCookie) await keepToken(this.thread.sessionName, refresh_token).catch(() => {}); // without: until the page is left
    this.#token = token;
    this.#until = Date.parse(expires_at);
    this.member = member;
  }

  // Nobody is signed in any more.
  async end() {
    const { list, sessionName } = this.thread;
    for (const entry of list.entries.values()) {
      const { author, status } = entry.comment;
      if (status === "pending" && author.id === this.member?.id) list.remove(entry); // only he sees it
    }
    this.member = null;
    kept.set(sessionName, null);
    await keepToken(sessionName).catch(() => {});
    await shown(this.thread).catch(() => {});
  }
}

function sessionOf(thread) {
  return (thread.session ??= new Session(thread));
}

// At the beginning: goes on with a session that is kept, or with what the blog vouches for.
export async function resume(thread) {
  const session = sessionOf(thread);
  const stored = kept.get(thread.sessionName);
  const renewed = () => session.renew().then(() => signedIn(thread));
  const sso = await vouched(thread, stored);
  const code = thread.host.getAttribute("code"); // on our own pages
  try {
    if (code) await session.trade({ code, code_verifier: thread.host.getAttribute("code-verifier") });
    else if (sso) await session.trade({ sso });
    else if (stored?.signed) await renewed();
  } catch (error) {
    if (error.status !== 401) refuse(thread, error);
    else if (sso && stored?.signed) await renewed().catch(() => {});
  }
  if (!session.member) await shown(thread).catch(() => {});
  if (stored?.verifier && Date.now() - stored.at < LATE_MS) {
    listen(thread, stored);
    wait(thread, stored);
  }
}

// A token of the blog that was not traded yet; a function is asked when no session is kept.
async function vouched({ host: { sso } }, stored) {
  if (typeof sso === "function") return stored?.signed ? null : sso();
  return sso && stored?.sso !== tail(sso) && sso;
}

// What a token is known by when it comes again, which is no secret: the end of its signature.
const tail = (sso) => sso?.slice(-24);

// The reader wants to sign in. `popup`: the window that was opened at his click, true if none was asked for.
export async function enter(thread, popup) {
  const { host, words, form } = thread;
  if (typeof host.sso === "function") {
    const sso = await host.sso();
    if (sso) return sessionOf(thread).trade({ sso }).catch((error) => refuse(thread, error));
  }
  if (!crypto.subtle) {
    popup?.close?.();
    return form.alert(words.say("insecure"));
  }
  const begun = { ...(await begin(thread)), at: Date.now() };
  kept.set(thread.sessionName, begun);
  if (popup?.location) popup.location.replace(begun.url);
  listen(thread, begun);
  wait(thread, begun);
}

// What proves later that the window was ours (RFC 7636, S256).
async function begin({ api }) {
  const verifier = chance(32);
  const state = chance(12);
  const query = { origin: location.origin, code_challenge: await fingerprint(verifier), state };
  return { verifier, state, url: `${api.service}/sites/${api.site}/popup?${new URLSearchParams(query)}` };
}

const text = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const chance = (length) => text(crypto.getRandomValues(new Uint8Array(length)));
const fingerprint = async (word) => text(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(word)));

// Hears the window's one message: from our origin, in the shape agreed on, with the state that only it was told.
function listen(thread, { state }) {
  thread.hearing?.abort();
  thread.hearing = new AbortController();
  thread.api.left.signal.addEventListener("abort", () => thread.hearing.abort());
  const hear = ({ origin, data }) => {
    if (origin !== thread.api.service || data?.type !== "greenroom:code" || data.state !== state || typeof data.code !== "string") return;
    thread.hearing.abort();
    trade(thread, data.code);
  };
  addEventListener("message", hear, { signal: thread.hearing.signal });
}

async function trade(thread, code) {
  try {
    await sessionOf(thread).trade({ code, code_verifier: kept.get(thread.sessionName)?.verifier });
    greet(thread);
  } catch (error) {
    refuse(thread, error);
  }
}

// Leaves the window be: the reader does not want to sign in any more.
export function unwait(thread) {
  thread.hearing?.abort();
  kept.set(thread.sessionName, null);
  thread.form.panel.hidden = true;
  thread.form.open();
}

async function signedIn(thread) {
  await shown(thread);
  thread.list.put((await thread.page()).comments); // his own that wait are among them now
}

// Somebody has just signed in: back to what he was writing.
function greet(thread) {
  thread.say(thread.words.say("signed_in", { name: thread.session.member.name }));
  if (!thread.form.panel.hidden) thread.form.panel.querySelector("button")?.focus();
  else thread.form.open();
}

// Shows the page to whoever is signed in now, or to nobody.
async function shown(thread) {
  thread.told = await thread.call("GET", "/session");
  thread.form.panel.hidden = true;
  thread.form.alert();
  thread.form.told();
  told(thread);
  for (const entry of thread.list.entries.values()) if (Boolean(entry.own) !== isOwn(entry, thread)) thread.list.redraw(entry);
}

// Asks again who may comment: something was refused.
export function look(thread) {
  return shown(thread).catch(() => {});
}

export async function leave(thread) {
  const session = sessionOf(thread);
  if (!session.member) return;
  await session.ask("DELETE", "/session").catch(() => {});
  await session.end();
  thread.form.text?.focus();
}

// Somebody else is to sign in.
export async function change(thread) {
  const popup = window.open("about:blank", "greenroom", "popup,width=480,height=680");
  await leave(thread);
  await enter(thread, popup);
}

// Asks the owner of the blog to be made a member.
export async function join(thread) {
  try {
    await thread.call("POST", "/membership-requests", { body: {} });
    await look(thread);
  } catch (error) {
    refuse(thread, error);
  }
}

// Becomes a member by an invitation. Whoever is new may have to say who he is.
async function accept(thread, code, name) {
  const body = name ? { name } : {};
  const pair = await thread.call("POST", `/invitations/${encodeURIComponent(code)}/accept`, { body });
  await sessionOf(thread).adopt(pair);
  greet(thread);
}

// What was typed: the short code that our window shows, or an invitation's, or the link of one.
export async function typed(thread, { code, name }) {
  if (/^[\s-]*(\w[\s-]*){8}$/.test(code)) return trade(thread, code);
  const link = /[?&]code=([^&#]+)/.exec(code);
  try {
    await accept(thread, link ? decodeURIComponent(link[1]) : code.trim(), name);
  } catch (error) {
    refuse(thread, error);
  }
}
