"""Server-sent events over real sockets: what readers and moderators are told, what they missed, and how streams end."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from service.actions import following, watch
from service.actions.changes import Changed, Changes
from service.actions.decide_comments import Choice, decide_comments
from service.actions.end_session import end_all_tokens
from service.actions.follower import Follower, Interest, News
from service.actions.following import Following
from service.actions.make_token import make_token
from service.actions.resources import Resources
from service.actions.set_member import MemberChange, set_member
from service.actions.set_policy import set_policy
from service.actions.set_thread import set_thread
from service.domain.errors import TooManyStreams
from service.storage.cache import Cache
from service.storage.engines import open_database
from service.web import events
from service.web.app_keys import FOLLOWING, SERVING
from service.web.times import rfc3339
from tests.conftest import Blog, Clock
from tests.web.conftest import Caller

Client = TestClient[web.Request, web.Application]
PATIENCE_S = 10.0


class Event:
    """One event as a browser would dispatch it."""

    def __init__(self, name: str, data: Any, last_id: str) -> None:
        self.name, self.data, self.last_id = name, data, last_id


class Stream:
    """Reads events by the rules of the HTML standard, as far as we use them."""

    def __init__(self, response: Any) -> None:
        self.response, self.status, self.headers = response, response.status, response.headers
        self.last_id, self.lines = "", []

    async def line(self) -> str | None:
        """The next line; None at the end."""
        async with asyncio.timeout(PATIENCE_S):
            raw = await self.response.content.readline()
        return raw.decode().rstrip("\n") if raw else None

    async def next(self, name: str | None = None) -> Event:
        """The next event (of this name)."""
        while True:
            async with asyncio.timeout(PATIENCE_S):
                found = await self.event()
            assert found is not None, "the stream has ended"
            if name is None or found.name == name:
                return found

    async def event(self) -> Event | None:
        """The next event; None at the end."""
        kind, data = "message", ""
        while (line := await self.line()) is not None:
            field, _, value = line.partition(": ")
            if field == "id":
                self.last_id = value
            elif field == "event":
                kind = value
            elif field == "data":
                data += value
            elif line == "" and data:
                return Event(kind, json.loads(data), self.last_id)
        return None

    async def opened(self) -> "Stream":
        """Reads what stands at the beginning."""
        while (line := await self.line()) != "":
            self.last_id = (line or "").removeprefix("id: ")
        return self


Follow = Callable[..., Any]


@pytest.fixture
def follow(client: Client) -> Follow:
    @asynccontextmanager
    async def following_at(
        path: str = "/api/v1/sites/blog/events?thread=/post.html", token: str | None = None, **headers: str
    ) -> AsyncIterator[Stream]:
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        async with client.get(path, headers={k.replace("_", "-"): v for k, v in headers.items()}) as response:
            stream = Stream(response)
            yield await stream.opened() if response.status == 200 else stream

    return following_at


@pytest.fixture(autouse=True)
def without_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "_GAP_S", 0.0)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.005)


def streams(client: Client) -> Following:
    assert client.app is not None
    return client.app[FOLLOWING]


async def test_a_page_is_followed(ada: Caller, mo: Caller, follow: Follow) -> None:
    async with follow() as stream:
        one = (await ada.post("one")).json
        told = await stream.next()
        assert (told.name, told.data) == ("comments", {"thread": "/post.html", "count": 1, "ids": [one["id"]]})
        await ada.post("elsewhere", thread="/other.html")
        held = (await ada.post("score 0.6")).json
        await mo.decide("approve", held)
        assert (await stream.next()).data == {"thread": "/post.html", "count": 2, "ids": [held["id"]]}
        await mo.decide("remove", one)
        assert (await stream.next()).data == {"thread": "/post.html", "count": 1, "ids": []}
        assert stream.last_id > told.last_id


async def test_a_site_is_followed_without_its_hidden_pages(
    ada: Caller, mo: Caller, follow: Follow, blog: Blog, res: Resources
) -> None:
    await ada.post("a", thread="/hidden.html")
    (thread,) = (await mo("GET", "/threads")).json["threads"]
    async with follow("/api/v1/sites/blog/events") as stream:
        await set_thread(res, blog.site, thread["id"], {"state": "hidden"})
        await mo.post("b", thread="/hidden.html")
        seen = (await ada.post("c", thread="/seen.html")).json
        assert (await stream.next()).data == {"thread": "/seen.html", "count": 1, "ids": [seen["id"]]}


async def test_the_head(follow: Follow, client: Client, blog: Blog) -> None:
    path = "/api/v1/sites/blog/events"
    async with follow(path + "?thread=/x", Origin="https://blog.example") as stream:
        assert stream.status == 200
        assert stream.headers["Content-Type"] == "text/event-stream"
        assert stream.headers["Cache-Control"] == "no-store"
        assert stream.headers["X-Accel-Buffering"] == "no"
        assert stream.headers["Access-Control-Allow-Origin"] == "https://blog.example"
        assert "Content-Encoding" not in stream.headers
        assert stream.last_id
    async with follow(path, Origin="https://evil.example") as stream:
        assert "Access-Control-Allow-Origin" not in stream.headers
    async with client.head(path) as answer:
        assert (answer.status, answer.headers["Content-Type"]) == (200, "text/event-stream")
    async with follow("/api/v1/sites/nobody/events") as stream:
        assert stream.status == 404
    async with follow(path, "no-token") as stream:
        assert stream.status == 401
    async with follow(path + "?thread=%00") as stream:
        assert stream.status == 422


async def test_moderators_are_told_of_the_queue_and_others_are_not(
    ada: Caller, mo: Caller, visitor: Caller, follow: Follow, blog: Blog
) -> None:
    async with follow(token=mo._token) as stream, follow(token=ada._token) as readers:
        held = (await ada.post("score 0.6")).json
        told = await stream.next("queue")
        assert told.data["comments"] == [{"id": held["id"], "status": "pending", "version": 1}]
        assert (told.data["counts"]["pending"], told.data["counts"]["reported"]) == (1, 0)
        await mo.decide("approve", held)
        assert (await stream.next("queue")).data["comments"] == [{"id": held["id"], "status": "approved", "version": 2}]
        assert (await readers.next()).name == "comments"
        await visitor("POST", f"/comments/{held['id']}/reports", json={"reason": "x"})
        assert (await stream.next("queue")).data["counts"]["reported"] == 1
        last = (await ada.post("last")).json
        told = await readers.next()
        assert (told.name, told.data["ids"]) == ("comments", [last["id"]])  # and nothing of the queue in between


async def test_what_was_missed_comes_first(ada: Caller, mo: Caller, follow: Follow, clock: Clock) -> None:
    await ada.post("before")
    clock.pass_s(60)
    async with follow() as stream:
        last_id = stream.last_id
    clock.pass_s(60)
    new, held = (await ada.post("new")).json, (await ada.post("score 0.6")).json
    decided = (await ada.post("score 0.6 too")).json
    await mo.decide("approve", decided)
    for path in ("?thread=/post.html", ""):
        async with follow(f"/api/v1/sites/blog/events{path}", Last_Event_ID=last_id) as stream:
            told = await stream.next()
            assert told.data["count"] == 3
            assert sorted(told.data["ids"]) == sorted([new["id"], decided["id"]])
            assert held["id"] not in told.data["ids"]


async def test_a_stream_goes_on_from_the_reading_of_the_page(ada: Caller, follow: Follow, clock: Clock) -> None:
    """What came between the two is told, on a page without any comment before, too; who reconnects is past that."""
    read = rfc3339(clock() // 1000 * 1000)  # as the Date of an answer tells it
    one = (await ada.post("one")).json
    clock.pass_s(60)
    path = f"/api/v1/sites/blog/events?thread=/post.html&since={read}"
    async with follow(path) as stream:
        assert (await stream.next()).data == {"thread": "/post.html", "count": 1, "ids": [one["id"]]}
        last_id = stream.last_id
    clock.pass_s(60)
    two = (await ada.post("two")).json
    async with follow(path, Last_Event_ID=last_id) as stream:
        assert (await stream.next()).data["ids"] == [two["id"]]
    async with follow(path.replace(read, "today")) as refused:
        assert refused.status == 422


@pytest.mark.parametrize("last_id", ["x", "", "0" * 22, "f" * 22, "1"])
async def test_what_cannot_be_known_is_a_reset(ada: Caller, follow: Follow, last_id: str) -> None:
    await ada.post("one")
    async with follow(Last_Event_ID=last_id) as stream:
        told = await stream.next()
        assert (told.name, told.data) == ("reset", {"thread": "/post.html"})
        await ada.post("two")
        assert (await stream.next()).name == "comments"


async def test_too_much_missed_is_a_reset(
    ada: Caller, follow: Follow, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "_MOST_MISSED", 3)
    async with follow() as stream:
        last_id = stream.last_id
    clock.pass_s(60)
    for i in range(5):
        await ada.post(f"number {i}")
    async with follow(Last_Event_ID=last_id) as stream:
        assert (await stream.next()).name == "reset"


@pytest.fixture
async def elsewhere(res: Resources, where: str) -> AsyncIterator[Resources]:
    """The same database, as another process has it."""
    db = await open_database(where)
    kept = {name: getattr(res, name) for name in set(res.__slots__) - {"db", "cache", "changes"}}
    yield Resources(db=db, cache=Cache(db), changes=Changes(), **kept)
    await db.close()


async def test_another_process_change_arrives(
    ada: Caller, mo: Caller, follow: Follow, elsewhere: Resources, blog: Blog, clock: Clock
) -> None:
    await ada.post("before")
    there = Blog(elsewhere, blog.site)
    there.ada = blog.ada
    async with follow() as page, follow("/api/v1/sites/blog/events") as site, follow(token=mo._token) as queue:
        clock.pass_s(1)
        one = (await there.post("one")).comment
        for stream in (page, site, queue):
            assert (await stream.next("comments")).data == {"thread": "/post.html", "count": 2, "ids": [one.id]}
        held = (await there.post("score 0.6")).comment
        while True:
            told = (await queue.next("queue")).data
            if told["counts"]["pending"]:
                break
        assert {"id": held.id, "status": "pending", "version": 1} in told["comments"]
        await decide_comments(elsewhere, blog.moderator, "remove", [Choice(one.id, 1)], None)
        for stream in (page, site):
            assert (await stream.next()).data == {"thread": "/post.html", "count": 1, "ids": []}


async def test_a_page_that_is_hidden_ends_its_streams(
    ada: Caller, mo: Caller, follow: Follow, blog: Blog, res: Resources, elsewhere: Resources
) -> None:
    one = (await ada.post("one")).json
    (thread,) = (await mo("GET", "/threads")).json["threads"]
    async with follow() as stream, follow(token=mo._token) as moderators:
        await set_thread(res, blog.site, thread["id"], {"state": "hidden"})
        assert await stream.event() is None
        await mo.decide("remove", one)
        while (await moderators.next("comments")).data["count"]:
            pass
    async with follow() as stream:
        assert stream.status == 404
    await set_thread(res, blog.site, thread["id"], {"state": None})
    async with follow() as stream, follow("/api/v1/sites/blog/events?thread=/new.html") as new:
        await set_policy(elsewhere, blog.site, {"state": "hidden"})
        assert await stream.event() is None
        assert await new.event() is None


async def test_a_session_that_ends_ends_its_stream(mo: Caller, ada: Caller, follow: Follow, blog: Blog) -> None:
    async with follow(token=mo._token) as stream:
        await end_all_tokens(blog.res, blog.moderator)
        assert await stream.event() is None
    async with follow(token=ada._token) as stream:
        await ada("DELETE", "/session")
        assert await stream.event() is None


async def test_powers_that_are_taken_end_the_stream(
    mo: Caller, follow: Follow, blog: Blog, elsewhere: Resources
) -> None:
    async with follow(token=mo._token) as stream:
        await set_member(elsewhere, blog.owner, blog.site, blog.moderator.id, MemberChange(status="suspended"))
        assert await stream.event() is None


async def test_a_session_that_runs_out_is_noticed_at_the_heartbeat(
    mo: Caller, follow: Follow, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "HEARTBEAT_S", 0.01)
    async with follow(token=mo._token) as stream:
        assert await stream.line() == ": here"
        clock.pass_s(86_400)
        assert await stream.event() is None


async def test_so_many_and_no_more(client: Client, follow: Follow, res: Resources, blog: Blog) -> None:
    assert client.app is not None
    limited = Following(res, most=3, most_of_one=2)
    client.app._state[FOLLOWING] = limited  # the application is frozen, its state is not
    async with follow() as one, follow() as two, follow() as three:
        assert (one.status, two.status, three.status) == (200, 200, 503)
        assert three.headers["Retry-After"] == "30"
        await limited.follow(blog.site, Interest("blog", None, False, "another"), None)
        with pytest.raises(TooManyStreams):
            await limited.follow(blog.site, Interest("blog", None, False, "third"), None)


async def test_one_who_goes_makes_room(
    client: Client, follow: Follow, blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_LOOK_S", 0.01)
    async with follow(), follow():
        assert len(streams(client)) == 2
    await until(lambda: len(streams(client)) == 0)
    assert not streams(client)._watches


async def test_a_slow_reader_is_dropped_and_costs_little(
    client: Client, ada: Caller, blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "WRITE_S", 0.2)
    key = "/" + "long" * 200
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        slow.connect((client.host, client.port))
        slow.sendall(b"GET /api/v1/sites/blog/events HTTP/1.1\r\nHost: x\r\n\r\n")
        await until(lambda: len(streams(client)) == 1)
        (follower,) = next(iter(streams(client)._watches.values()))._followers
        async with asyncio.timeout(PATIENCE_S):
            number = 0
            while len(streams(client)):
                number += 1
                follower.tell(News(f"{key}{number % 90}", number, ("0" * 22,) * 40), "0" * 22)
                await asyncio.sleep(0)


async def test_what_waits_for_a_reader_is_bounded() -> None:
    follower = Follower(Interest("blog", None, True, ""), "0")
    for i in range(3):
        follower.tell(News("/a", i, (str(i),)), str(i))
    assert follower.take().news == (News("/a", 2, ("0", "1", "2")),)
    for i in range(1_000):
        follower.tell(News(f"/{i}", 1, ()), str(i))
    taken = follower.take()
    assert (taken.reset, len(taken.news), taken.position) == (True, 0, "999")
    for i in range(1_000):
        follower.tell(News("/a", i, (str(i),)), str(i))
        follower.tell_queue({"pending": i}, [Changed(str(i), "pending", 1)], str(i))
    taken = follower.take()
    assert taken.reset
    assert len(taken.queue) <= 200
    assert taken.counts == {"pending": 999}
    assert not follower.wake.is_set()


async def test_the_desk_follows_by_its_cookie(
    mo: Caller, ada: Caller, follow: Follow, client: Client, blog: Blog
) -> None:
    page = await make_token(blog.res, blog.moderator, "page", 60_000)
    path = "/sites/blog/desk/events"
    async with follow(path) as stream:
        assert stream.status == 401
    async with follow(path, token=mo._token) as stream:
        assert stream.status == 401  # a token is for the API
    async with follow(path, Cookie=f"greenroom-blog={page}", Origin="https://blog.example") as stream:
        assert stream.status == 200
        assert "Access-Control-Allow-Origin" not in stream.headers
        await ada.post("score 0.6")
        assert (await stream.next()).name == "queue"
        await end_all_tokens(blog.res, blog.moderator)
        assert await stream.event() is None


async def test_streams_end_when_the_service_stops(client: Client, follow: Follow, blog: Blog) -> None:
    assert client.app is not None
    async with follow() as stream:
        client.app[SERVING].draining = True
        await client.app.shutdown()
        assert await stream.event() is None
        async with follow() as late:
            assert late.status == 503


async def test_nobody_follows_and_nothing_is_done(ada: Caller, client: Client) -> None:
    await ada.post("one")
    assert not streams(client)._watches
