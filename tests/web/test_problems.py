"""Every code that an error can have is provoked over HTTP: a code without a row here fails."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from service.actions.limits import Rate
from service.actions.resources import Resources
from service.web import bodies
from service.web.app_keys import FOLLOWING, READY, SERVING
from service.web.problems import PROBLEMS
from tests.behind import behind, held
from tests.conftest import Blog, Clock
from tests.vouching import by_hand
from tests.web.conformity import Conformity
from tests.web.conftest import Answer, Caller, Login

JSON = {"Content-Type": "application/json"}


class World:
    """A blog with somebody in each role, and the service that they call."""

    def __init__(self, blog: Blog, client: "TestClient[web.Request, web.Application]", where: str) -> None:
        self.blog, self.client, self.where = blog, client, where
        assert client.app is not None
        self.app = client.app
        self.visitor: Caller
        self.ada: Caller
        self.mo: Caller
        self.olive: Caller

    @property
    def clock(self) -> Clock:
        assert isinstance(self.res.now_ms, Clock)
        return self.res.now_ms

    @property
    def res(self) -> Resources:
        return self.blog.res

    async def standing(self, **change: Any) -> None:
        assert (await self.mo("PATCH", f"/members/{self.blog.ada.id}", json=change)).status == 200

    async def settings(self, **changes: Any) -> None:
        assert (await self.olive("PATCH", "/settings", json=changes)).status == 200


@pytest.fixture
async def world(blog: Blog, client: "TestClient[web.Request, web.Application]", login: Login, where: str) -> World:
    made = World(blog, client, where)
    made.visitor, made.ada = await login(blog, None), await login(blog, blog.ada)
    made.mo, made.olive = await login(blog, blog.moderator), await login(blog, blog.owner)
    return made


async def not_json(world: World) -> Answer:
    return await world.ada("POST", "/comments", data=b"{", headers=JSON)


async def bad_cursor(world: World) -> Answer:
    return await world.visitor.thread(cursor="x")


async def not_signed_in(world: World) -> Answer:
    return await world.visitor("GET", "/members/me")


async def not_a_member(world: World) -> Answer:
    change = "UPDATE members SET status = 'invited' WHERE id = ?"
    with behind(world.where) as other:
        other.execute(change, [world.blog.ada.id])
        other.commit()
    world.res.cache.forget_member(world.blog.site.id, world.blog.ada.id)
    return await world.ada.post("Hello")


async def suspended(world: World) -> Answer:
    await world.standing(status="suspended")
    return await world.ada.post("Hello")


async def banned(world: World) -> Answer:
    await world.standing(status="banned")
    return await world.ada.post("Hello")


async def not_moderator(world: World) -> Answer:
    return await world.ada("GET", "/queue")


async def thread_closed(world: World) -> Answer:
    await world.settings(state="closed")
    return await world.ada.post("Hello")


async def wrong_origin(world: World) -> Answer:
    path = f"//sites/{world.blog.site.id}/thread?key=/post.html"
    return await world.ada("POST", path, data={"text": "Hello"}, headers={"Sec-Fetch-Site": "cross-site"})


async def not_found(world: World) -> Answer:
    return await world.visitor("GET", "/comments/unknown")


async def method_not_allowed(world: World) -> Answer:
    return await world.visitor("PUT", "/comments")


async def too_slow(world: World) -> Answer:
    never = asyncio.Event()

    async def dripping() -> Any:
        yield b"{"
        await never.wait()

    asking = asyncio.ensure_future(world.ada("POST", "/comments", data=dripping(), headers=JSON))
    done, _ = await asyncio.wait([asking], timeout=20)
    assert done, "the service waits for ever"
    return await asking


async def stale_decision(world: World) -> Answer:
    held = (await world.ada.post("score 0.6")).json
    await world.mo.decide("approve", held)
    return await world.mo.decide("reject", held)


async def not_allowed_now(world: World) -> Answer:
    return await world.mo.decide("restore", (await world.ada.post("Hello")).json)


async def already_training(world: World) -> Answer:
    await world.olive("POST", "/trainings", json={"kind": "full"})
    return await world.olive("POST", "/trainings")


async def name_taken(world: World) -> Answer:
    return await world.olive("POST", "/members", json={"name": "Ada"})


async def too_large(world: World) -> Answer:
    return await world.ada("POST", "/comments", data=b" " * 70_000, headers=JSON)


async def text_too_long(world: World) -> Answer:
    return await world.ada.post("a" * 10_001)


async def unsupported_body(world: World) -> Answer:
    return await world.ada("POST", "/comments", data=b"{}", headers={"Content-Type": "text/plain"})


async def key_reused(world: World) -> Answer:
    key = {"Idempotency-Key": "k"}
    await world.ada.post("one", headers=key)
    return await world.ada.post("two", headers=key)


async def refused_words(world: World) -> Answer:
    await world.settings(refuse_words=["casino"])
    return await world.ada.post("casino")


async def invalid(world: World) -> Answer:
    return await world.ada.post("")


async def rate_limited(world: World) -> Answer:
    world.res.limits._rates, world.res.limits._buckets = {"member": Rate(1, 60)}, {"member": {}}
    await world.ada.post("one")
    return await world.ada.post("two")


async def draining(world: World) -> Answer:
    world.app[SERVING].draining = True
    return await world.ada.post("Hello")


async def storage_unavailable(world: World) -> Answer:
    """Another process writes without an end."""
    await world.ada("GET", "/session")  # what is read is in memory now
    async with held(world.where):
        return await world.ada.post("Hello")


async def gone(world: World) -> Answer:
    """An invitation works once."""
    code = (await world.olive("POST", "/invitations")).json["code"]
    assert (await world.visitor("POST", f"/invitations/{code}/accept", json={"name": "Eve"})).status == 200
    return await world.visitor("POST", f"/invitations/{code}/accept", json={"name": "Eva"})


async def unreachable(world: World) -> Answer:
    """The blog's keys are to be had from a server that is not there."""
    keys = {"kind": "jwks", "issuer": "blog", "jwks_url": "http://127.0.0.1:1/jwks"}
    assert (await world.olive("PATCH", "/sign-on", json=keys)).status == 200
    token = by_hand({"alg": "RS256", "kid": "k"}, {"sub": "1"}, "signed")
    return await world.visitor("POST", "/session", json={"sso": token})


