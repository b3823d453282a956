// <greenroom-count>: how many comments a page has, for lists of posts. All that stand on a page are asked for at once.

import { Api } from "./api.js";
import { wordsOf } from "./words.js";

const SERVICE = new URL(import.meta.url).origin;
const MOST = 100; // pages that the service counts at once
let waiting = [];

export function ask(element, known) {
  if (waiting.push(element) === 1) setTimeout(() => count(waiting.splice(0), known));
}

async function count(elements, known) {
  for (const [site, ofSite] of groups(elements, (one) => one.getAttribute("site"))) {
    const byThread = groups(ofSite, (one) => one.getAttribute("thread"));
    const threads = [...byThread.keys()];
    for (let i = 0; i < threads.length; i += MOST) await fill(site, threads.slice(i, i + MOST), byThread, known);
  }
}

function groups(elements, nameOf) {
  const found = new Map();
  for (const one of elements) found.set(nameOf(one), [...(found.get(nameOf(one)) ?? []), one]);
  return found;
}

async function fill(site, threads, byThread, known) {
  try {
    const { counts } = await new Api(SERVICE, site).ask("GET", `/counts?${new URLSearchParams(threads.map((one) => ["thread", one]))}`);
    for (const thread of threads) for (const element of byThread.get(thread)) await tell(element, counts[thread], known);
  } catch (error) {
    console.error("greenroom:", error.detail); // what stands between the tags stays
  }
}

async function tell(element, n, known) {
  if (element.hasAttribute("number")) element.textContent = n;
  else {
    const words = await wordsOf(element.closest("[lang]")?.lang || navigator.language, known);
    await words.rest();
    element.textContent = n ? words.say("count", { n }) : words.say("count_none");
  }
}
