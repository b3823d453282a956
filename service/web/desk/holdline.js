// The model page: the hold line follows the slider at once, the table says what it would have done as soon as the
// service has counted, and a training's progress is looked at while it runs. Without this file there are buttons.

const SETTLES_MS = 120;
const PROGRESS_MS = 1_000;

const fetchPage = (url) => new Promise((found, failed) => {
  const request = new XMLHttpRequest();
  request.open("GET", url);
  request.responseType = "document";
  request.onload = () => (request.status === 200 && request.response ? found(request.response) : failed(request.status));
  request.onerror = () => failed(0);
  request.send();
});

const replace = (page, selector) => {
  const fresh = page.querySelector(selector);
  if (fresh) document.querySelector(selector).replaceWith(document.importNode(fresh, true));
};

const moveLines = (value) => {
  for (const line of document.querySelectorAll(".hold-line")) {
    const { start, end, at } = line.dataset;
    line.setAttribute("transform", `translate(${Number(start) + (end - start) * value - at} 0)`);
  }
};

const slider = document.querySelector("#hold");
if (slider) {
  let timer = 0;
  let asked = 0;
  slider.form.querySelector("button").hidden = true;
  const count = async () => {
    const mine = ++asked;
    const page = await fetchPage(`${slider.form.action}?${new URLSearchParams(new FormData(slider.form))}`).catch(() => null);
    if (page && mine === asked) replace(page, "#simulated");
  };
  slider.addEventListener("input", () => {
    const value = Number(slider.value);
    document.querySelector("#hold-shown").textContent = value.toFixed(3);
    moveLines(value);
    clearTimeout(timer);
    timer = setTimeout(count, SETTLES_MS);
  });
}

const watch = async () => {
  const shown = document.querySelector("#progress[data-running]");
  if (!shown) return undefined;
  const { model } = shown.dataset; // the page's address, which after a refused form is not where we are
  const page = await fetchPage(`${model}/progress`).catch(() => null);
  if (page && !page.querySelector("#progress[data-running]")) {
    return location.pathname === model ? location.reload() : location.assign(model);
  }
  if (page) replace(page, "#progress");
  return setTimeout(watch, PROGRESS_MS);
};
setTimeout(watch, PROGRESS_MS);
