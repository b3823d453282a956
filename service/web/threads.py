"""A site's threads over the API: their own state, moderation and page, and moving them to other keys."""

import msgspec
from aiohttp import web

from service.actions.move_thread import Moved, move_thread
from service.actions.replays import Statement
from service.actions.set_thread import set_thread, threads_page
from service.web.access import who_asks
from service.web.app_keys import RESOURCES
from service.web.bodies import json_response, read_body
from service.web.contract import IDEMPOTENCY_KEY, Ask, Contract
from service.web.once import Keep, kept_as, once
from service.web.paging import listed
from service.web.parameters import CURSOR, LIMIT
from service.web.shapes.threads import (
    MoveBody,
    MovedTold,
    OwnThreadTold,
    ThreadBody,
    ThreadsTold,
    moved_told,
    own_thread_told,
)
from service.web.times import from_rfc3339


@Contract(Ask.MODERATORS, {200: ThreadsTold}, query=(LIMIT, CURSOR))
async def get_threads(request: web.Request) -> web.Response:
    """GET S/threads: the site's threads in the order of their making."""
    who = await who_asks(request)
    who.moderator()
    res, policy = request.app[RESOURCES], who.site.policy
    return await listed(
        request,
        "threads",
        lambda after, limit: threads_page(res, who.site, after, limit),
        lambda found, next_cursor: ThreadsTold(
            [own_thread_told(one, policy, res.now_ms()) for one in found], next_cursor
        ),
    )


@Contract(Ask.MODERATORS, {200: OwnThreadTold}, body=ThreadBody)
async def patch_thread(request: web.Request) -> web.Response:
    """PATCH S/threads/{id}: its own state and moderation (null: the site's policy speaks again), and its page."""
    who = await who_asks(request)
    who.moderator()
    body, _ = await read_body(request, ThreadBody)
    changes = {n: v for n in body.__struct_fields__ if (v := getattr(body, n)) is not msgspec.UNSET}
    if isinstance(body.published_at, str):
        changes["published_at"] = from_rfc3339(body.published_at, "/published_at")
    res = request.app[RESOURCES]
    thread = await set_thread(res, who.site, request.match_info["id"], changes)
    return json_response(own_thread_told(thread, who.site.policy, res.now_ms()))


@Contract(Ask.MODERATORS, {200: MovedTold}, body=MoveBody, takes=(IDEMPOTENCY_KEY,))
async def post_thread_move(request: web.Request) -> web.Response:
    """POST S/threads/{id}/move: to another key, or into the thread that stands there; the old key leads to it."""
    who = await who_asks(request)
    who.moderator()
    body, raw = await read_body(request, MoveBody)
    res, thread_id = request.app[RESOURCES], request.match_info["id"]

    now = res.now_ms()

    def told(moved: Moved) -> MovedTold:
        return moved_told(moved, body.dry_run, who.site.policy, now)

    async def work(keep: Keep | None) -> web.Response:
        def kept(moved: Moved) -> list[Statement]:
            return kept_as(keep, told(moved))

        return json_response(told(await move_thread(res, who.site, thread_id, body.key, body.dry_run, kept)))

    return await once(request, who, raw, work)
