// What is said when the comments could not be had: why, for whoever embeds them, and two ways on for the reader.

import { h } from "./dom.js";

export function show(thread, error) {
  console.error(`greenroom: ${error.detail} Is ${location.origin} one of the origins of the site "${thread.api.site}"?`);
  const { words, host } = thread;
  const again = h("button", { class: "quiet", click: () => host.begin() }, words.say("try_again"));
  const plain = h("a", { href: thread.plainPage() }, words.say("plain_page"));
  thread.put("p", { class: "alert", role: "alert" }, words.say("not_loaded"), " ", again, " · ", plain);
}