async def too_many_streams(world: World) -> Answer:
    world.app[FOLLOWING]._most = 0
    return await world.visitor("GET", "/events")


async def read_only_key(world: World) -> Answer:
    made = await world.olive("POST", "/keys", json={"name": "reader", "kind": "api", "scope": "read"})
    program = Caller(world.client, world.blog.site.id, made.json["key"])
    return await program.post("Hello")


async def _edit(world: World, **headers: str) -> Answer:
    comment = (await world.ada.post("Hello")).json
    return await world.ada("PATCH", f"/comments/{comment['id']}", json={"text": "Hello!"}, headers=headers)


async def if_match_needed(world: World) -> Answer:
    return await _edit(world)


async def edit_conflict(world: World) -> Answer:
    return await _edit(world, **{"If-Match": '"7"'})


async def edit_window_over(world: World) -> Answer:
    comment = (await world.ada.post("Hello")).json
    world.clock.pass_s(world.blog.site.policy.edit_window_s + 1)
    return await world.ada("PATCH", f"/comments/{comment['id']}", json={"text": "Hello!"}, headers={"If-Match": '"1"'})


async def internal(world: World) -> Answer:
    async def broken() -> Any:
        raise RuntimeError("broken by a test")

    world.app[READY].look = broken  # type: ignore[method-assign]
    return await world.visitor("GET", "//readyz")


# Each is named as its code, with underscores.
PROVOCATIONS: tuple[Callable[[World], Awaitable[Answer]], ...] = (
    not_json,
    bad_cursor,
    not_signed_in,
    not_a_member,
    suspended,
    banned,
    not_moderator,
    thread_closed,
    wrong_origin,
    not_found,
    gone,
    method_not_allowed,
    too_slow,
    stale_decision,
    not_allowed_now,
    already_training,
    name_taken,
    too_large,
    text_too_long,
    unsupported_body,
    key_reused,
    refused_words,
    invalid,
    rate_limited,
    draining,
    storage_unavailable,
    unreachable,
    too_many_streams,
    read_only_key,
    if_match_needed,
    edit_conflict,
    edit_window_over,
    internal,
)
STATUSES = {problem.code: problem.status for problem in PROBLEMS.values()} | {"internal": 500}


def code_of(provocation: Callable[[World], Awaitable[Answer]]) -> str:
    return provocation.__name__.replace("_", "-")


def test_every_code_has_its_provocation() -> None:
    assert {code_of(one) for one in PROVOCATIONS} == set(STATUSES)


@pytest.mark.parametrize("provocation", PROVOCATIONS, ids=code_of)
async def test_the_code_and_its_status(
    world: World,
    provocation: Callable[[World], Awaitable[Answer]],
    conformity: Conformity,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bodies, "_BODY_S", 0.2)
    answer = await provocation(world)
    code = code_of(provocation)
    assert answer.status == STATUSES[code]
    if code == "wrong-origin":  # only our own pages look at the origin, and they answer as pages
        assert b"<h1>Wrong origin</h1>" in answer.body
        return
    assert answer.code == code
    assert answer.json["type"] == f"urn:greenroom:{code}"
    assert answer.json["status"] == answer.status
    assert answer.json["title"]
    assert answer.json["detail"]
    assert answer.json["request_id"]
    assert ("errors" in answer.json) == (code in ("invalid", "refused-words"))
    assert ("Retry-After" in answer.headers) == (answer.status in (429, 503))
    assert "Traceback" not in str(answer.json)
    if code == "internal":  # nothing promises it, and the comparison with the document says so
        assert conformity.faults
        conformity.faults.clear()
