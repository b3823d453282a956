// New comments by mail, for members: nothing is sent before the link in the first mail is opened.

import { refuse } from "./refusal.js";

export async function follow(thread, _, pressed) {
  try {
    await thread.call("POST", "/subscriptions", { body: { thread: thread.key } });
    pressed.replaceWith(thread.words.say("by_mail_sent"));
    thread.say(thread.words.say("by_mail_sent"));
  } catch (error) {
    refuse(thread, error);
  }
}
