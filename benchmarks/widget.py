"""python -m benchmarks.widget: bytes and requests of a first view, time to the first comment, layout shift, and how a
thread of 1,000 comments is shown and scrolled.

It needs Chromium and Playwright, as the tests do. What stands about peers was read from their published packages
(gzip -9 of script and style) or from their own limits; nothing of theirs runs here.
"""

import argparse
import gzip
import json
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

from playwright.sync_api import Browser

from benchmarks.blog import environment
from benchmarks.machine import Cores
from benchmarks.processes import Server
from benchmarks.views import LINES, first_view, scrolled, whole_thread
from service.web.widget.files import VERSION
from service.web.widget.parts import EMBED, FIRST, sources, wearing
from tests.browsers import NoChromium, chromium

_SITE, _THREAD = "bench", "/long.html"
_PEERS = (
    ("Cusdis", "about 5 (claimed)"),
    ("Isso 0.14", "22.3"),
    ("Comentario 3.13", "34.3"),
    ("Artalk 2.9 (Lite)", "53.6 (42.9)"),
    ("Remark42 1.15", "up to 73.5 (its own limits)"),
    ("Waline 3.13", "76.9"),
    ("Twikoo 1.7", "146.0"),
)
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>A post</title>
<style>body {{ max-width: 42rem; margin: 2rem auto; }}</style><h1>A post</h1><p>Ninety-two seats.</p>
<script type="module" src="{url}/embed.js"></script>
<greenroom-comments site="bench" thread="/long.html"></greenroom-comments></html>"""


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
        yield f"http://localhost:{server.server_port}/post.html"
        server.shutdown()


def _command(data: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "service", *arguments]
    env = {**environ, **environment(data)}
    return subprocess.run(command, env=env, check=True, capture_output=True, text=True, timeout=60).stdout.strip()


def _fill(server: Server, token: str, count: int) -> str:
    """So many comments, two of three in answer to the one before. Returns the id of the last."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    last = ""
    for number in range(count):
        text = f"Number {number}: old sets are *honest* company, and they wait while you look things up."
        body = {"thread": _THREAD, "text": text, **({"parent_id": last} if number % 3 else {})}
        answer = server.ask("POST", f"/api/v1/sites/{_SITE}/comments", json.dumps(body).encode(), headers)
        if answer.status != 201:
            raise RuntimeError(f"a comment was answered {answer.status}")
        last = str(json.loads(answer.body)["id"])
    return last


def _kilobytes(names: list[str]) -> str:
    every = sources()
    every[EMBED] = wearing(every[EMBED], VERSION)
    return f"{sum(len(gzip.compress(every[name], 9, mtime=0)) for name in names) / 1000:.2f}"


def _print_sizes() -> None:
    names = [name for name in sources() if not name.startswith("languages/") or name.startswith("languages/en")]
    print("| script and style, gzip | kB |\n| --- | ---: |")
    print(f"| **Greenroom, a first view, with English** | **{_kilobytes([EMBED, FIRST])}** |")
    print(f"| Greenroom, everything there is, with English | {_kilobytes(names)} |")
    print(f"| each further language, about | {_kilobytes(['languages/de.js'])} |")
    print("\n".join(f"| {name} | {size} |" for name, size in _PEERS))


def _print_views(browser: Browser, url: str, count: int, turns: int) -> None:
    print(f"\nA thread of {count:,} comments, a first view of which has 100, no cache; medians of {turns}:\n")
    print("| line | first comment, ms | of it after the data came | script and layout, processor | requests | shift |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for line in LINES:
        views = [first_view(browser, url, line) for _ in range(turns)]
        start, data, work = (statistics.median(column) for column in list(zip(*views, strict=True))[:3])
        shift = max(one.shift for one in views)
        print(f"| {line.name} | {start:,.0f} | {max(data, 0):,.0f} | {work:,.0f} | {views[0].requests} | {shift:g} |")


def _print_thread(browser: Browser, url: str, last: str, turns: int) -> None:
    print(f"\nA link to the last of them, so that all are on the page, then scrolled through; medians of {turns}:\n")
    print("| the last one seen, ms | of it after its data came | requests | frames scrolled | missed | longest, ms |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    thread = [whole_thread(browser, url, last) for _ in range(turns)]
    rolls = [scrolled(browser, url, last) for _ in range(turns)]
    seen = " | ".join(f"{statistics.median(one):,.0f}" for one in zip(*thread, strict=True))
    rolled = " | ".join(f"{statistics.median(one):,.0f}" for one in zip(*rolls, strict=True))
    print(f"| {seen} | {rolled} |")


def main() -> int:
    """Prints the tables."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--comments", type=int, default=1_000)
    asked.add_argument("--turns", type=int, default=5)
    told = asked.parse_args()
    _print_sizes()
    html = [""]
    with tempfile.TemporaryDirectory(prefix="greenroom-bench-") as name, _pages(html) as blog:
        data = Path(name) / "data"
        _command(data, "site", "add", _SITE, "--origin", blog.removesuffix("/post.html"))
        _command(data, "member", "add", "--site", _SITE, "--name", "Mo", "--role", "moderator")
        server = Server(Cores(), ["service", "serve"], environment(data), Path(name) / "log")
        try:
            server.wait_until_ready()
            last = _fill(server, _command(data, "token", "--site", _SITE, "--member", "Mo"), told.comments)
            html[0] = _PAGE.format(url=f"http://{server.host}:{server.port}")
            with chromium() as browser:
                _print_views(browser, blog, told.comments, told.turns)
                _print_thread(browser, blog, last, told.turns)
        except NoChromium as fault:
            sys.stderr.write(f"{fault}\n")
            return 1
        finally:
            server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
