"""The real application over real sockets, with callers for each role on two sites."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from service.actions.resources import Resources
from service.app import build_app
from service.domain.member import Member
from service.settings import read_settings
from service.web.app_keys import Serving
from service.web.server import PROTOCOL
from tests.conftest import Blog, make_blog
from tests.web.conformity import Conformity

_CONFORMITY = Conformity()  # one for all tests: what it makes of the document is made once


class Answer:
    """A status, headers, and a body read as JSON where it is JSON."""

    def __init__(self, status: int, headers: Any, body: bytes, json: Any) -> None:
        self.status, self.headers, self.body, self.json = status, headers, body, json

    @property
    def code(self) -> str:
        """The problem's code; "" for what is no problem."""
        return self.json["code"] if self.headers.get("Content-Type") == "application/problem+json" else ""


class Caller:
    """Speaks to one site's API, with or without a token."""

    def __init__(self, client: "TestClient[web.Request, web.Application]", site: str, token: str | None) -> None:
        self._client, self._site, self._token = client, site, token

    async def __call__(self, method: str, path: str, **options: Any) -> Answer:
        headers = dict(options.pop("headers", {}))
        if self._token is not None:
            headers.setdefault("Authorization", f"Bearer {self._token}")
        url = path if path.startswith("//") else f"/api/v1/sites/{self._site}{path}"
        async with self._client.request(
            method, url.removeprefix("/") if url.startswith("//") else url, headers=headers, **options
        ) as response:
            endless = response.content_type == "text/event-stream"
            body = b"" if endless else await response.read()
            json = (
                await response.json(content_type=None) if "json" in response.headers.get("Content-Type", "") else None
            )
            return Answer(response.status, response.headers, body, json)

    async def post(self, text: str, **fields: Any) -> Answer:
        """Posts a comment."""
        headers = fields.pop("headers", {})
        return await self("POST", "/comments", json={"thread": "/post.html", "text": text, **fields}, headers=headers)

    async def thread(self, **query: Any) -> Answer:
        return await self("GET", "/comments", params={"thread": "/post.html", **query})

    async def decide(self, action: str, *comments: dict[str, Any], **fields: Any) -> Answer:
        chosen = [{"id": one["id"], "version": one["version"]} for one in comments]
        return await self("POST", "/decisions", json={"action": action, "comments": chosen, **fields})


Login = Callable[[Blog, Member | None], Awaitable[Caller]]


@pytest.fixture
def conformity() -> Iterator[Conformity]:
    """Fails a test in which an answer was given that the document does not tell of."""
    yield _CONFORMITY
    faults, _CONFORMITY.faults = _CONFORMITY.faults, []
    assert not faults, "answers that /openapi.json does not tell of"


@pytest.fixture
async def client(res: Resources, conformity: Conformity) -> AsyncIterator["TestClient[web.Request, web.Application]"]:
    serving = Serving("http://127.0.0.1", address_secret=b"test")
    app = build_app(read_settings({}), res, serving)
    app.on_response_prepare.append(conformity.look)
    server = TestServer(app)
    await server.start_server(**PROTOCOL)
    async with TestClient(server) as opened:
        yield opened


@pytest.fixture
def login(client: "TestClient[web.Request, web.Application]") -> Login:
    async def as_member(blog: Blog, member: Member | None) -> Caller:
        return Caller(client, blog.site.id, await blog.token(member) if member else None)

    return as_member


@pytest.fixture
async def ada(blog: Blog, login: Login) -> Caller:
    return await login(blog, blog.ada)


@pytest.fixture
async def mo(blog: Blog, login: Login) -> Caller:
    return await login(blog, blog.moderator)


@pytest.fixture
async def olive(blog: Blog, login: Login) -> Caller:
    return await login(blog, blog.owner)


@pytest.fixture
async def patient(blog: Blog, ada: Caller, mo: Caller, olive: Caller) -> None:
    """Ada's, Mo's and Olive's tokens hold for a year: for tests that let days pass."""
    for caller, member in ((ada, blog.ada), (mo, blog.moderator), (olive, blog.owner)):
        caller._token = await blog.token(member, days=365)


@pytest.fixture
async def visitor(blog: Blog, login: Login) -> Caller:
    return await login(blog, None)


@pytest.fixture
async def other(res: Resources) -> Blog:
    """Another site, with the same pages."""
    return await make_blog(res, "other")
