"""The two kinds of SQLite connection: each does all the work that waits for it in one commit().

Which work that is, and who is told of its outcome, is the business of sqlite.py. These run on threads of aiosqlite.
"""

import logging
import sqlite3

from service.domain.errors import Refusal, StorageUnavailable
from service.storage.database import Outdated, Query, Row, Unit

Outcome = Exception | None
Answer = list[list[Row]] | Exception
_LOG = logging.getLogger("greenroom.storage")


class Writer(sqlite3.Connection):
    """The one writing connection. `units` is filled before commit(), `outcomes` is there after it."""

    units: list[Unit]
    outcomes: list[Outcome]

    def commit(self) -> None:
        """Writes the waiting units as one transaction; replays them one by one if one of them breaks it."""
        self.outcomes = [StorageUnavailable()] * len(self.units)
        self.execute("BEGIN IMMEDIATE")  # a file that stays locked is no fault of a unit: nothing to replay
        try:
            outcomes = [self._apply(unit) for unit in self.units]
            self.execute("COMMIT")
            self.outcomes = outcomes
        except Exception:  # whatever a unit has in it, it spoils only itself
            self._abandon()
            self._replay()

    def _apply(self, unit: Unit) -> Outcome:
        """Runs a unit. A guard that fails before anything was touched needs no rollback: it touched nothing."""
        touched = False
        for sql, parameters, refusal in unit:
            if self.execute(sql, parameters).rowcount > 0:
                touched = True
            elif refusal is not None:
                if touched:
                    raise refusal
                return refusal() if isinstance(refusal, type) else refusal
        return None

    def _replay(self) -> None:
        """The slow way, each unit in a savepoint of its own, so that the bad one spoils only itself."""
        try:
            self.execute("BEGIN IMMEDIATE")
            outcomes = [self._apply_alone(unit) for unit in self.units]
            self.execute("COMMIT")
            self.outcomes = outcomes
        except sqlite3.Error:
            self._abandon()

    def _apply_alone(self, unit: Unit) -> Outcome:
        self.execute("SAVEPOINT unit")
        try:
            return self._apply(unit)
        except Refusal as refusal:
            self.execute("ROLLBACK TO unit")
            return refusal
        except sqlite3.OperationalError:
            raise
        except Exception as fault:  # what cannot be bound, or breaks a constraint
            self.execute("ROLLBACK TO unit")
            _LOG.error("a unit was refused by the engine: %r", fault)
            return Outdated() if isinstance(fault, sqlite3.IntegrityError) else fault
        finally:
            if self.in_transaction:
                self.execute("RELEASE unit")

    def _abandon(self) -> None:
        if self.in_transaction:
            self.rollback()


class Reader(sqlite3.Connection):
    """A reading connection. `requests` is filled before commit(), `answers` is there after it."""

    requests: list[tuple[Query, ...]]
    answers: list[Answer]

    def commit(self) -> None:
        """Answers the waiting requests from one snapshot."""
        self.execute("BEGIN")
        try:
            self.answers = [self._answer(queries) for queries in self.requests]
        finally:
            self.execute("COMMIT")

    def _answer(self, queries: tuple[Query, ...]) -> Answer:
        try:
            return [self.execute(sql, parameters).fetchall() for sql, parameters, _ in queries]
        except Exception as fault:  # it spoils only itself
            return reading_error(fault)


def reading_error(error: Exception) -> Exception:
    """What passes by itself is told as such; a fault in our SQL is not hidden."""
    if isinstance(error, sqlite3.OperationalError | ValueError) and "no such" not in str(error):
        return StorageUnavailable()
    return error
