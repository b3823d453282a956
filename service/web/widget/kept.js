// What a browser keeps for the blog's origin: drafts, and the session. Browsers may refuse to; then nothing is kept.

export const kept = {
  get(name) {
    try {
      return JSON.parse(localStorage.getItem(name));
    } catch {
      return null;
    }
  },

  set(name, value) {
    try {
      if (value == null) localStorage.removeItem(name);
      else localStorage.setItem(name, JSON.stringify(value));
    } catch {
      // private windows, a full disk: the draft lives as long as the page
    }
  },
};
