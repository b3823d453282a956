// The model page: the hold line and what it would have done follow the slider at once, from figures that the page
// holds; a training's progress is looked at while it runs. Without this file there are buttons.

import { fetchPage } from "./fetching.js";

const PROGRESS_MS = 1_000;

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

// 95 % interval of a share (Wilson), as domain/intervals.py has it.
const Z2 = 1.959964 ** 2;
const interval = (count, of) => {
  const share = count / of;
  const middle = (share + Z2 / (2 * of)) / (1 + Z2 / of);
  const reach = Math.sqrt(Z2 * (share * (1 - share) / of + Z2 / (4 * of * of))) / (1 + Z2 / of);
  return [count ? Math.max(middle - reach, 0) : 0, count < of ? Math.min(middle + reach, 1) : 1];
};

const percent = (share) => (100 * share).toFixed(1);

const fill = (cell, count, of) => {
  if (!of) return;
  const [low, high] = interval(count, of).map(percent);
  cell.querySelector("strong").textContent = count;
  cell.querySelector(".version").textContent = `, ${percent(count / of)} % (${low} to ${high} %)`;
};

// Each row knows how many of its kind are scored below every place of the slider.
const countAgain = (slider, spamAt) => {
  const value = Number(slider.value);
  const place = Math.round(value / slider.step);
  for (const row of document.querySelectorAll("#simulated tr[data-below]")) {
    const of = Number(row.dataset.of);
    const published = Number(row.dataset.below.split(" ")[place]);
    const notSpam = value > spamAt ? published : Number(row.dataset.belowSpam);
    [published, notSpam - published, of - notSpam].forEach((count, i) => fill(row.cells[i + 1], count, of));
  }
  document.querySelector("#hold-told").textContent = value.toFixed(3);
  document.querySelector("#spam-told").textContent = Math.max(value, spamAt).toFixed(3);
};

const slider = document.querySelector("#hold");
if (slider) {
  const spamAt = Number(document.querySelector("#spam-told").dataset.at);
  const button = slider.form.querySelector("button");
  button.hidden = true;
  slider.addEventListener("input", () => {
    document.querySelector("#hold-shown").textContent = Number(slider.value).toFixed(3);
    moveLines(Number(slider.value));
    countAgain(slider, spamAt);
    document.querySelector("#missed")?.remove(); // they were another line's
    button.textContent = "List the missed spam";
    button.hidden = false;
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
