// The popup's own part: hands its one-time code to the page that opened it, at that page's exact origin, and looks
// again when the reader comes back from his mail. Without it both have a button.

const handed = document.querySelector("[data-code]");
if (handed && window.opener && !window.opener.closed) {
  const { code, state, origin } = handed.dataset;
  window.opener.postMessage({ type: "greenroom:code", code, state }, origin);
  window.close();
}

if (document.querySelector("[data-waits]")) {
  let away = false;
  window.addEventListener("blur", () => { away = true; });
  window.addEventListener("focus", () => { if (away) window.location.reload(); });
}
