"""Which engine keeps the data: the address in the settings says. Everything else of storage knows only Database."""

from importlib import import_module
from pathlib import Path

from service.domain.errors import Refusal
from service.storage.database import Database
from service.storage.migrate import migrate_sqlite, sqlite_schema
from service.storage.sqlite import open_sqlite

POSTGRES = ("postgresql://", "postgres://")


def is_postgres(where: str) -> bool:
    """Does this address name a PostgreSQL database? All others are files of SQLite."""
    return where.startswith(POSTGRES)


def migrate(where: str) -> list[str]:
    """Brings the schema up to date and returns the names of the steps applied. Raises MigrationRefused."""
    if is_postgres(where):
        return _postgres("migrate_postgres").migrate_postgres(where)  # type: ignore[no-any-return]
    return migrate_sqlite(Path(where))


def schema_of(where: str) -> int:
    """The number of the last step that was applied; 0 where there is no database of ours yet. Changes nothing."""
    if is_postgres(where):
        return _postgres("migrate_postgres").schema_of(where)  # type: ignore[no-any-return]
    return sqlite_schema(Path(where))


async def open_database(where: str) -> Database:
    """Opens the database, which must have its schema already. Raises StorageUnavailable."""
    if is_postgres(where):
        return await _postgres("postgres").open_postgres(where)  # type: ignore[no-any-return]
    return await open_sqlite(Path(where))


def _postgres(module: str):  # type: ignore[no-untyped-def]
    """Loaded only where it is used: the driver is an extra, and takes its share of start and memory."""
    try:
        return import_module(f"service.storage.{module}")
    except ModuleNotFoundError as error:
        raise Refusal("PostgreSQL needs its driver: pip install 'greenroom[postgres]'") from error
