"""The SQLite engine: one writer that commits in groups, a few readers, each on a thread of aiosqlite.

aiosqlite has no public way to run a function on its thread, and each awaited statement is a hop of its own. So
both kinds of connection are subclasses of sqlite3.Connection whose commit() runs all the work that waits, and one
`await connection.commit()` is one hop for many units. Units that wait while a group is being written make the next
group: many units, one fsync (WAL with synchronous=FULL), and each caller is answered after the fsync that holds
its rows. (SQLite's documents on WAL and on PRAGMA synchronous.)
"""

import asyncio
import logging
import sqlite3
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import aiosqlite

from service.domain.errors import StorageUnavailable
from service.storage.database import Engine, Query, Row, Unit
from service.storage.migrate import COPY
from service.storage.sqlite_connections import Reader, Writer, reading_error

_BUSY_MS = 2_000
_GROUP = 256  # units in one commit at most, so that the first of them does not wait for long
_READERS = 2
_CHECKPOINT = "wal_autocheckpoint = 8000"  # pages, 32 MB: seldom enough to spare writers, small enough to start fast
_WATCH_S = 0.25
_LONG = 128 * 1024 * 1024  # a file larger than this takes more than about a second to be written anew

_LOG = logging.getLogger("greenroom.storage")


class _Write(NamedTuple):
    unit: Unit
    done: asyncio.Future[None]


class _Read(NamedTuple):
    queries: tuple[Query, ...]
    done: asyncio.Future[list[list[Row]]]


