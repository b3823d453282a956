"""The database behind the service's back, of either engine: to look at what is stored, and to do what another would."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from typing import Any, Protocol

import psycopg

from service.storage.engines import is_postgres
from service.storage.postgres import _LOCK
from service.storage.postgres_listening import CHANNEL

_TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"


class Connection(Protocol):
    """What both drivers have."""

    def execute(self, sql: str, values: Any = ()) -> Any: ...

    def commit(self) -> None: ...


class _Postgres:
    """Takes `?` for a placeholder, as SQLite does."""

    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        self._connection = connection

    def commit(self) -> None:
        """Announces that something changed, as another process would."""
        self._connection.execute(f"NOTIFY {CHANNEL}")
        self._connection.commit()

    def execute(self, sql: str, values: Any = ()) -> Any:
        return self._connection.execute(sql.replace("?", "%s"), list(values) or None)  # type: ignore[call-overload]


@contextmanager
def behind(where: str) -> Iterator[Connection]:
    """A connection of another process; what it changes counts when it is committed."""
    if is_postgres(where):
        with psycopg.connect(where) as connection:
            yield _Postgres(connection)
    else:
        with closing(sqlite3.connect(where)) as file:
            yield file


def rows(where: str, sql: str, *values: Any) -> list[Any]:
    """What is stored."""
    with behind(where) as connection:
        return list(connection.execute(sql, values).fetchall())


def tables(where: str) -> set[str]:
    """The names of all tables, the engine's own for searching included."""
    names = _TABLES if is_postgres(where) else "SELECT name FROM sqlite_master WHERE type = 'table'"
    return {row[0] for row in rows(where, names)} - {"schema_version"}


def everything(where: str) -> str:
    """Every value of every table."""
    with behind(where) as connection:
        return repr([connection.execute(f"SELECT * FROM {name}").fetchall() for name in sorted(tables(where))])


@asynccontextmanager
async def held(where: str) -> AsyncIterator[None]:
    """Nobody can write meanwhile. Who is writing comes to his end first, so the loop must turn."""
    if not is_postgres(where):
        with behind(where) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
        return
    async with await psycopg.AsyncConnection.connect(where) as connection:
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        yield
