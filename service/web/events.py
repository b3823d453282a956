"""Server-sent events (WHATWG HTML, section 9.2): a reader follows a page or a site, moderators their queue too."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from aiohttp import web

from service.actions.follower import Follower, Interest, Taken
from service.actions.following import followed_key
from service.actions.identify import Who
from service.domain.errors import Draining, Refusal, TooManyStreams
from service.domain.ids import first_id_at
from service.web import cors
from service.web.access import who_asks
from service.web.app_keys import FOLLOWING, SERVING
from service.web.bodies import encode
from service.web.contract import Ask, Content, Contract, Header
from service.web.pages.visitor import visitor
from service.web.parameters import Moment, Text
from service.web.shapes.events import LookingEvent, QueuedTold, QueueEvent, ResetEvent, comments_event
from service.web.shapes.moderation import TabsTold

HEARTBEAT_S = 15.0
_LOOK_S = 5.0  # after so long at most a reader who has gone is noticed
WRITE_S = 20.0  # for a reader to take what was sent to him
_DRIP_S = 0.25
_BUFFER = 16_384  # bytes in the kernel on the way to one reader
_RETRY_MS = 3_000
_HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Origin, Authorization",
    "Server": "greenroom",
}
THREAD = Text("thread", "Only this page's events; without it all pages' of the site.")
SINCE = Moment(
    "since", "When what is shown was read, by the `Date` of that answer: what came after it is told first (RFC 3339)."
)
LAST_EVENT_ID = Header("Last-Event-ID", "The `id` of the last event that came: what was missed since is told first.")
_STREAM = Content(
    "text/event-stream",
    "`comments`: {thread, count, ids of what was approved}; `reset`: {thread}, look afresh; to moderators also "
    "`queue`: {counts, comments: [{id, status, version}]}.",
)
Asking = Callable[[web.Request], Awaitable[Who]]


@Contract(
    Ask.ANYONE, {200: _STREAM}, query=(THREAD, SINCE), takes=(LAST_EVENT_ID,), problems=(TooManyStreams, Draining)
)
async def get_events(request: web.Request) -> web.StreamResponse:
    """GET S/events: counts and new approved comments as they come; with a moderator's token the queue's changes."""
    return await _events(request, await who_asks(request), who_asks)


async def get_desk_events(request: web.Request) -> web.StreamResponse:
    """GET /sites/{site}/desk/events: the same for the desk's own pages, by their cookie."""
    who = await visitor(request)
    who.moderator()
    return await _events(request, who, visitor)


async def _events(request: web.Request, who: Who, ask: Asking) -> web.StreamResponse:
    if request.app[SERVING].draining:
        raise Draining
    key = followed_key(THREAD.of(request))
    interest = Interest(who.site.id, key, who.moderates, who.address, who.member is not None)
    following = request.app[FOLLOWING]
    follower = await following.follow(who.site, interest, _position(request))
    try:
        response = web.StreamResponse(headers=_HEADERS)
        origin = request.headers.get("Origin")
        if origin is not None and cors.site_name(request.path) is not None:
            cors.allow(response.headers, who.site, origin)
        await response.prepare(request)
        if request.method != "HEAD":
            with suppress(ConnectionError):
                await _stream(request, response, follower, _Still(request, who, ask))
        return response
    finally:
        following.leave(follower)


def _position(request: web.Request) -> str | None:
    """Where to go on: after the last event that came, else from the time that is named."""
    last, since = request.headers.get("Last-Event-ID"), SINCE.of(request)
    return last if last is not None or since is None else first_id_at(since)


class _Still:
    """Asks again whether the one who follows is still who he was, with the same powers."""

    def __init__(self, request: web.Request, who: Who, ask: Asking) -> None:
        self._request, self._ask = request, ask
        self._was = _who(who)

    async def holds(self) -> bool:
        """Is he?"""
        try:
            return _who(await self._ask(self._request)) == self._was
        except Refusal:
            return False


def _who(who: Who) -> tuple[str | None, bool]:
    return who.member.id if who.member else None, who.moderates


async def _stream(request: web.Request, response: web.StreamResponse, follower: Follower, still: _Still) -> None:
    """Writes until the reader goes, reads too slowly, loses his right, or all has to end."""
    _keep_buffer_small(request)
    loop = asyncio.get_running_loop()
    written = loop.time()
    text = f"retry: {_RETRY_MS}\nid: {follower.position}\n\n"
    while True:
        if text:
            if not await _write(request, response, text):
                return
            written = loop.time()
        with suppress(TimeoutError):
            async with asyncio.timeout(min(_LOOK_S, HEARTBEAT_S)):
                await follower.wake.wait()
        beat = loop.time() - written >= HEARTBEAT_S
        if request.transport is None or follower.ended:
            return
        if follower.doubted or (beat and follower.interest.named):
            follower.doubted = False
            if not await still.holds():
                return
        text = _told(follower.take(), follower.interest.key) or (": here\n\n" if beat else "")


def _keep_buffer_small(request: web.Request) -> None:
    """So that a reader who does not read is noticed soon, and costs little until then."""
    connection = request.transport.get_extra_info("socket") if request.transport is not None else None
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)


async def _write(request: web.Request, response: web.StreamResponse, text: str) -> bool:
    """Sends, once the reader has taken what was sent before; if he does not in time, he is dropped."""
    transport = request.transport
    if transport is None:
        return False
    try:
        async with asyncio.timeout(WRITE_S):
            while transport.get_write_buffer_size():  # noqa: ASYNC110 - nobody tells when it is empty
                await asyncio.sleep(_DRIP_S)
            await response.write(text.encode())
    except TimeoutError:
        transport.abort()
        return False
    return True


def _told(taken: Taken, key: str | None) -> str:
    """All that waited as events. Only the last has the id, so that a break before it loses nothing."""
    told = [_event("reset", ResetEvent(key))] if taken.reset else []
    told += [_event("comments", comments_event(news)) for news in taken.news]
    if taken.counts is not None:
        changed = [QueuedTold(one.id, one.status, one.version) for one in taken.queue]
        told.append(_event("queue", QueueEvent(TabsTold(**taken.counts), changed)))
    if taken.looking:
        told.append(_event("looking", LookingEvent()))
    if not told:
        return ""
    return "\n".join([*told[:-1], f"id: {taken.position}\n{told[-1]}", ""])


def _event(name: str, data: Any) -> str:
    return f"event: {name}\ndata: {encode(data).decode()}\n"
