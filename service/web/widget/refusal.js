// What the service refused, or what never reached it, in the reader's words where there are some.

export function refuse({ form, words }, { code, detail }) {
  const known = words.texts[`refused_${code.replaceAll("-", "_")}`];
  if (code !== "left") form.alert(known || detail || words.say("refused"));
}
