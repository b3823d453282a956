// <greenroom-comments site="blog" thread="/2020/06/post.html"></greenroom-comments> and <greenroom-count>.
//
// This address stays; what it loads is named with its version. The elements are small: the rest comes when one of them
// is scrolled near. What stands between the tags is for readers without scripts, and until the comments are there.

const PARTS = new URL("widget/VERSION/", import.meta.url).href;
const KNOWN = "LANGUAGES".split(" ");
const NEAR = "700px";

// Something is there before the style sheet is: a height of its own, so that nothing below moves when comments come.
const SHAPE = ":host{display:block;min-height:var(--greenroom-min-height,24rem)}:host([hidden]){display:none}";

const part = (name) => import(`${PARTS}${name}.js`);

class Comments extends HTMLElement {
  static observedAttributes = ["site", "thread", "lang", "sort", "live", "editor", "sso", "sign-in-url"];
  #root = this.attachShadow({ mode: "open" });
  #turn = 0;
  #thread;
  #watch;
  #sso;

  constructor() {
    super();
    const shape = new CSSStyleSheet();
    shape.replaceSync(SHAPE);
    this.#root.adoptedStyleSheets = [shape];
    this.#root.append(document.createElement("slot"));
  }

  // A function that gives a token of the blog's own sign-on, or null; beside the attribute for one that is known.
  get sso() {
    return this.#sso ?? this.getAttribute("sso");
  }

  set sso(value) {
    this.#sso = value;
    this.begin();
  }

  // Signs the reader out of the comments, for blogs that sign him out of theirs.
  signOut() {
    return this.#thread?.use("sign_in", "leave");
  }

  connectedCallback() {
    this.begin();
  }

  disconnectedCallback() {
    this.#end();
  }

  attributeChangedCallback(_, before, after) {
    if (before !== after) this.begin();
  }

  // Once for all attributes that change together, and never for an element that is not on the page.
  begin() {
    this.#end();
    const turn = this.#turn;
    queueMicrotask(() => turn === this.#turn && this.isConnected && this.#wait());
  }

  #end() {
    this.#turn += 1;
    this.#watch?.disconnect();
    this.#thread?.close();
    this.#thread = null;
  }

  #wait() {
    if (this.getAttribute("loading") === "eager" || location.hash.startsWith("#comment-")) return this.#open();
    this.#watch = new IntersectionObserver((seen) => {
      if (!seen.some((one) => one.isIntersecting)) return;
      this.#watch.disconnect();
      this.#open();
    }, { rootMargin: NEAR });
    this.#watch.observe(this);
  }

  async #open() {
    const turn = this.#turn;
    try {
      const { Thread } = await part("first");
      if (turn === this.#turn) this.#thread = new Thread(this, this.#root, KNOWN);
    } catch (error) {
      console.error("greenroom: the comments could not be loaded from", PARTS, error);
    }
  }
}

class Count extends HTMLElement {
  connectedCallback() {
    part("count").then(({ ask }) => ask(this, KNOWN), () => {}); // what stands between the tags stays
  }
}

if (!customElements.get("greenroom-comments")) {
  customElements.define("greenroom-comments", Comments);
  customElements.define("greenroom-count", Count);
}
