"""Readers of the pages: over HTTP within the process, and in a real browser against a service of its own."""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from http.cookies import SimpleCookie

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from playwright.sync_api import Browser, BrowserContext

from service.actions.make_token import LINK_MS, make_token
from service.actions.resources import Resources
from service.domain.member import Member
from service.web.app_keys import SERVING
from tests.browsers import chromium_for_tests
from tests.conftest import Blog, make_blog
from tests.running import running

OURS = {"Sec-Fetch-Site": "same-origin"}
Client = TestClient[web.Request, web.Application]


class Page:
    """An answer, as a browser without scripts would take it."""

    def __init__(self, status: int, headers: Mapping[str, str], text: str) -> None:
        self.status, self.headers, self.text = status, headers, text

    @property
    def location(self) -> str:
        return self.headers["Location"]

    @property
    def words(self) -> str:
        """What stands on the page, without its tags."""
        return " ".join(re.sub(r"<[^>]*>", " ", self.text).split())


class Reader:
    """Reads one site's pages, with the cookies that they gave him."""

    def __init__(self, client: Client, blog: Blog) -> None:
        self.client, self.blog = client, blog
        self.cookies: dict[str, str] = {}
        self.home = f"/sites/{blog.site.id}"

    async def get(self, path: str, **headers: str) -> Page:
        return await self._ask("GET", path, headers, None)

    async def send(self, path: str, headers: dict[str, str] | None = None, **fields: object) -> Page:
        """Sends a form, from our own pages unless the headers say otherwise."""
        return await self._ask("POST", path, OURS if headers is None else headers, fields)

    async def _ask(self, method: str, path: str, headers: dict[str, str], form: dict[str, object] | None) -> Page:
        self.client.session.cookie_jar.clear()
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        every = {**headers, **({"Cookie": cookie} if cookie else {})}
        pairs = [(n, str(one)) for n, v in (form or {}).items() for one in (v if isinstance(v, list) else [v])]
        async with self.client.request(
            method, path, headers=every, data=pairs if form is not None else None, allow_redirects=False
        ) as answer:
            for line in answer.headers.getall("Set-Cookie", []):
                self._keep(line)
            return Page(answer.status, answer.headers, (await answer.read()).decode())

    def _keep(self, line: str) -> None:
        for name, morsel in SimpleCookie(line).items():
            self.cookies[name] = morsel.value

    async def follow(self, page: Page) -> Page:
        assert page.status == 303, page.words
        return await self.get(page.location.partition("#")[0])

    async def thread(self, key: str = "/post.html", **query: str) -> Page:
        return await self.get(self.thread_path(key, **query))

    def thread_path(self, key: str = "/post.html", **query: str) -> str:
        more = "".join(f"&{name}={value}" for name, value in query.items())
        return f"{self.home}/thread?key={key}{more}"

    async def post(self, text: str, **fields: object) -> Page:
        return await self.send(self.thread_path(), text=text, **fields)


SignedIn = Callable[[Member | None], Awaitable[Reader]]


async def link_token(res: Resources, member: Member) -> str:
    return await make_token(res, member, "sign_in", LINK_MS)


@pytest.fixture
def signed_in(client: Client, blog: Blog, res: Resources) -> SignedIn:
    async def sign_in(member: Member | None) -> Reader:
        reader = Reader(client, blog)
        if member is not None:
            page = await reader.send(f"{reader.home}/sign-in?token={await link_token(res, member)}&to=/demo")
            assert page.status == 303
        return reader

    return sign_in


@pytest.fixture
async def stranger(signed_in: SignedIn) -> Reader:
    return await signed_in(None)


@pytest.fixture
async def ada(signed_in: SignedIn, blog: Blog) -> Reader:
    return await signed_in(blog.ada)


@pytest.fixture
async def mo(signed_in: SignedIn, blog: Blog) -> Reader:
    return await signed_in(blog.moderator)


@pytest.fixture
async def demo(client: Client, res: Resources) -> Blog:
    """The service as with --demo."""
    assert client.app is not None
    client.app[SERVING].demo_site = "demo"
    return await make_blog(res, "demo", origins=["http://127.0.0.1"])


# A browser, and a service in a process of its own.


class Demo:
    """`greenroom serve --demo` with the links that its console shows."""

    def __init__(self, url: str, ada: str, owner: str) -> None:
        self.url, self.ada, self.owner = url, ada, owner


@pytest.fixture(scope="session")
def demo_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running(tmp_path_factory.mktemp("pages") / "data", "--demo") as service:
        links = dict(line.strip().rsplit(": ", 1) for line in service.lines[1:])
        ada = next(url for what, url in links.items() if "member Ada" in what)
        owner = next(url for what, url in links.items() if "desk of demo" in what)
        yield Demo(service.url, ada, owner)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for one module: while Playwright is open its event loop runs, and no asynchronous test could."""
    yield from chromium_for_tests()


@pytest.fixture
def context(browser: Browser, demo_service: Demo) -> Iterator[BrowserContext]:
    """A fresh browser without scripts."""
    opened = browser.new_context(java_script_enabled=False, base_url=demo_service.url)
    opened.set_default_timeout(10_000)
    yield opened
    opened.close()
