"""python -m benchmarks.widget: bytes and requests of a first view, time to the first comment, layout shift.

It needs Chromium and Playwright, as the tests do. What stands about peers was read from their published packages
(gzip -9 of script and style) or from their own limits; nothing of theirs runs here.
"""

import argparse
import gzip
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from os import environ
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Browser, sync_playwright

from benchmarks.blog import environment
from benchmarks.machine import Cores
from benchmarks.processes import Server
from service.web.widget.files import VERSION
from service.web.widget.parts import EMBED, FIRST, sources, wearing

_SITE, _THREAD = "bench", "/long.html"
_FIRST_VIEW = (EMBED, FIRST, "style.css")
_PEERS = (
    ("Cusdis", "about 5 (claimed)"),
    ("Isso 0.14", "22.3"),
    ("Comentario 3.13", "34.3"),
    ("Artalk 2.9 (Lite)", "53.6 (42.9)"),
    ("Remark42 1.15", "up to 73.5 (its own limits)"),
    ("Waline 3.13", "76.9"),
    ("Twikoo 1.7", "146.0"),
)
# kbit/s, and milliseconds to the server and back.
_LINES: dict[str, tuple[int, int] | None] = {"loopback": None, "fast 3G": (1_600, 150), "slow 3G": (400, 400)}
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>A post</title>
<style>body {{ max-width: 42rem; margin: 2rem auto; }}</style><h1>A post</h1><p>Ninety-two seats.</p>
<script type="module" src="{url}/embed.js"></script>
<greenroom-comments site="bench" thread="/long.html"></greenroom-comments></html>"""
_WATCH = """
window.shift = 0;
new PerformanceObserver(list => { for (const one of list.getEntries()) shift += one.value; })
  .observe({type: 'layout-shift', buffered: true});
const look = () => {
  const there = document.querySelector('greenroom-comments')?.shadowRoot?.querySelector('[data-comment-id]');
  requestAnimationFrame(there ? () => { window.first ??= performance.now(); } : look);
};
look();"""
_ASKED = """performance.getEntriesByType('resource').map(e => [e.name, e.responseEnd])
  .filter(([name]) => /embed\\.js|\\/widget\\/|\\/api\\//.test(name))"""


class View(NamedTuple):
    """One view of the page. Times in milliseconds, until the frame after the first comment stood there; `work` is the
    processor time of script, style and layout."""

    from_start: float
    from_data: float
    work: float
    shift: float
    requests: int


@contextmanager
def _pages(html: list[str]) -> Iterator[str]:
    """Serves this page on another host than the service's."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html[0].encode())

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


def _view(browser: Browser, url: str, line: tuple[int, int] | None) -> View:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.add_init_script(_WATCH)
    session = context.new_cdp_session(page)
    _slow_down(session, line)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(url)
    page.wait_for_function("window.first !== undefined", timeout=60_000)
    asked: list[tuple[str, float]] = page.evaluate(_ASKED)
    first, shift = page.evaluate("[window.first, window.shift]")
    spent = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    context.close()
    data = max(end for name, end in asked if "/api/" in name)
    work = sum(spent[name] for name in ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")) * 1000
    return View(first, first - data, work, shift, len(asked))


def _slow_down(session: Any, line: tuple[int, int] | None) -> None:
    if line is not None:
        kbits, latency = line
        speed = {"downloadThroughput": kbits * 125, "uploadThroughput": kbits * 125}
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", {"offline": False, "latency": latency, **speed})


def _command(data: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "service", *arguments]
    env = {**environ, **environment(data)}
    return subprocess.run(command, env=env, check=True, capture_output=True, text=True, timeout=60).stdout.strip()


def _fill(server: Server, token: str, count: int) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    last = None
    for number in range(count):
        text = f"Number {number}: old sets are *honest* company, and they wait while you look things up."
        body = {"thread": _THREAD, "text": text, **({"parent_id": last} if number % 3 else {})}
        answer = server.ask("POST", f"/api/v1/sites/{_SITE}/comments", json.dumps(body).encode(), headers)
        if answer.status != 201:
            raise RuntimeError(f"a comment was answered {answer.status}")
        last = json.loads(answer.body)["id"]


def _kilobytes(names: list[str]) -> str:
    every = sources()
    every[EMBED] = wearing(every[EMBED], VERSION)
    return f"{sum(len(gzip.compress(every[name], 9, mtime=0)) for name in names) / 1000:.2f}"


def _print_sizes() -> None:
    names = [name for name in sources() if not name.startswith("languages/") or name.startswith("languages/en")]
    print("| script and style, gzip | kB |\n| --- | ---: |")
    print(f"| **Greenroom, a first view, with English** | **{_kilobytes(list(_FIRST_VIEW))}** |")
    print(f"| Greenroom, everything there is, with English | {_kilobytes(names)} |")
    print(f"| each further language, about | {_kilobytes(['languages/de.js'])} |")
    print("\n".join(f"| {name} | {size} |" for name, size in _PEERS))


def _print_views(browser: Browser, url: str, count: int, turns: int) -> None:
    print(f"\nA thread of {count:,} comments, its first 100, nothing in the cache; medians of {turns}:\n")
    print("| line | first comment, ms | of it after the data came | script and layout, processor | requests | shift |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, line in _LINES.items():
        views = [_view(browser, url, line) for _ in range(turns)]
        start, data, work = (statistics.median(column) for column in list(zip(*views, strict=True))[:3])
        shift = max(one.shift for one in views)
        print(f"| {name} | {start:,.0f} | {max(data, 0):,.0f} | {work:,.0f} | {views[0].requests} | {shift:g} |")


def main() -> int:
    """Prints the tables."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--comments", type=int, default=1_000)
    asked.add_argument("--turns", type=int, default=5)
    told = asked.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.stderr.write("There is no chromium on the PATH.\n")
        return 1
    _print_sizes()
    html = [""]
    with tempfile.TemporaryDirectory(prefix="greenroom-bench-") as name, _pages(html) as blog:
        data = Path(name) / "data"
        _command(data, "site", "add", _SITE, "--origin", blog)
        _command(data, "member", "add", "--site", _SITE, "--name", "Mo", "--role", "moderator")
        server = Server(Cores(), ["service", "serve"], environment(data), Path(name) / "log")
        try:
            server.wait_until_ready()
            _fill(server, _command(data, "token", "--site", _SITE, "--member", "Mo"), told.comments)
            html[0] = _PAGE.format(url=f"http://{server.host}:{server.port}")
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
                _print_views(browser, blog + "/post.html", told.comments, told.turns)
                browser.close()
        finally:
            server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
