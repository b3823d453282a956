"""Brings a database's schema up to date: the numbered files of migrations/, each in one transaction, at start.

NNNN_name.sql is for both engines. NNNN_name.sqlite.sql and NNNN_name.postgres.sql may stand beside it with what only
one of them has: free-text search.
"""

import os
import sqlite3
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from service.storage.database import Engine

COPY = ".before-leaving-"  # with the number of the schema that a copy has


class Migration(NamedTuple):
    """One numbered step."""

    number: int
    name: str
    sql: str


class MigrationRefused(Exception):
    """The file is not ours, or was made by a newer program. The sentence says what to do; nothing was touched."""


def migrations(engine: Engine | None = None) -> list[Migration]:
    """All steps this program knows, in order, with what only this engine has; None: what both have."""
    folder = files("service.storage") / "migrations"
    texts = {f.name: f.read_text(encoding="utf-8") for f in folder.iterdir() if f.name.endswith(".sql")}
    common = sorted(name for name in texts if name.count(".") == 1)
    return [
        Migration(int(name.partition("_")[0]), name, texts[name] + texts.get(f"{name[:-3]}{engine}.sql", ""))
        for name in common
    ]


def migrate_sqlite(path: Path) -> list[str]:
    """Applies the steps that are missing and returns their names. Raises MigrationRefused.

    PRAGMA user_version, which is part of the transaction, holds the number of the last step applied.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)  # mail addresses are in it; the files beside it take its mode
    try:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=10)) as connection:
            return _apply_missing(connection, path)
    except (sqlite3.OperationalError, OSError) as error:
        raise MigrationRefused(f"{path} cannot be brought up to date just now: {error}.") from error
    except sqlite3.DatabaseError as error:
        raise MigrationRefused(f"{path} cannot be used: {error}. Restore a backup or name another file.") from error


def sqlite_schema(path: Path) -> int:
    """The number of the last step that was applied to this file; 0 where there is none."""
    if not path.exists():
        return 0
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _apply_missing(connection: sqlite3.Connection, path: Path) -> list[str]:
    steps = migrations("sqlite")
    version = _refuse_foreign(connection, path, steps[-1].number)
    connection.execute("PRAGMA journal_mode = WAL")
    if 0 < version < steps[-1].number:
        _keep_copy(connection, copy_before(path, version))
    return [step.name for step in steps if _apply(connection, step)]


def copy_before(path: Path, version: int) -> Path:
    """Where the file is copied to before it leaves this version."""
    return path.with_name(f"{path.name}{COPY}{version}")


def _keep_copy(connection: sqlite3.Connection, copy: Path) -> None:
    """The file as it is, whole or not at all. One that is there already was made before an interrupted attempt."""
    if copy.exists():
        return
    fresh = copy.with_name(copy.name + ".part")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    with closing(sqlite3.connect(fresh)) as target:
        connection.backup(target)
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    fresh.rename(copy)


def _refuse_foreign(connection: sqlite3.Connection, path: Path, newest: int) -> int:
    """The version of the file. Raises MigrationRefused for what we must not touch."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > newest:
        raise MigrationRefused(f"{path} has schema {version}; this program knows {newest}. Use a newer Greenroom.")
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if (version == 0 and tables) or (version > 0 and "comments" not in tables):
        raise MigrationRefused(f"{path} is another program's database. Name another file in GREENROOM_DATABASE.")
    return int(version)


def _apply(connection: sqlite3.Connection, step: Migration) -> bool:
    """Applies one step unless another process was first. Says whether it did."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version < step.number:
            for statement in statements(step.sql):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {step.number:d}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return bool(version < step.number)


def statements(script: str) -> list[str]:
    """The statements of a migration. (executescript() would commit before it starts.)"""
    found: list[str] = []
    waiting = ""
    for line in script.splitlines(keepends=True):
        waiting += line
        if sqlite3.complete_statement(waiting):
            found.append(waiting)
            waiting = ""
    return found
