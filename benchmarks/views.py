"""Views of a page with comments, measured in a real browser: what was seen when, what it cost, how it scrolls."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from playwright.sync_api import Browser, CDPSession, Page

_FRAME_MS = 1000 / 60
_STEPS, _STEP_PX = 120, 400
_WATCH = """
window.shift = 0;
new PerformanceObserver(list => { for (const one of list.getEntries()) shift += one.value; })
  .observe({type: 'layout-shift', buffered: true});
// The first message after a frame comes when that frame was handed over to be painted.
const look = (name, sought) => {
  if (!document.querySelector('greenroom-comments')?.shadowRoot?.querySelector(sought))
    return requestAnimationFrame(() => look(name, sought));
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => { window[name] = performance.now(); };
  port2.postMessage(0);
};
look(...(location.hash ? ['marked', '.marked'] : ['first', '[data-comment-id]']));"""
_ASKED = """performance.getEntriesByType('resource').map(e => [e.name, e.responseEnd])
  .filter(([name]) => /embed\\.js|\\/widget\\/|\\/api\\//.test(name))"""
# The time between frames while the page is scrolled.
_ROLL = """window.frames_ms = [];
let before = performance.now();
const tick = now => { frames_ms.push(now - before); before = now; window.rolling && requestAnimationFrame(tick); };
window.rolling = true;
requestAnimationFrame(now => { before = now; requestAnimationFrame(tick); });"""


class Line(NamedTuple):
    """How fast the network and the processor are: kbit/s (0: loopback), ms to the server and back, times slower."""

    name: str
    kbits: int = 0
    latency_ms: int = 0
    slower: int = 1


LINES = (
    Line("loopback"),
    Line("fast 3G", 1_600, 150),
    Line("slow 3G", 400, 400),
    Line("fast 3G, processor 4 times slower", 1_600, 150, 4),
)


class View(NamedTuple):
    """One first view. Times in milliseconds, until the frame with the first comment was handed over to be painted;
    `work` is the processor time of script, style and layout."""

    from_start: float
    from_data: float
    work: float
    shift: float
    requests: int


class Whole(NamedTuple):
    """All comments on one page: milliseconds until the frame with the last one was handed over."""

    from_start: float
    from_data: float
    requests: int


class Roll(NamedTuple):
    """A page scrolled through: frames, how many the screen would have shown that did not come, the longest in ms."""

    frames: int
    missed: int
    longest: float


@contextmanager
def _opened(browser: Browser, url: str, line: Line, until: str) -> Iterator[tuple[Page, CDPSession]]:
    """A page in a fresh context, when this name stands on its window."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.add_init_script(_WATCH)
    session = context.new_cdp_session(page)
    if line.kbits:
        speed = {"downloadThroughput": line.kbits * 125, "uploadThroughput": line.kbits * 125}
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", {"offline": False, "latency": line.latency_ms, **speed})
    session.send("Emulation.setCPUThrottlingRate", {"rate": line.slower})
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(url)
    page.wait_for_function(f"window.{until} !== undefined", timeout=60_000)
    yield page, session
    context.close()


def first_view(browser: Browser, url: str, line: Line) -> View:
    """The page as a reader meets it."""
    with _opened(browser, url, line, "first") as (page, session):
        asked: list[tuple[str, float]] = page.evaluate(_ASKED)
        first, shift = page.evaluate("[window.first, window.shift]")
        spent: dict[str, Any] = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    data = max(end for name, end in asked if "/api/" in name)
    work = sum(spent[name] for name in ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")) * 1000
    return View(first, first - data, work, shift, len(asked))


def whole_thread(browser: Browser, url: str, last: str) -> Whole:
    """A link to its last comment: page after page is asked for until it is there."""
    with _opened(browser, f"{url}#comment-{last}", LINES[0], "marked") as (page, _):
        asked: list[tuple[str, float]] = page.evaluate(_ASKED)
        marked: float = page.evaluate("window.marked")
    return Whole(marked, marked - max(end for name, end in asked if "/comments?" in name), len(asked))


def scrolled(browser: Browser, url: str, last: str) -> Roll:
    """The same page, scrolled by the wheel from its end upwards."""
    with _opened(browser, f"{url}#comment-{last}", LINES[0], "marked") as (page, _):
        page.mouse.move(640, 400)
        page.evaluate(_ROLL)
        for _ in range(_STEPS):
            page.mouse.wheel(0, -_STEP_PX)
        page.evaluate("new Promise(go => requestAnimationFrame(() => requestAnimationFrame(go)))")
        frames: list[float] = page.evaluate("(window.rolling = false, window.frames_ms)")
    missed = sum(round(one / _FRAME_MS) - 1 for one in frames if one > 1.5 * _FRAME_MS)
    return Roll(len(frames), missed, max(frames))
