"""Pages that have got other keys: what is wrong with a list of them, and in which order their threads can move."""

from collections.abc import Sequence
from typing import NamedTuple

from service.domain.errors import Fault
from service.domain.thread import lookup_key


class Pair(NamedTuple):
    """The page whose key was `old` has the key `new` now (both canonical). `line`: where that was said."""

    line: int
    old: str
    new: str


def contradictions(pairs: Sequence[Pair]) -> list[Fault]:
    """A page can go to one place only. Pairs that say the same twice are no fault."""
    said: dict[str, Pair] = {}
    faults = []
    for pair in pairs:
        first = said.setdefault(lookup_key(pair.old), pair)
        if first.new != pair.new:
            detail = f"{pair.old} goes to {first.new} by line {first.line} already."
            faults.append(Fault(f"line {pair.line}", detail))
    return faults


def in_order(pairs: Sequence[Pair]) -> list[tuple[Pair, ...]]:
    """The pairs so that each page goes after the one whose place it takes has left: a -> b, b -> c as b -> c, a -> b.

    All pairs speak of the same moment. Pages that take each other's places in a ring stand together, to go at once.
    Each old key stands in one pair only.
    """
    leaving = {lookup_key(pair.old): pair for pair in pairs}
    done: set[Pair] = set()
    ordered: list[tuple[Pair, ...]] = []
    for first in pairs:
        way = _way(first, leaving, done)
        done.update(way)
        beyond = leaving.get(lookup_key(way[-1].new)) if way else None
        if beyond in way:
            start = way.index(beyond)
            ordered.append(tuple(way[start:]))
            way = way[:start]
        ordered.extend((pair,) for pair in reversed(way))
    return ordered


def _way(first: Pair, leaving: dict[str, Pair], done: set[Pair]) -> list[Pair]:
    """The pair and those that have to leave before it, nearest first, up to what is done or comes round again."""
    way: dict[Pair, None] = {}
    pair: Pair | None = first
    while pair is not None and pair not in done and pair not in way:
        way[pair] = None
        pair = leaving.get(lookup_key(pair.new))
    return list(way)
