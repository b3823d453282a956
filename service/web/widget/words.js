// What the widget says, in the reader's language: sentences with values in them, plurals by CLDR, times.

import english from "./languages/en.js";

const UNITS = { year: 31_536_000, month: 2_592_000, week: 604_800, day: 86_400, hour: 3_600, minute: 60 };

// The words of the wanted language, of English where there are none. `known`: the languages that there is a file for.
export async function wordsOf(wanted, known) {
  const language = wanted.split("-")[0].toLowerCase();
  if (language === "en" || !known.includes(language)) return new Words(language === "en" ? wanted : "en", english);
  return new Words(wanted, (await import(`./languages/${language}.js`)).default);
}

class Words {
  constructor(language, texts) {
    this.texts = texts;
    this.language = language;
    this.direction = texts.direction;
    // The first of these costs as much as forty comments: made while those are on their way.
    this.relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  }

  // English comes in two files: what a first view says, and the rest.
  async rest() {
    if (!this.texts.save) this.texts = { ...this.texts, ...(await import("./languages/en.more.js")).default };
  }

  // A sentence as text. With `n` in the values the form for that many is taken.
  say(key, values) {
    return this.nodes(key, values).join("");
  }

  // The same as a list of texts and the nodes given as values.
  nodes(key, values = {}) {
    const text = this.texts[key];
    const form = text[text.other && new Intl.PluralRules(this.language).select(values.n)] ?? text.other ?? text;
    return form.split(/\{(\w+)\}/).map((piece, i) => (i % 2 ? this.#value(values[piece]) : piece));
  }

  #value(value) {
    return typeof value === "number" ? value.toLocaleString(this.language) : value;
  }

  // How long ago, as people say it.
  ago(time) {
    const seconds = (Date.parse(time) - Date.now()) / 1000;
    for (const [unit, size] of Object.entries(UNITS)) {
      if (-seconds >= size) return this.relative.format(Math.round(seconds / size), unit);
    }
    return this.texts.just_now;
  }
}
