// Speaks to one site of the service. What it refuses, and what never arrived, is thrown as Refused.

export class Refused extends Error {
  // `code` is that of the problem (docs/problems.md); "offline" where no answer came, "left" where nobody waits for one.
  constructor(code, detail = "", status = 0, waitS = 0) {
    super(code);
    Object.assign(this, { code, detail, status, waitS });
  }
}

export class Api {
  left = new AbortController(); // aborted when the element is taken away
  date = null; // of the first answer, by the service's clock

  constructor(service, site) {
    this.service = service;
    this.site = encodeURIComponent(site);
    this.base = `${service}/api/v1/sites/${this.site}`;
  }

  // The answer's JSON. `as` is a token; `body` goes as JSON.
  async ask(method, path, { body, headers, as } = {}) {
    const { signal } = this.left;
    const told = { ...headers, ...(body && { "Content-Type": "application/json" }), ...(as && { Authorization: `Bearer ${as}` }) };
    const sent = { method, headers: told, body: body && JSON.stringify(body), signal, credentials: "omit", referrerPolicy: "no-referrer" };
    try {
      const answer = await fetch(this.base + path, sent);
      this.date ??= answer.headers.get("Date");
      const told = await answer.json().catch(() => null); // 204, or what a proxy says
      if (answer.ok) return told;
      throw refused(answer, told);
    } catch (error) {
      throw error.code && error.detail != null ? error : new Refused(signal.aborted ? "left" : "offline", String(error));
    }
  }
}

function refused({ status, headers }, problem) {
  return new Refused(problem?.code ?? "unknown", problem?.errors?.[0]?.detail ?? problem?.detail, status, Number(headers.get("Retry-After")));
}
