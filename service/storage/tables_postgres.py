"""Every table of a PostgreSQL database, whole, for copies (PostgreSQL's documents on COPY). See tables.py."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from service.domain.errors import StorageUnavailable
from service.storage.migrate import MigrationRefused, migrations, statements
from service.storage.migrate_postgres import TABLES
from service.storage.tables import Source, Table, Target

_PORTION = 5_000


class _PostgresSource:
    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        row = connection.execute("SELECT MAX(number) FROM schema_version").fetchone()
        self.schema = int(row[0]) if row else 0

    def rows(self, table: Table) -> Iterator[tuple[Any, ...]]:
        with self._connection.cursor(name="copying") as cursor:  # on the server: a portion at a time comes here
            cursor.itersize = _PORTION
            cursor.execute(f"SELECT {', '.join(table.columns)} FROM {table.name}")
            yield from cursor

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql).fetchall()

    def parts(self) -> set[str]:
        sql = (
            "SELECT table_name || '.' || column_name FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND table_name <> 'schema_version'"
        )
        return {row[0] for row in self._connection.execute(sql)}


@contextmanager
def reading(url: str) -> Iterator[Source]:
    """Opens the database to be read as it is at this moment."""
    with psycopg.connect(url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield _PostgresSource(connection)
        connection.rollback()


class _PostgresTarget:
    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def fill(self, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
        sql = f"COPY {table.name} ({', '.join(table.columns)}) FROM STDIN"
        with self._connection.cursor() as cursor, cursor.copy(sql) as copy:
            for row in rows:
                copy.write_row(row)


@contextmanager
def filling(url: str, schema: int) -> Iterator[Target]:
    """Makes the schema in an empty database and fills it, in one transaction. Raises MigrationRefused."""
    try:
        with psycopg.connect(url) as connection:
            _make_schema(connection, schema)
            with _indexes_last(connection):
                yield _PostgresTarget(connection)
            connection.execute("INSERT INTO schema_version (number) VALUES (%s)", [schema])
    except psycopg.Error as error:  # rows that do not belong together, a server that went away
        raise StorageUnavailable(f"the rows do not fit into the database: {type(error).__name__}") from error


def _make_schema(connection: psycopg.Connection[Any], schema: int) -> None:
    if connection.execute(TABLES).fetchone() is not None:
        raise MigrationRefused("The database holds tables already. Name an empty one in GREENROOM_DATABASE.")
    connection.execute("CREATE TABLE schema_version (number BIGINT PRIMARY KEY)")
    for step in migrations("postgres"):
        for statement in statements(step.sql) if step.number <= schema else ():
            connection.execute(statement)


@contextmanager
def _indexes_last(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Rows first, then indexes; those that keep a constraint stay."""
    found = connection.execute(
        "SELECT c.relname, pg_get_indexdef(c.oid) FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid"
        " WHERE c.relnamespace = current_schema()::regnamespace"
        " AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = c.oid) ORDER BY c.oid"
    ).fetchall()
    for name, _ in found:
        connection.execute(f"DROP INDEX {name}")
    yield
    connection.execute("SET LOCAL maintenance_work_mem = '256MB'")
    for _, definition in found:
        connection.execute(definition)
    connection.execute("ANALYZE")
