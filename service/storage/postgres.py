"""The PostgreSQL engine: the same units of work, committed in groups under one lock, announced to every other process.

A group is one transaction that begins with an advisory lock, so that units follow one another as they do on SQLite:
a guard sees all that was committed before it, whichever process wrote it. Without the lock two equal submissions could
both find that the other is not there yet (READ COMMITTED), or would fail each other on every counter (SERIALIZABLE).
All statements of a group go out in one pipeline; only a group in which a guard failed is rolled back and replayed unit
by unit. (PostgreSQL's documents on explicit locking, libpq's on pipeline mode.)
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import psycopg
from psycopg import AsyncConnection, AsyncCursor
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from service.domain.errors import Refusal, StorageUnavailable
from service.storage.database import Engine, Outdated, Query, Row, Unit
from service.storage.postgres_listening import CHANNEL, Listener
from service.storage.postgres_scrubbing import rewrite
from service.storage.postgres_sql import asked, translated

_GROUP = 256  # units in one commit at most, so that the first of them does not wait for long
_READERS = 6
_WAIT_S = 4.0  # for a connection, for a lock, for a statement: within the five seconds that are promised
_LOCK = 0x6772_6565  # "gree": the key of the advisory lock that orders the writers of one database
_OPTIONS = f"-c statement_timeout={int(_WAIT_S * 1000)} -c lock_timeout={int(_WAIT_S * 1000)} -c timezone=UTC"
# Each query is written for one index, whatever the values: its plan is made once. Made for the values, it was seen to
# go through a whole table for a page with much that waits and nothing published. Searches differ too much for one plan.
_PLANS = "-c plan_cache_mode=force_generic_plan"
_SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_PLANNED_ANEW = "SET LOCAL plan_cache_mode = force_custom_plan"
_RETRIED = (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected)

_LOG = logging.getLogger("greenroom.storage")


class _Write(NamedTuple):
    unit: Unit
    quiet: bool
    done: asyncio.Future[None]


Outcome = Exception | None
Pool = AsyncConnectionPool[AsyncConnection[Row]]


class _Group:
    """Units that are written together. `ending`: whether they are in force may be unknown from now on."""

    def __init__(self, units: Sequence[Unit], quiet: bool) -> None:
        self.units, self.quiet, self.ending = units, quiet, False


class PostgresDatabase:
    """A Database on a PostgreSQL server. Open it with `open_postgres`."""

    engine: Engine = "postgres"

    def __init__(self, url: str, writer: Pool, readers: Pool) -> None:
        self._url, self._writer, self._readers = url, writer, readers
        self._writes: deque[_Write] = deque()
        self._writing: asyncio.Task[None] | None = None
        self._listener = Listener(url)
        self.groups = 0  # committed so far

    # Writing

    async def write(self, unit: Unit, quiet: bool = False) -> None:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._writes.append(_Write(unit, quiet, done))
        if self._writing is None:
            self._writing = loop.create_task(self._write_groups())
        await done

    async def _write_groups(self) -> None:
        try:
            while self._writes:
                await self._write_group()
        finally:
            self._writing = None

    async def _write_group(self) -> None:
        group = [self._writes.popleft() for _ in range(min(len(self._writes), _GROUP))]
        outcomes = await self._outcomes([write.unit for write in group], all(write.quiet for write in group))
        for write, outcome in zip(group, outcomes, strict=True):
            if write.done.done():
                continue
            if outcome is None:
                write.done.set_result(None)
            else:
                write.done.set_exception(outcome)

    async def _outcomes(self, units: Sequence[Unit], quiet: bool) -> Sequence[Outcome]:
        """Tries again, once, where the connection was lost before the end of the transaction could have been sent."""
        for may_try_again in (True, False):
            group = _Group(units, quiet)
            try:
                async with self._writer.connection() as connection:
                    outcomes = await self._commit(connection, group)
                    self.groups += 1
                    return outcomes
            except (psycopg.Error, PoolTimeout, OSError) as error:
                _LOG.warning("a group of %d units was not written: %s", len(units), type(error).__name__)
                if not _is_lost(error) or group.ending or not may_try_again:
                    break
                await _renew(self._writer)
        return [StorageUnavailable()] * len(units)

    async def _commit(self, connection: AsyncConnection[Row], group: _Group) -> Sequence[Outcome]:
        """Writes the units as one transaction; replays them one by one if one of them breaks it."""
        try:
            if await self._all_in_one(connection, group):
                return [None] * len(group.units)
        except (psycopg.IntegrityError, psycopg.DataError, psycopg.ProgrammingError, *_RETRIED, TypeError, ValueError):
            pass  # whatever a unit has in it, it spoils only itself
        if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            await connection.rollback()
        return await self._one_by_one(connection, group)

    async def _all_in_one(self, connection: AsyncConnection[Row], group: _Group) -> bool:
        """The good path: two round trips for all of them. Says whether every guard held."""
        cursors: list[tuple[AsyncCursor[Row], bool]] = []
        async with connection.pipeline():
            await self._begin(connection, group)
            for unit in group.units:
                for sql, parameters, refusal in unit:
                    cursor = connection.cursor()
                    await cursor.execute(translated(sql), parameters)
                    cursors.append((cursor, refusal is not None))
        if any(guards and cursor.rowcount < 1 for cursor, guards in cursors):
            return False
        group.ending = True
        await connection.commit()
        return True

    async def _begin(self, connection: AsyncConnection[Row], group: _Group) -> None:
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        if not group.quiet:
            await connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, self._listener.own])

    async def _one_by_one(self, connection: AsyncConnection[Row], group: _Group) -> Sequence[Outcome]:
        """The slow way, each unit in a savepoint of its own."""
        await self._begin(connection, group)
        outcomes = [await _apply_alone(connection, unit) for unit in group.units]
        group.ending = True
        await connection.commit()
        return outcomes

    # Reading

    async def read(self, *queries: Query) -> list[list[Row]]:
        """A read may always be tried again: once, where the connection was lost."""
        if not queries:
            return []
        try:
            return await self._read(queries)
        except psycopg.OperationalError as error:
            if not _is_lost(error):
                raise StorageUnavailable from error
        await _renew(self._readers)
        try:
            return await self._read(queries)
        except psycopg.OperationalError as lost:
            raise StorageUnavailable from lost

    async def _read(self, queries: tuple[Query, ...]) -> list[list[Row]]:
        try:
            async with self._readers.connection() as connection:
                return await _answers(connection, queries)
        except (PoolTimeout, OSError) as error:
            raise StorageUnavailable from error

    # Other processes

    def on_foreign_change(self, callback: Callable[[], None]) -> None:
        self._listener.listen(callback)

    async def scrub(self, may_take_long: bool) -> bool:
        """Never at once: each table is locked while it is written anew.

        The server's own log of changes holds older rows until it is recycled; that is its operator's to bound.
        """
        return may_take_long and await rewrite(self._url)

    # Life

    async def close(self) -> None:
        await self._listener.close()
        if self._writing is not None:
            await self._writing
        await self._writer.close()
        await self._readers.close()


async def _answers(connection: AsyncConnection[Row], queries: tuple[Query, ...]) -> list[list[Row]]:
    """One way there and back. One statement is a moment by itself; several share one by a snapshot."""
    statements, varies = asked(queries), any(query.varies for query in queries)
    around = len(statements) > 1 or varies
    async with connection.pipeline():
        if around:
            await connection.execute(_SNAPSHOT)
        if varies:
            await connection.execute(_PLANNED_ANEW)
        cursors = [await connection.execute(one.sql, one.parameters) for one in statements]
        if around:
            await connection.execute("COMMIT")
    answers: list[list[Row]] = [[] for _ in queries]
    for one, cursor in zip(statements, cursors, strict=True):
        one.sort_into(answers, await cursor.fetchall())
    return answers


async def _renew(pool: Pool) -> None:
    """Connections that a restart of the server has ended are found now, rather than one by one."""
    with suppress(psycopg.Error, PoolTimeout, OSError, TimeoutError):
        async with asyncio.timeout(_WAIT_S / 2):
            await pool.check()


def _is_lost(error: Exception) -> bool:
    """Has the connection ended, by the network or with its server? A time-out would only be the same again."""
    state = getattr(error, "sqlstate", None)
    lost = state is None or state.startswith(("08", "57P"))
    return isinstance(error, psycopg.OperationalError) and not isinstance(error, PoolTimeout) and lost


async def _apply_alone(connection: AsyncConnection[Row], unit: Unit) -> Outcome:
    await connection.execute("SAVEPOINT unit")
    outcome: Outcome
    try:
        outcome = await _apply(connection, unit)
    except (psycopg.IntegrityError, psycopg.DataError, psycopg.ProgrammingError, TypeError, ValueError) as fault:
        _LOG.error("a unit was refused by the engine: %s", type(fault).__name__)
        outcome = Outdated() if isinstance(fault, psycopg.IntegrityError) else fault
    if outcome is not None:
        await connection.execute("ROLLBACK TO unit")
    await connection.execute("RELEASE unit")
    return outcome


async def _apply(connection: AsyncConnection[Row], unit: Unit) -> Refusal | None:
    for sql, parameters, refusal in unit:
        cursor = await connection.execute(translated(sql), parameters)
        if refusal is not None and cursor.rowcount < 1:
            return refusal() if isinstance(refusal, type) else refusal
    return None


async def open_postgres(url: str) -> PostgresDatabase:
    """Connects to the server, whose schema must be there already (migrate). Raises StorageUnavailable."""
    # Who reads never keeps who writes from a connection, however long it takes.
    writer, readers = _pool(url, 1, 1, autocommit=False), _pool(url, 2, _READERS, autocommit=True)
    try:
        for pool in (writer, readers):
            await pool.open(wait=True, timeout=_WAIT_S * 2)
    except PoolTimeout as error:
        for pool in (writer, readers):
            await pool.close()
        raise StorageUnavailable("The PostgreSQL server cannot be reached.") from error
    return PostgresDatabase(url, writer, readers)


async def _prepare_more(connection: AsyncConnection[Row]) -> None:
    """All our statements stay prepared: there are more of them than the driver keeps by itself."""
    connection.prepared_max = 1_000


def _pool(url: str, least: int, most: int, autocommit: bool) -> Pool:
    options: dict[str, Any] = {"options": f"{_OPTIONS} {_PLANS}", "connect_timeout": 5, "prepare_threshold": 3}
    return AsyncConnectionPool[AsyncConnection[Row]](
        url,
        min_size=least,
        max_size=most,
        timeout=_WAIT_S,
        # After that, whoever needs a connection tries again: else the pool's pauses grow longer and longer.
        reconnect_timeout=_WAIT_S / 4,
        kwargs={**options, "autocommit": autocommit},
        configure=_prepare_more,
        open=False,
        name="greenroom",
    )
