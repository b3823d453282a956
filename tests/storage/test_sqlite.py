"""What is SQLite's own: a locked file, the watch on other processes, durability settings."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from service.domain.errors import StorageUnavailable
from service.storage.database import Query
from service.storage.sqlite import SqliteDatabase
from tests.storage.test_units import adding, names, seen


@pytest.fixture
def engine() -> str:
    return "sqlite"


async def test_a_locked_file_is_told_and_heals(db: SqliteDatabase, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "greenroom.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageUnavailable):
        await db.write([adding("a")])
    assert await names(db) == []  # reading goes on
    other.execute("ROLLBACK")
    other.close()
    await db.write([adding("a")])
    assert await names(db) == ["a"]


async def test_another_process_is_noticed(db: SqliteDatabase, tmp_path: Path) -> None:
    noticed = asyncio.Event()
    db.on_foreign_change(noticed.set)
    await db.write([adding("ours")])  # our own changes are no news
    other = sqlite3.connect(tmp_path / "greenroom.sqlite", isolation_level=None)
    assert not noticed.is_set()
    while not noticed.is_set():
        other.execute("UPDATE sites SET version = version + 1")
        await asyncio.sleep(0.05)
    other.close()


async def test_every_commit_is_synced(db: SqliteDatabase) -> None:
    """The setting; that the sync happens before the answer is watched in tests/endurance."""
    (rows,) = await db.read(Query("PRAGMA journal_mode", {}))
    assert rows == [("wal",)]
    assert await db.write_pragma("synchronous") == 2
    assert await db.write_pragma("foreign_keys") == 1


async def test_what_cannot_be_bound_spoils_only_itself(db: SqliteDatabase) -> None:
    """2**64 fits in no column; a lone surrogate is no UTF-8."""
    units = [[adding("a")], [seen("a", 2**64)], [adding("b\ud800")], [adding("c")]]
    outcomes = await asyncio.gather(*[db.write(unit) for unit in units], return_exceptions=True)
    assert [outcome is None for outcome in outcomes] == [True, False, False, True]
    assert await names(db) == ["a", "c"]
    count = Query("SELECT count(*) FROM sites", {})
    bad = Query("SELECT :x", {"x": 2**64})
    answers = await asyncio.gather(db.read(count), db.read(bad), db.read(count), return_exceptions=True)
    assert [isinstance(answer, list) for answer in answers] == [True, False, True]


async def test_the_watch_on_other_processes_survives_a_fault(
    db: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noticed, ask = asyncio.Event(), db.write_pragma

    async def fails_once(name: str) -> int | None:
        monkeypatch.setattr(db, "write_pragma", ask)
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(db, "write_pragma", fails_once)
    db.on_foreign_change(noticed.set)
    async with asyncio.timeout(20):
        await noticed.wait()  # better believe that something has changed
        noticed.clear()
        other = sqlite3.connect(tmp_path / "greenroom.sqlite", isolation_level=None)
        while not noticed.is_set():
            other.execute("INSERT INTO sites (id, policy, created_at, version) VALUES (hex(randomblob(8)), '{}', 1, 1)")
            await asyncio.sleep(0.05)
        other.close()
