"""Every table, whole, for copies: read from one moment of a database, written into an empty one. No rows' meaning here.

The two kinds of database differ here only in how they are opened, asked for their columns and filled.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import msgspec

from service.domain.errors import StorageUnavailable
from service.storage.engines import is_postgres
from service.storage.migrate import MigrationRefused, migrations, statements
from service.storage.search_sqlite import index_everything

_SEARCHED = 10  # the first schema with a search index
Line = bytes  # one row as a JSON array, in the order of its table's columns


class Table(NamedTuple):
    """A table: its columns in order, and whether it leads to no other that comes later."""

    name: str
    columns: tuple[str, ...]


class Source(Protocol):
    """A database as it was at one moment."""

    schema: int  # number of the last migration applied

    def rows(self, table: Table) -> Iterator[tuple[Any, ...]]:
        """Every row of a table."""
        ...

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """The answer to a question about all of it."""
        ...

    def parts(self) -> set[str]:
        """What the schema is made of, in words."""
        ...


class Target(Protocol):
    """An empty database that is being filled; nothing stays if the filling does not end."""

    def fill(self, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
        """Adds rows to a table."""
        ...


def tables_at(schema: int) -> list[Table]:
    """The tables that both engines have in the schema with this number, those first that others refer to.

    What one engine makes of them for searching is not copied: it is made anew.
    """
    with closing(sqlite3.connect(":memory:")) as connection:
        for step in migrations():
            for statement in statements(step.sql) if step.number <= schema else ():
                connection.execute(statement)
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found: dict[str, Table] = {}
        while len(found) < len(names):
            for name in names:
                referred = {row[2] for row in connection.execute(f"PRAGMA foreign_key_list({name})")} - {name}
                if referred <= set(found):
                    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
                    found.setdefault(name, Table(name, tuple(columns)))
        return list(found.values())


class Digest:
    """Counts the rows of a table and sums their SHA-256: the same for the same rows in whatever order."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, line: Line) -> None:
        """Takes in one row."""
        self.rows += 1
        self._sum = (self._sum + int.from_bytes(sha256(line).digest(), "big")) % (1 << 256)

    def told(self) -> str:
        """The number of rows and the sum, as text."""
        return f"{self.rows}:{self._sum:064x}"


def lines(source: Source, table: Table, digest: Digest) -> Iterator[Line]:
    """The rows as JSON, counted and summed on their way."""
    encode = msgspec.json.Encoder().encode
    for row in source.rows(table):
        line = encode(row)
        digest.add(line)
        yield line


@contextmanager
def reading(where: str) -> Iterator[Source]:
    """Opens a database to be read as it is at this moment; others may go on writing. Raises StorageUnavailable."""
    opened = _postgres().reading(where) if is_postgres(where) else _reading_sqlite(Path(where))
    with opened as source:
        yield source


@contextmanager
def filling(where: str, schema: int) -> Iterator[Target]:
    """Makes the schema with this number in an empty database and opens it to be filled, all or nothing.

    Raises MigrationRefused when there is something already.
    """
    opened = _postgres().filling(where, schema) if is_postgres(where) else _filling_sqlite(Path(where), schema)
    with opened as target:
        yield target


def _postgres() -> Any:
    return import_module("service.storage.tables_postgres")


class _SqliteSource:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        (self.schema,) = connection.execute("PRAGMA user_version").fetchone()

    def rows(self, table: Table) -> Iterator[tuple[Any, ...]]:
        return iter(self._connection.execute(f"SELECT {', '.join(table.columns)} FROM {table.name}"))

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql).fetchall()

    def parts(self) -> set[str]:
        return parts_of(self._connection)


def parts_of(connection: sqlite3.Connection) -> set[str]:
    """What a schema of SQLite is made of."""
    return {f"{kind} {name}" for kind, name in connection.execute("SELECT type, name FROM sqlite_master")}


@contextmanager
def _reading_sqlite(path: Path) -> Iterator[Source]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None, timeout=10)) as connection:
        connection.execute("BEGIN")
        yield _SqliteSource(connection)


class _SqliteTarget:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def fill(self, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
        places = ", ".join("?" * len(table.columns))
        self._connection.executemany(f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({places})", rows)


@contextmanager
def _filling_sqlite(path: Path, schema: int) -> Iterator[Target]:
    """Fills a file beside the one that is meant, which takes its name only when it is whole."""
    if path.exists():
        raise MigrationRefused(f"{path} is there already. Move it away, or name another file in GREENROOM_DATABASE.")
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".restoring")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    try:
        with closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = OFF")  # a file that is thrown away on any fault
            connection.execute("BEGIN")
            connection.execute("PRAGMA defer_foreign_keys = ON")
            connection.execute("PRAGMA cache_size = -256000")  # KiB
            for step in migrations("sqlite"):
                for statement in statements(step.sql) if step.number <= schema else ():
                    connection.execute(statement)
            with _indexes_last(connection):
                yield _SqliteTarget(connection)
            if schema >= _SEARCHED:
                index_everything(connection)
            connection.execute(f"PRAGMA user_version = {schema:d}")
            connection.execute("COMMIT")
        _sync(fresh)
        fresh.rename(path)
    except sqlite3.Error as error:  # rows that do not belong together, or a full disk
        raise StorageUnavailable(f"the rows do not fit into {path}: {error}") from error
    finally:
        fresh.unlink(missing_ok=True)


@contextmanager
def _indexes_last(connection: sqlite3.Connection) -> Iterator[None]:
    """Rows first, then indexes, each sorted and written in one go: several times faster for many rows."""
    found = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY rowid"
    ).fetchall()
    for name, _ in found:
        connection.execute(f"DROP INDEX {name}")
    yield
    for _, sql in found:
        connection.execute(sql)


def _sync(path: Path) -> None:
    """On the disk before it takes its name."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
