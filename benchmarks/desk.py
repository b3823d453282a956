"""python -m benchmarks.desk: the desk in a real browser over a large queue, from key, click or search to picture.

The browser and the service share the machine's cores, so that the figures hold what a moderator's own machine adds.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import uvloop
from playwright.sync_api import Page

from benchmarks.large import BLOG, Size, fill, word
from service.actions.add_member import NewMember, add_member
from service.actions.add_site import find_site
from service.actions.make_token import PAGE_MS, make_token
from service.app import database_of, open_resources
from service.settings import Settings, read_settings
from tests.browsers import chromium

# Notes when a key came and when the picture after it was drawn; the script of the page does its work in between.
_NOTING = """
  window.noted = [];
  addEventListener("keydown", (event) => {
    const came = event.timeStamp;
    requestAnimationFrame(() => setTimeout(() => window.noted.push(performance.now() - came)));
  }, true);
"""
_SERVED = """(part) => performance.getEntriesByType("resource").filter((one) => one.name.includes(part))
  .map((one) => one.responseEnd - one.requestStart)"""
_DRAWN = """() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime"""


def _fill(data: Path, pending: int) -> None:
    settings = _settings(data)
    data.mkdir(exist_ok=True)
    fill(database_of(settings), Size(comments=pending + 20_000, sites=10, long=1_000, pending=pending))


async def _sign_in(data: Path) -> str:
    """The cookie of a moderator."""
    async with open_resources(_settings(data)) as res:
        site = await find_site(res, BLOG)
        assert site is not None
        mo = await add_member(res, site, NewMember("Mo", role="moderator"))
        return await make_token(res, mo, "page", PAGE_MS)


def _settings(data: Path) -> Settings:
    return read_settings({"GREENROOM_DATA": str(data), "GREENROOM_RATE_LIMITS": "off"})


@contextmanager
def served(data: Path) -> Iterator[str]:
    """The address of a service over this folder, in a process of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GREENROOM_")}
    own = {"GREENROOM_DATA": str(data), "GREENROOM_PORT": "0", "GREENROOM_LOG": "warning"}
    process = subprocess.Popen(
        [sys.executable, "-m", "service", "serve"], stdout=subprocess.PIPE, text=True, env={**kept, **own}
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        process.wait(20)


_VISITS = 61  # of the queue, and of what a search found; the first finds nothing compiled or remembered


def _row(what: str, times: Sequence[float], goal_ms: float) -> str:
    middle, late = statistics.median(times), sorted(times)[int(len(times) * 0.95)]
    verdict = "met" if late < goal_ms else "**missed**"
    return f"| {what} | {len(times)} | {middle:.0f} | {late:.0f} | p95 under {goal_ms:.0f} ms: {verdict} |"


def _drawn(page: Page) -> float:
    """From the click to the first picture, ms."""
    return float(page.wait_for_function(_DRAWN).json_value())


def _measure(page: Page, presses: int, times: int) -> list[str]:
    page.add_init_script(_NOTING)
    opened, searched = [], []
    searches = (f"{word(40)} {word(200)}", f"{word(3_000)}", f"{word(9)} score:>0.9")
    for i in range(times):
        page.goto(f"/sites/{BLOG}/desk?sort={('oldest', 'riskiest', 'uncertain')[i % 3]}")
        opened.append(_drawn(page))
    for i in range(times):
        page.goto(f"/sites/{BLOG}/desk?q={searches[i % 3]}")
        searched.append(_drawn(page))
    page.goto(f"/sites/{BLOG}/desk?sort=riskiest")
    page.locator(".card.current").wait_for()
    for _ in range(presses):
        with page.expect_response("**/desk/decisions*"):
            page.keyboard.press("a")
    page.wait_for_function(f"window.noted.length >= {presses}")
    return [
        _row("from key to the next card drawn", page.evaluate("window.noted"), 100),
        _row("the service's answer to a decision", page.evaluate(_SERVED, "/desk/decisions"), 100),
        _row("more cards, while others are decided", page.evaluate(_SERVED, "cursor="), 200),
        f"| the first queue page after a start | 1 | {opened[0]:.0f} | | |",
        _row("from click to the queue drawn", opened[1:], 200),
        _row("from click to what a search found drawn", searched, 500),
    ]


def main() -> None:
    """Fills a database, opens a browser, prints the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.desk", description=__doc__)
    parser.add_argument("--pending", type=int, default=100_000, help="comments that wait (100,000)")
    parser.add_argument("--presses", type=int, default=100, help="comments to decide about (100)")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="greenroom-desk-") as name:
        _fill(Path(name), wanted.pending)
        cookie = uvloop.run(_sign_in(Path(name)))
        with served(Path(name)) as url, chromium() as browser:
            context = browser.new_context(base_url=url, viewport={"width": 1440, "height": 900})
            context.add_cookies([{"name": f"greenroom-{BLOG}", "value": cookie, "url": url}])
            rows = _measure(context.new_page(), wanted.presses, _VISITS)
    print(f"| {wanted.pending:,} pending | times | median, ms | p95, ms | goal |\n| --- | ---: | ---: | ---: | --- |")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
