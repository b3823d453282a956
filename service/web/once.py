"""Calls that carry an Idempotency-Key are carried out once; a second one waits for the first and gets its answer."""

from collections.abc import Awaitable, Callable
from hashlib import blake2b
from typing import Any

from aiohttp import web

from service.actions.identify import Who
from service.actions.replays import Key, KeyTaken, Replay, Replays, Statement
from service.domain.errors import Fault, Invalid, NotAllowedNow, StaleDecision, StorageUnavailable
from service.web.app_keys import REPLAYS
from service.web.bodies import PRIVATE, encode

# Given status, Location and body of an answer: the statements that keep it, for the unit of work that it answers for.
Keep = Callable[[int, str | None, bytes], list[Statement]]
Work = Callable[[Keep | None], Awaitable[web.Response]]  # None: nothing is to be kept


async def once(request: web.Request, who: Who, raw: bytes, work: Work) -> web.Response:
    """Does the work, or replays its answer. Raises Invalid for what is no key, KeyReused for one of another body."""
    name = request.headers.get("Idempotency-Key")
    if name is None:
        return await work(None)
    key = (who.site.id, who.member.id if who.member else who.address, _checked(name))
    request_hash = blake2b(request.path.encode() + b"\n" + raw, digest_size=16).hexdigest()
    replays = request.app[REPLAYS]
    async with replays.turn(key):
        return await _first_or_replayed(replays, key, request_hash, work)


def kept_as(keep: Keep | None, told: Any, status: int = 200) -> list[Statement]:
    """What keeps this answer, if it is to be kept."""
    return [] if keep is None else keep(status, None, encode(told))


async def _first_or_replayed(replays: Replays, key: Key, request_hash: str, work: Work) -> web.Response:
    def keep(status: int, location: str | None, body: bytes) -> list[Statement]:
        return [replays.keeping(key, Replay(request_hash, status, location, body.decode()))]

    for _ in range(2):
        kept = await replays.find(key, request_hash)
        if kept is not None:
            return _replayed(kept)
        try:
            return await work(keep)
        except KeyTaken:  # another process was first
            continue
        except (StaleDecision, NotAllowedNow):
            # Perhaps it is so because of this very call, which another process was given, too.
            kept = await replays.find(key, request_hash)
            if kept is None:
                raise
            return _replayed(kept)
    raise StorageUnavailable


def _checked(key: str) -> str:
    if not 1 <= len(key) <= 255 or not key.isprintable():
        raise Invalid([Fault("/Idempotency-Key", "An Idempotency-Key has 1 to 255 printable characters.")])
    return key


def _replayed(kept: Replay) -> web.Response:
    headers = {**PRIVATE, "Idempotency-Replayed": "true"}
    if kept.location is not None:
        headers["Location"] = kept.location
    return web.Response(status=kept.status, body=kept.body.encode(), headers=headers)
