"""Calls made up from the document, as each role, against a running service: no fault of ours, nothing untold.

Every call meets a site of its own, since a made-up call may ban people or hide what is there.
"""

import asyncio
import threading
from collections.abc import Awaitable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

import pytest
import requests
import schemathesis
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from service.actions.decide_comments import take_down
from service.actions.queue import LogFilter, log_page
from service.actions.set_thread import threads_page
from service.actions.thread_page import PageRequest, thread_page
from service.app import build_app, open_resources
from service.settings import read_settings
from service.web.app_keys import Serving
from service.web.openapi import document
from service.web.routes import ROUTES, S
from service.web.server import LONGEST_LINE, PROTOCOL
from tests.conftest import Blog, make_blog

T = TypeVar("T")
TOLD = document(ROUTES)
API = schemathesis.openapi.from_dict(TOLD)
# A stream that is accepted does not end, and the library waits for the end; test_events.py looks at it.
ENDLESS = f"{S}/events"
CALLS = [(method, path) for path, operations in TOLD["paths"].items() for method in operations if path != ENDLESS]
CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


class Service:
    """The application on a loop of its own in a thread, since the library that calls it waits for its answers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._ready: Future[str] = Future()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=[self._serve()])
        self._sites = 0

    async def _serve(self) -> None:
        configured = read_settings({"GREENROOM_DATA": str(self._folder), "GREENROOM_RATE_LIMITS": "off"})
        async with open_resources(configured, scoring=True) as self._res:
            app = build_app(configured, self._res, Serving("http://127.0.0.1", address_secret=b"test"))
            runner = web.AppRunner(app, **PROTOCOL)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self._ready.set_result(f"http://127.0.0.1:{runner.addresses[0][1]}")
            await self._stop.wait()
            await runner.cleanup()

    def __enter__(self) -> "Service":
        self._thread.start()
        self.url = self._ready.result(30)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._loop.close()

    def do(self, work: Awaitable[T]) -> T:
        """Waits for what is to be done on the loop."""

        async def done() -> T:
            return await work

        return asyncio.run_coroutine_threadsafe(done(), self._loop).result(30)

    def blog(self) -> Blog:
        """Another site, with a comment that is published, one that waits, and an answer."""
        self._sites += 1

        async def make() -> Blog:
            made = await make_blog(self._res, f"blog-{self._sites}", moderation="always")
            first = await made.post("Hello", made.owner)
            await made.post("An answer", made.moderator, parent_id=first.comment.id)
            await made.post("One that waits")
            return made

        return self.do(make())


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service(tmp_path_factory.mktemp("schemathesis")) as running:
        yield running


def real_ids(service: Service, blog: Blog) -> dict[str, str]:
    """Ids that are there, by the noun that stands before them in a path."""

    async def look() -> dict[str, str]:
        found = await thread_page(blog.res, await blog.who(blog.owner), PageRequest("/post.html"))
        ((thread, *_), _) = await threads_page(blog.res, blog.site, None, 1)
        comment = found.comments[0]
        await take_down(blog.res, blog.moderator, comment)
        ((decision, *_), _) = await log_page(blog.res, blog.site, LogFilter(), None, 1)
        return {
            "comments": comment.id,
            "threads": thread.id,
            "members": blog.ada.id,
            "decisions": decision.decision_id,
        }

    return service.do(look())


def made_real(case: schemathesis.Case, blog: Blog, ids: dict[str, str]) -> None:
    """Puts the site and, every other time, ids that are there in the place of those made up."""
    path = case.path_parameters
    if "site" in path:
        path["site"] = blog.site.id
    if "id" in path and len(str(path["id"])) % 2:
        path["id"] = next((one for noun, one in ids.items() if f"/{noun}/" in case.path), "none")
    chosen = case.body.get("comments") if isinstance(case.body, dict) else None
    for choice in chosen if isinstance(chosen, list) else []:
        if isinstance(choice, dict) and len(str(choice.get("id"))) % 2:
            choice["id"] = ids["comments"]


def tried(service: Service, method: str, path: str, mode: GenerationMode, examples: int) -> None:
    """Makes up calls and sends each as every role, to a site of this call."""
    blog = service.blog()
    ids = real_ids(service, blog)
    session = requests.Session()

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=API[path][method.upper()].as_strategy(generation_mode=mode))
    def one(case: schemathesis.Case) -> None:
        made_real(case, blog, ids)
        for member in (None, blog.ada, blog.moderator, blog.owner):
            headers = {"Authorization": f"Bearer {service.do(blog.token(member))}"} if member else {}
            response = case.call(base_url=service.url, headers=headers, session=session)
            if response.status_code == 400 and "text/plain" in response.headers["content-type"]:
                assert len(str(response.request.url)) > LONGEST_LINE  # aiohttp's parser, before we see anything
                return
            case.validate_response(response, checks=CHECKS)

    with session:
        one()


def every_way(service: Service, method: str, path: str, right: int, wrong: int) -> None:
    """Calls as the document wants them; and, where something can be wrong about a call, others."""
    tried(service, method, path, GenerationMode.POSITIVE, right)
    told = TOLD["paths"][path][method]
    if "requestBody" in told or [one for one in told.get("parameters", []) if one["in"] == "query"]:
        tried(service, method, path, GenerationMode.NEGATIVE, wrong)


@pytest.mark.parametrize(("method", "path"), CALLS, ids=lambda one: one)
def test_made_up_calls(service: Service, method: str, path: str) -> None:
    every_way(service, method, path, 4, 3)


@pytest.mark.long
@pytest.mark.parametrize(("method", "path"), CALLS, ids=lambda one: one)
def test_many_made_up_calls(service: Service, method: str, path: str) -> None:
    every_way(service, method, path, 120, 80)
