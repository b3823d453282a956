"""Brings a PostgreSQL schema up to date: each step in one transaction, taken by one process while the others wait."""

import time

import psycopg
from psycopg import sql

from service.storage.migrate import Migration, MigrationRefused, migrations, statements

_LOCK = 0x6772_6D69  # "grmi": only one process migrates
_WAIT_S = 5
_LOCK_S, _PAUSE_S, _TRIES = 2, 1.0, 200  # for locks on tables: ten minutes in all
TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"


def migrate_postgres(url: str) -> list[str]:
    """Applies the steps that are missing and returns their names. Raises MigrationRefused.

    The table schema_version, written in each step's own transaction, holds the number of the last step applied.
    """
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=_WAIT_S) as connection:
            connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
            return _apply_missing(connection)
    except psycopg.OperationalError as error:
        raise MigrationRefused("The PostgreSQL server cannot be reached or does not let us in.") from error


def schema_of(url: str) -> int:
    """The number of the last step that was applied; 0 for an empty schema. Raises MigrationRefused."""
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=_WAIT_S) as connection:
            return _version(connection)
    except psycopg.OperationalError as error:
        raise MigrationRefused("The PostgreSQL server cannot be reached or does not let us in.") from error


def _apply_missing(connection: psycopg.Connection) -> list[str]:
    steps, version = migrations("postgres"), _version(connection)
    if version > steps[-1].number:
        raise MigrationRefused(
            f"The database has schema {version}; this program knows {steps[-1].number}. Use a newer Greenroom."
        )
    missing = [step for step in steps if step.number > version]
    for step in missing:
        _apply(connection, step)
    return [step.name for step in missing]


def _version(connection: psycopg.Connection) -> int:
    """The last step applied; 0 for an empty schema. Raises MigrationRefused for another program's."""
    tables = {row[0] for row in connection.execute(TABLES)}
    if "schema_version" in tables:
        row = connection.execute("SELECT MAX(number) FROM schema_version").fetchone()
        return int(row[0] or 0) if row else 0
    if tables:
        raise MigrationRefused(
            "The database holds another program's tables. Name an empty database in GREENROOM_DATABASE."
        )
    return 0


def _apply(connection: psycopg.Connection, step: Migration) -> None:
    """Applies one step. Who reads for long (a backup) is waited for without making all others wait behind us."""
    for _ in range(_TRIES):
        try:
            return _apply_once(connection, step)
        except psycopg.errors.LockNotAvailable:
            time.sleep(_PAUSE_S)
    raise MigrationRefused(f"{step.name} waits for tables that others read or write without a pause. Try again later.")


def _apply_once(connection: psycopg.Connection, step: Migration) -> None:
    with connection.transaction():
        connection.execute(f"SET LOCAL lock_timeout = {int(_LOCK_S * 1000)}")
        connection.execute("CREATE TABLE IF NOT EXISTS schema_version (number BIGINT PRIMARY KEY)")
        for statement in statements(step.sql):
            connection.execute(sql.SQL(statement))
        connection.execute("INSERT INTO schema_version (number) VALUES (%s)", [step.number])
