// The server's HTML of a comment, built as nodes: a walk over its tokens that knows a dozen tags and lets nothing else
// through. No HTML parser of the browser's reads it, so there is nothing for one to misread, and a page may forbid
// every Trusted Types policy.

const TAGS = new Set(["a", "blockquote", "br", "code", "del", "em", "li", "ol", "p", "pre", "s", "strong", "ul"]);
const TOKEN = /<(\/?)([a-z]+)((?: [a-z]+="[^"<>]*")*)>|[^<]+|</g;
const ATTRIBUTE = / ([a-z]+)="([^"]*)"/g;
const ENTITY = /&(amp|lt|gt|quot|nbsp|#39);/g;
const MEANT = { amp: "&", lt: "<", gt: ">", quot: '"', nbsp: "\u00a0", "#39": "'" };
const LEADS_TO = new Set(["http:", "https:", "mailto:"]);
const NESTED = 40;

// A fragment with the comment; what is no tag of ours is shown as text.
export function built(html) {
  const open = [document.createDocumentFragment()];
  for (const [piece, closing, name, attributes] of html.matchAll(TOKEN)) {
    if (!TAGS.has(name)) open.at(-1).append(plain(piece));
    else if (closing) close(open, name);
    else begin(open, name, attributes);
  }
  return open[0];
}

function begin(open, name, attributes) {
  const element = document.createElement(name);
  if (name === "a") lead(element, attributes);
  open.at(-1).append(element);
  if (name !== "br" && open.length < NESTED) open.push(element);
}

function close(open, name) {
  const at = open.findLastIndex((one) => one.localName === name);
  if (at > 0) open.length = at;
}

function lead(link, attributes) {
  for (const [, name, value] of attributes.matchAll(ATTRIBUTE)) {
    if (name === "href" && leadsSomewhere(plain(value))) link.href = plain(value);
    if (name === "title") link.title = plain(value);
    if (name === "rel") link.rel = value;
  }
  link.relList.add("noopener");
}

function leadsSomewhere(url) {
  try {
    return LEADS_TO.has(new URL(url).protocol);
  } catch {
    return false;
  }
}

function plain(text) {
  return text.replace(ENTITY, (_, name) => MEANT[name]);
}