class SqliteDatabase:
    """A Database in one file. Open it with `open_sqlite`."""

    engine: Engine = "sqlite"

    def __init__(self, path: Path, opened: list[aiosqlite.Connection], raw: list[sqlite3.Connection]):
        writer, readers = opened[0], opened[1:]
        self._path = path
        self._writer, self._readers = writer, readers
        self._raw_writer, self._raw_readers = raw[0], raw[1:]
        self._writes: deque[_Write] = deque()
        self._reads: deque[_Read] = deque()
        self._writing: asyncio.Task[None] | None = None
        self._idle_readers = list(range(len(readers)))
        self._reading: set[asyncio.Task[None]] = set()
        self._foreign: list[Callable[[], None]] = []
        self._watching: asyncio.Task[None] | None = None
        self._asking = asyncio.Lock()  # no statement may be half read on the writing connection while it is scrubbed
        self.groups = 0  # committed so far

    # Writing

    async def write(self, unit: Unit, quiet: bool = False) -> None:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._writes.append(_Write(unit, done))
        if self._writing is None:
            self._writing = loop.create_task(self._write_groups())
        # Shielded by being a bare future: a caller that goes away does not take its unit out of the group.
        await done

    async def _write_groups(self) -> None:
        try:
            while self._writes:
                await self._write_group()
        finally:
            self._writing = None

    async def _write_group(self) -> None:
        group = [self._writes.popleft() for _ in range(min(len(self._writes), _GROUP))]
        assert isinstance(self._raw_writer, Writer)
        self._raw_writer.units = [write.unit for write in group]
        try:
            await self._writer.commit()
            outcomes = self._raw_writer.outcomes
            self.groups += 1
        except Exception:  # the file cannot be written, or the connection is closed
            outcomes = [StorageUnavailable()] * len(group)
        for write, outcome in zip(group, outcomes, strict=True):
            if write.done.done():
                continue
            if outcome is None:
                write.done.set_result(None)
            else:
                write.done.set_exception(outcome)

    # Reading

    async def read(self, *queries: Query) -> list[list[Row]]:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[list[list[Row]]] = loop.create_future()
        self._reads.append(_Read(queries, done))
        if self._idle_readers:
            task = loop.create_task(self._read_groups(self._idle_readers.pop()))
            self._reading.add(task)
            task.add_done_callback(self._reading.discard)
        return await done

    async def _read_groups(self, reader: int) -> None:
        try:
            while self._reads:
                await self._read_group(reader)
        finally:
            self._idle_readers.append(reader)

    async def _read_group(self, reader: int) -> None:
        group = [self._reads.popleft() for _ in range(min(len(self._reads), _GROUP))]
        raw = self._raw_readers[reader]
        assert isinstance(raw, Reader)
        raw.requests = [read.queries for read in group]
        try:
            await self._readers[reader].commit()
            answers = raw.answers
        except Exception as error:
            answers = [reading_error(error)] * len(group)
        for read, answer in zip(group, answers, strict=True):
            if read.done.done():
                continue
            if isinstance(answer, Exception):
                read.done.set_exception(answer)
            else:
                read.done.set_result(answer)

    # Other processes

    def on_foreign_change(self, callback: Callable[[], None]) -> None:
        self._foreign.append(callback)
        if self._watching is None:
            self._watching = asyncio.get_running_loop().create_task(self._watch())

    async def _watch(self) -> None:
        """PRAGMA data_version, asked on the writing connection, changes when anybody but that connection commits."""
        seen: int | None = None
        while True:
            now = await self._data_version()
            if now is None or (seen is not None and now != seen):
                for callback in self._foreign:
                    callback()
            seen = now or seen
            await asyncio.sleep(_WATCH_S)

    async def _data_version(self) -> int | None:
        """None where it cannot be asked: then it is better to believe that something has changed."""
        try:
            return await self.write_pragma("data_version")
        except sqlite3.Error:
            _LOG.warning("other processes cannot be watched just now")
            return None

    async def write_pragma(self, name: str) -> int | None:
        """The value of a PRAGMA on the writing connection."""
        async with self._asking:
            return await self._pragma(name)

    async def _pragma(self, name: str) -> int | None:
        async with self._writer.execute(f"PRAGMA {name}") as cursor:
            row = await cursor.fetchone()
        return row[0] if row else None

    # Erasing

    async def scrub(self, may_take_long: bool) -> bool:
        """Writes the file anew and empties the log of writes.

        secure_delete overwrites what is deleted, but not every copy that was left behind in a page when others moved
        (SQLite's documents on PRAGMA secure_delete and on VACUUM); and the WAL keeps old pages until it is truncated.
        """
        async with self._asking:
            try:  # in this order: writing the file anew goes through the log
                self._drop_copies()
                size = (await self._pragma("page_count") or 0) * (await self._pragma("page_size") or 0)
                if size > _LONG and not may_take_long:
                    return False
                await self._pragma("temp_store = FILE")  # the new copy may be larger than the memory
                # The search index leaves out what was deleted only when its parts are merged (FTS5, section 6.8).
                await self._writer.execute_fetchall("INSERT INTO search (search) VALUES ('optimize')")
                await self._writer.execute_fetchall("VACUUM")
                return await self._pragma("wal_checkpoint(TRUNCATE)") == 0
            except sqlite3.Error as error:
                _LOG.warning("the files cannot be scrubbed just now: %s", error)
                return False
            finally:
                await self._pragma("temp_store = MEMORY")

    def _drop_copies(self) -> None:
        """Copies that were made before the schema was changed hold what is to be erased, too."""
        for copy in self._path.parent.glob(f"{self._path.name}{COPY}*"):
            copy.unlink(missing_ok=True)

    # Life

    async def close(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        if self._writing is not None:
            await self._writing
        await asyncio.gather(*self._reading)
        for connection in (*self._readers, self._writer):
            await connection.close()


async def open_sqlite(path: Path) -> SqliteDatabase:
    """Opens the file, which must have its schema already (migrate.py). Raises StorageUnavailable if it cannot."""
    raw: list[sqlite3.Connection] = []
    opened: list[aiosqlite.Connection] = []
    try:
        for factory in (Writer, *[Reader] * _READERS):
            opened += [await _connect(path, factory, raw)]
    except sqlite3.Error as error:
        for connection in opened:
            await connection.close()
        raise StorageUnavailable(f"{path} cannot be opened: {error}") from error
    return SqliteDatabase(path, opened, raw)


async def _connect(
    path: Path, factory: type[sqlite3.Connection], raw: list[sqlite3.Connection]
) -> aiosqlite.Connection:
    def make(*args: object, **kwargs: object) -> sqlite3.Connection:
        raw.append(factory(*args, **kwargs))  # type: ignore[arg-type]
        return raw[-1]

    connection = await aiosqlite.connect(
        path, factory=make, isolation_level=None, timeout=_BUSY_MS / 1000, cached_statements=512
    )
    for pragma in (
        "synchronous = FULL",
        "foreign_keys = ON",
        "cache_size = -16000",
        "temp_store = MEMORY",
        _CHECKPOINT,
    ):
        await connection.execute(f"PRAGMA {pragma}")
    await connection.execute("PRAGMA query_only = ON" if factory is Reader else "PRAGMA secure_delete = ON")
    return connection
