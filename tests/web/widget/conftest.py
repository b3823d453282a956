"""A blog on another host than the service, readers of it in a browser that blocks third-party cookies, and whoever
else a story needs, over the API."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browsers import WITHOUT_FOREIGN_COOKIES, chromium_for_tests
from tests.running import Call, Running, running
from tests.vouching import by_hand

SITE = "demo"
LOOK = "body { font: 18px/1.6 Georgia, serif; max-width: 42rem; margin: 2rem auto; padding: 0 1rem; }"


class Blog:
    """Pages on http://localhost, which is another host than the service's 127.0.0.1."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self._port = server.server_port
        self.origin = f"http://localhost:{self._port}"
        self.elsewhere = f"http://127.0.0.1:{self._port}"  # no origin of the site
        self.pages: dict[str, tuple[str, dict[str, str]]] = {}
        self._numbers = itertools.count(1)

    def page(self, body: str, head: str = "", lang: str = "en", **headers: str) -> str:
        """Puts a page up; its URL."""
        path = f"/page-{next(self._numbers)}.html"
        meta = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        html = f'<!doctype html><html lang="{lang}">{meta}<title>A post</title>{head}<h1>The radio</h1>{body}</html>'
        self.pages[path] = (html, {name.replace("_", "-"): value for name, value in headers.items()})
        return self.origin + path


class Stage:
    """The service with its site, the blog, and short ways to act on both."""

    def __init__(self, service: Running, blog: Blog) -> None:
        self.service, self.blog = service, blog
        self.ada = next(line.strip().rsplit(": ", 1)[1] for line in service.lines if "member Ada" in line)
        self.owner: Call = service.caller(SITE, service.greenroom("token", "--site", SITE, "--member", "Robin"))
        self.visitor: Call = service.caller(SITE, None)
        self._numbers = itertools.count(1)
        self.set(origins=[service.url, blog.origin])
        assert self.owner("PATCH", "/sign-on", {"kind": "hs256", "issuer": "https://blog.example"})[0] == 200
        self._secret = str(self.owner("POST", "/sign-on/secret", {})[1]["secret"])

    def set(self, **policy: object) -> None:
        """Sets the site's policy."""
        status, told = self.owner("PATCH", "/settings", policy)
        assert status == 200, told

    @contextmanager
    def policy(self, **changed: object) -> Iterator[None]:
        """Another policy for a while."""
        before = self.owner("GET", "/settings")[1]
        self.set(**changed)
        yield
        self.set(**{name: before[name] for name in changed})

    def vouch(self, name: str, **claims: object) -> str:
        """A token by which the blog signs somebody on; a member, unless the claims say otherwise."""
        number, now = next(self._numbers), int(time.time())
        told = {"iss": "https://blog.example", "aud": SITE, "sub": f"of {name}", "iat": now, "exp": now + 300}
        return by_hand(
            {"alg": "HS256", "typ": "JWT"},
            {**told, "jti": f"jti {number}", "name": name, "member": True, **claims},
            self._secret,
        )

    def member(self, name: str) -> Call:
        """How a member of this name calls the API."""
        status, told = self.visitor("POST", "/session", {"sso": self.vouch(name)})
        assert status == 200, told
        return self.service.caller(SITE, told["token"])

    def thread(self) -> str:
        """The path of a page that nobody has commented on."""
        return f"/2026/post-{next(self._numbers)}.html"

    def comment(self, thread: str, text: str, by: Call | None = None, **fields: Any) -> dict[str, Any]:
        """A comment, by the owner if nobody else is named."""
        status, told = (by or self.owner)("POST", "/comments", {"thread": thread, "text": text, **fields})
        assert status in (201, 202), told
        return dict(told)

    def decide(self, action: str, comment: dict[str, Any]) -> None:
        """A moderator decides."""
        chosen = [{"id": comment["id"], "version": comment["version"]}]
        status, told = self.owner("POST", "/decisions", {"action": action, "comments": chosen})
        assert status == 200, told

    def embedded(self, thread: str, attributes: str = "", inner: str = "", through: str | None = None) -> str:
        """The two lines of HTML; `through` a URL that leads to the service."""
        script = f'<script type="module" src="{through or self.service.url}/embed.js"></script>'
        return script + self.element(thread, attributes, inner)

    def element(self, thread: str, attributes: str = "", inner: str = "") -> str:
        """The second of them."""
        return f'<greenroom-comments site="{SITE}" thread="{thread}" {attributes}>{inner}</greenroom-comments>'

    def post(self, thread: str, attributes: str = "", inner: str = "", through: str | None = None, **page: str) -> str:
        """A post of the blog with its comments beneath; its URL."""
        page.setdefault("head", f"<style>{LOOK}</style>")
        return self.blog.page("<p>Ninety-two seats.</p>" + self.embedded(thread, attributes, inner, through), **page)


def _handler(blog: Blog) -> type[BaseHTTPRequestHandler]:
    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            html, headers = blog.pages.get(self.path.partition("?")[0], ("", {}))
            self.send_response(200 if html else 204)  # 204 for /favicon.ico
            for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None: ...

    return Pages


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    blog = Blog(server)
    server.RequestHandlerClass = _handler(blog)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        with running(tmp_path_factory.mktemp("widget") / "data", "--demo") as service:
            yield Stage(service, blog)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium without third-party cookies; for this package alone: no asynchronous test runs while it is open."""
    yield from chromium_for_tests(WITHOUT_FOREIGN_COOKIES)


class Reading:
    """A reader with a browser of his own: where he is, and what went wrong there."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.page: Page = context.new_page()
        self.faults: list[str] = []  # what the console complained of
        self.asked: list[str] = []  # every method and URL
        context.on("request", lambda request: self.asked.append(f"{request.method} {request.url}"))
        context.on("weberror", lambda fault: self.faults.append(str(fault.error)))
        context.on("console", lambda line: self.faults.append(line.text) if line.type == "error" else None)

    def open(self, url: str) -> Page:
        """Goes there and waits for the comments."""
        self.page.goto(url)
        self.widget.locator("[part=heading]").wait_for()
        return self.page

    @property
    def widget(self) -> Locator:
        return self.page.locator("greenroom-comments")

    def expect_signed_in(self, name: str) -> None:
        """Waits until the editor says that he writes as this member."""
        expect(self.widget.locator(".as")).to_have_text(f"as {name}")

    @property
    def comments(self) -> Locator:
        return self.widget.locator("[data-comment-id]")


Readers = Callable[..., Reading]


@pytest.fixture
def readers(browser: Browser) -> Iterator[Readers]:
    """Opens browsers for readers, with what Playwright's contexts can be told."""
    opened: list[BrowserContext] = []

    def reading(**options: Any) -> Reading:
        context = browser.new_context(**{"locale": "en-GB", "viewport": {"width": 1280, "height": 900}, **options})
        context.set_default_timeout(10_000)
        opened.append(context)
        return Reading(context)

    yield reading
    for context in opened:
        context.close()


@pytest.fixture
def reader(readers: Readers) -> Reading:
    return readers()
