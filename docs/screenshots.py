"""The README's pictures of the widget: `python -m docs.screenshots`. Needs Chromium and Playwright, as the tests do."""

import json
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
from tests.browsers import NoChromium, chromium

HERE = Path(__file__).parent / "pictures"
_SITE, _THREAD = "seats", "/radio.html"
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>The radio in the green room</title>
<style>html {{ color-scheme: light dark; background: Canvas; color: CanvasText; }}
body {{ font: 17px/1.6 system-ui, sans-serif; max-width: 40rem; margin: 1.25rem auto; padding: 0 1.25rem; }}</style>
<script type="module" src="{url}/embed.js"></script>
<greenroom-comments site="seats" thread="{thread}" loading="eager"></greenroom-comments></html>"""
# Who says what, in answer to which of the ones before.
_TALK = (
    ("Lee", "Old sets are *honest* company: whatever is wrong with them can be seen, smelled or measured.", None),
    ("Joan", "Mine hums in E flat. I tuned the kettle to it.", 0),
    ("Robin", "Ninety seconds with the iron. Seven weeks to find out where.", 1),
    ("Emmy", "The little hum before the voices is what I missed most.", None),
)


@contextmanager
def _pages(html: dict[str, str]) -> Iterator[str]:
    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html.get(self.path, "").encode())

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


def _command(data: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "service", *arguments]
    env = {**environ, **environment(data)}
    return subprocess.run(command, env=env, check=True, capture_output=True, text=True, timeout=60).stdout.strip()  # noqa: S603 - our own command


def _talk(server: Server, tokens: dict[str, str]) -> None:
    ids: list[str] = []
    for name, text, answered in _TALK:
        body = {"thread": _THREAD, "text": text, **({"parent_id": ids[answered]} if answered is not None else {})}
        headers = {"Authorization": f"Bearer {tokens[name]}", "Content-Type": "application/json"}
        answer = server.ask("POST", f"/api/v1/sites/{_SITE}/comments", json.dumps(body).encode(), headers)
        if answer.status != 201:
            raise RuntimeError(f"a comment was answered {answer.status}: {answer.body!r}")
        ids.append(json.loads(answer.body)["id"])


def _shoot(browser: Browser, url: str, name: str, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 720, "height": 420}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(url)
    page.locator("greenroom-comments [part=form-heading]").wait_for()
    page.screenshot(path=HERE / name, full_page=True)
    context.close()


def main() -> int:
    """Makes the pictures."""
    HERE.mkdir(exist_ok=True)
    html: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="greenroom-pictures-") as folder, _pages(html) as blog:
        data = Path(folder) / "data"
        _command(data, "site", "add", _SITE, "--origin", blog)
        _command(data, "settings", "--site", _SITE, "moderation=never")
        tokens = {}
        for name in ("Lee", "Joan", "Robin", "Emmy"):
            role = "owner" if name == "Robin" else "member"
            _command(data, "member", "add", "--site", _SITE, "--name", name, "--role", role)
            tokens[name] = _command(data, "token", "--site", _SITE, "--member", name)
        server = Server(Cores(), ["service", "serve"], environment(data), Path(folder) / "log")
        try:
            server.wait_until_ready()
            _talk(server, tokens)
            url = f"http://{server.host}:{server.port}"
            html |= {"/radio": _PAGE.format(url=url, thread=_THREAD), "/new": _PAGE.format(url=url, thread="/new.html")}
            with chromium() as browser:
                _shoot(browser, f"{blog}/radio", "thread-light.png", "light")
                _shoot(browser, f"{blog}/new", "empty-dark.png", "dark")
        except NoChromium as fault:
            sys.stderr.write(f"{fault}\n")
            return 1
        finally:
            server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
