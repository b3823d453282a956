"""What storage asks of an engine: reads, and units of work given as data. The engines are sqlite.py and postgres.py."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol

from service.domain.errors import Refusal

Value = str | int | float | None
Row = tuple[Any, ...]
Engine = Literal["sqlite", "postgres"]


class Portion(NamedTuple):
    """A part of what is kept of a member, and what to ask for the next part with; None: this was the last."""

    rows: list[dict[str, Any]]
    next: str | None


PORTION = 200  # things in a Portion, about


class Query(NamedTuple):
    """A SELECT with `:name` parameters. `varies`: how it is best carried out depends on their values."""

    sql: str
    parameters: Mapping[str, Value]
    varies: bool = False


class Statement(NamedTuple):
    """One change. Where `refusal` is given, it is raised when no row was touched, and the unit leaves no trace."""

    sql: str
    parameters: Mapping[str, Value]
    refusal: Refusal | type[Refusal] | None = None


# All or nothing, in this order; guards (the statements that can refuse) come first.
Unit = Sequence[Statement]


class Outdated(Refusal):
    """A guard found that what the unit was built on has changed meanwhile. Gather again and decide again."""

    detail = "Something changed at the same moment. Nothing was stored; try again."


class Reads(Protocol):
    """What can be asked: an engine, or several questions Together. May raise StorageUnavailable."""

    async def read(self, *queries: Query) -> list[list[Row]]:
        """The rows of each query, all from one moment."""
        ...


class Database(Reads, Protocol):
    """An engine. All methods may raise StorageUnavailable."""

    engine: Engine

    async def write(self, unit: Unit, quiet: bool = False) -> None:
        """Carries out a unit of work and returns when it is durable. Raises the refusal of the guard that failed.

        `quiet`: nobody keeps in memory what this changes, so other processes need not look again.
        """
        ...

    def on_foreign_change(self, callback: Callable[[], None]) -> None:
        """Calls back, within a second, after another process has changed something."""
        ...

    async def scrub(self, may_take_long: bool) -> bool:
        """Takes what was deleted out of the files, too. False if that was not possible just now: ask again later.

        Writers wait meanwhile; where that would take long, nothing is done unless it may.
        """
        ...

    async def close(self) -> None:
        """Finishes what was accepted, then lets go of the file or the server."""
        ...
