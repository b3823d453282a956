"""What both engines are told of a search: what is wanted, in which order, from where on."""

from typing import Literal, NamedTuple

import msgspec

from service.domain.comment import Status
from service.domain.search import Search
from service.storage.database import Value
from service.storage.queue import Position


class Wanted(msgspec.Struct, frozen=True):
    """A search of one site, with authors and threads by their ids."""

    site_id: str
    search: Search
    statuses: tuple[Status, ...]
    among: Literal["reported", "audit"] | None = None  # only those with open reports; those picked for a look
    author_ids: tuple[str, ...] = ()
    thread_ids: tuple[str, ...] = ()


class Page(NamedTuple):
    """Which part of what is found."""

    sort: str
    after: Position | None
    limit: int


class Parts:
    """Conditions of a query, and their parameters under names of their own."""

    def __init__(self) -> None:
        self.conditions: list[str] = []
        self.parameters: dict[str, Value] = {}

    def name(self, value: Value) -> str:
        """A placeholder that stands for this value."""
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f":{name}"

    def names(self, values: tuple[Value, ...]) -> str:
        """Placeholders with commas between."""
        return ", ".join(self.name(value) for value in values)

    def add(self, condition: str) -> None:
        """One more that must hold."""
        self.conditions.append(condition)

    @property
    def where(self) -> str:
        """All of them."""
        return " AND ".join(self.conditions)


def add_scores(parts: Parts, search: Search) -> None:
    """The bounds on the score, as they were written."""
    if search.unscored:
        parts.add("c.score IS NULL")
    for scores in search.scores:
        parts.add(f"c.score {'>=' if scores.low_too else '>'} {parts.name(max(scores.low, -1.0))}")
        parts.add(f"c.score {'<=' if scores.high_too else '<'} {parts.name(min(scores.high, 2.0))}")
    if min_risk(search) >= 0.5:
        parts.add("c.risk >= 0.5")  # the condition of a partial index, literally


def min_risk(search: Search) -> float:
    """The least that `risk` is of what is looked for."""
    return max([0.0, *(scores.low for scores in search.scores)])


def max_risk(search: Search) -> float:
    """The most that `risk` is of what is looked for."""
    return min([1.0, *(scores.high for scores in search.scores)])
