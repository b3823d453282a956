"""Moves the threads of many pages by a list of old and new keys: each by itself, or in a ring at once."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Literal

import msgspec

from service.actions.move_thread import Moved, foreseen, move_thread, tell_moved
from service.actions.resources import Resources
from service.actions.set_thread import thread_of
from service.domain.errors import Invalid, StorageUnavailable
from service.domain.moves import Pair, contradictions, in_order
from service.domain.site import Site
from service.domain.thread import Thread, lookup_key
from service.storage import moving, threads
from service.storage.database import Database, Outdated
from service.storage.moving import Move

_TRIES = 8
_AT_ONCE = 500  # keys looked up in one read

_Find = Callable[[Database, str, Sequence[str]], Awaitable[dict[str, Thread]]]


class Outcome(msgspec.Struct, frozen=True):
    """What became of one pair. `at` is where the thread stands now, for what moved before."""

    pair: Pair
    outcome: Literal["moved", "merged", "same", "before", "not found"]
    comments: int = 0
    at: str = ""


async def move_threads(res: Resources, site: Site, pairs: Sequence[Pair], dry_run: bool) -> AsyncIterator[Outcome]:
    """Moves what these pairs name, as they all stood before; tells of each once it is durable.

    What the same list moved before is left alone, so a list may be run again. Raises Invalid, before anything is
    written, where pairs contradict each other.
    """
    faults = contradictions(pairs)
    if faults:
        raise Invalid(faults)
    known = {lookup_key(key) for pair in pairs for key in (pair.old, pair.new)}
    standing = await _found(threads.standing, res, site, sorted(known))
    formerly = await _found(threads.formerly, res, site, sorted({lookup_key(pair.old) for pair in pairs}))
    arrived = _arrived(pairs, formerly)
    live: dict[str, Pair] = {}
    for pair in pairs:
        settled = _settled(pair, standing, formerly, arrived)
        if settled is None and lookup_key(pair.old) in live:
            settled = Outcome(pair, "same")
        if settled is None:
            live[lookup_key(pair.old)] = pair
        else:
            yield settled
    going = {key: standing[key] for key in live}
    for group in in_order(list(live.values())):
        doing = _foresee(res, group, going, standing) if dry_run else _carry_out(res, site, group, going)
        for outcome in await doing:
            yield outcome


async def _found(read: _Find, res: Resources, site: Site, keys: list[str]) -> dict[str, Thread]:
    found: dict[str, Thread] = {}
    for i in range(0, len(keys), _AT_ONCE):
        found |= await read(res.db, site.id, keys[i : i + _AT_ONCE])
    return found


def _arrived(pairs: Sequence[Pair], formerly: dict[str, Thread]) -> set[str]:
    """The ids of threads that stand where this list has brought them: it is not to take them further."""
    went = [(formerly.get(lookup_key(pair.old)), pair) for pair in pairs]
    return {thread.id for thread, pair in went if thread and lookup_key(thread.key) == lookup_key(pair.new)}


def _settled(pair: Pair, standing: dict[str, Thread], formerly: dict[str, Thread], arrived: set[str]) -> Outcome | None:
    """The outcome of a pair that needs no move."""
    here, moved_away = standing.get(lookup_key(pair.old)), formerly.get(lookup_key(pair.old))
    if moved_away is not None and (here is None or lookup_key(moved_away.key) == lookup_key(pair.new)):
        return Outcome(pair, "before", at=moved_away.key)
    if here is None or here.id in arrived:
        return Outcome(pair, "not found")
    return Outcome(pair, "same") if here.key == pair.new else None


async def _carry_out(res: Resources, site: Site, group: tuple[Pair, ...], going: dict[str, Thread]) -> list[Outcome]:
    if len(group) == 1:
        moved = await move_thread(res, site, going[lookup_key(group[0].old)].id, group[0].new)
        return [_told(group[0], moved)]
    for _ in range(_TRIES):
        moves = [Move(await thread_of(res, site, going[lookup_key(pair.old)].id), pair.new) for pair in group]
        try:
            await res.db.write(moving.moving_round(moves, res.now_ms()))
        except Outdated:
            continue
        tell_moved(res, site, *[pair.old for pair in group])
        return [Outcome(pair, "moved") for pair in group]
    raise StorageUnavailable


async def _foresee(
    res: Resources, group: tuple[Pair, ...], going: dict[str, Thread], standing: dict[str, Thread]
) -> list[Outcome]:
    """What carrying it out will be, after the groups before it; `standing` is brought up to date with it."""
    leaving = [going[lookup_key(pair.old)] for pair in group]
    for pair in group:
        del standing[lookup_key(pair.old)]
    outcomes = []
    for pair, thread in zip(group, leaving, strict=True):
        moved = await foreseen(res, thread, standing.get(lookup_key(pair.new)), pair.new)
        standing[lookup_key(pair.new)] = moved.thread
        outcomes.append(_told(pair, moved))
    return outcomes


def _told(pair: Pair, moved: Moved) -> Outcome:
    return Outcome(pair, moved.outcome, moved.comments)
