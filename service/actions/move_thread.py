"""Moves a thread to another key, or into the thread that stands there. Many by a list: move_threads.py."""

from collections.abc import Callable
from typing import Literal

import msgspec

from service.actions.changes import Change
from service.actions.replays import keep_apart
from service.actions.resources import Resources
from service.actions.set_thread import thread_of
from service.domain.errors import StorageUnavailable
from service.domain.site import Site
from service.domain.thread import Thread, canonical_key, lookup_key, merged
from service.storage import moving, threads
from service.storage.database import Outdated, Statement, Unit
from service.storage.moving import Move

_TRIES = 8


class Moved(msgspec.Struct, frozen=True):
    """What became, or would become, of a thread: where it stands, and how many comments went into another."""

    outcome: Literal["moved", "merged", "same"]
    thread: Thread
    comments: int = 0  # in all statuses; of a merge


Keep = Callable[[Moved], list[Statement]]  # the statements that keep the answer to this call


async def move_thread(
    res: Resources, site: Site, thread_id: str, to: str, dry_run: bool = False, keep: Keep = lambda _: []
) -> Moved:
    """Moves the thread to this page's key, durably; a thread that stands there takes its comments in.

    Its own key goes on leading to it. Raises NotFound, Invalid for what is no path, KeyTaken.
    """
    key = canonical_key(to, "/key")
    for _ in range(_TRIES):
        seen = await thread_of(res, site, thread_id)
        there = (await threads.standing(res.db, site.id, [lookup_key(key)])).get(lookup_key(key))
        moved = await foreseen(res, seen, there, key)
        if dry_run or moved.outcome == "same":
            await keep_apart(res, keep(moved))
            return moved
        try:
            await res.db.write([*_unit(res, seen, there, moved), *keep(moved)])
        except Outdated:
            continue
        tell_moved(res, site, seen.key, key)
        return moved
    raise StorageUnavailable


async def foreseen(res: Resources, seen: Thread, there: Thread | None, key: str) -> Moved:
    """What moving this thread to the key will be, with the thread that stands there, if one does."""
    if there is None or there.id == seen.id:
        if seen.key == key:
            return Moved("same", seen)
        return Moved("moved", msgspec.structs.replace(seen, key=key, version=seen.version + 1))
    return Moved("merged", merged(there, seen), await moving.comments_of(res.db, seen.id))


def _unit(res: Resources, seen: Thread, there: Thread | None, moved: Moved) -> Unit:
    if moved.outcome == "moved" or there is None:
        return moving.moving(Move(seen, moved.thread.key), res.now_ms())
    return moving.merging(seen, there, moved.thread, res.now_ms())


def tell_moved(res: Resources, site: Site, *keys: str) -> None:
    """What stood at these keys, or came there, is read afresh; so is every page of the site, which may name it."""
    for key in keys:
        res.cache.forget_thread(site.id, lookup_key(key))
    res.cache.forget_every_subscriber()
    res.changes.announce(Change(site.id))
