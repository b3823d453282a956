"""Units of work on the real engine: all or nothing, guards, groups, one bad unit in a group of good ones."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from service.domain.errors import NameTaken, StaleDecision, StorageUnavailable
from service.storage.database import Outdated, Query, Statement
from service.storage.migrate import migrate_sqlite
from service.storage.sqlite import SqliteDatabase, open_sqlite


def adding(name: str, refusal: NameTaken | None = None) -> Statement:
    sql = "INSERT INTO sites (id, policy, created_at, version) VALUES (:id, '{}', 1, 1) ON CONFLICT DO NOTHING"
    return Statement(sql, {"id": name}, refusal)


def seen(name: str, version: int) -> Statement:
    sql = "UPDATE sites SET version = version + 1 WHERE id = :id AND version = :version"
    return Statement(sql, {"id": name, "version": version}, StaleDecision())


async def names(db: SqliteDatabase) -> list[str]:
    (rows,) = await db.read(Query("SELECT id FROM sites ORDER BY id", {}))
    return [row[0] for row in rows]


async def test_a_unit_is_there_when_write_returns(db: SqliteDatabase, tmp_path: Path) -> None:
    await db.write([adding("a"), adding("b")])
    assert await names(db) == ["a", "b"]
    with sqlite3.connect(tmp_path / "greenroom.sqlite") as other:
        assert other.execute("SELECT count(*) FROM sites").fetchone() == (2,)
    other.close()


async def test_a_refused_guard_leaves_no_trace(db: SqliteDatabase) -> None:
    await db.write([adding("a")])
    with pytest.raises(StaleDecision):
        await db.write([seen("a", 7), adding("b")])
    assert await names(db) == ["a"]


async def test_a_guard_that_fails_late_takes_back_what_its_unit_did(db: SqliteDatabase) -> None:
    await db.write([adding("a")])
    with pytest.raises(NameTaken):
        await db.write([adding("b"), adding("a", NameTaken())])
    assert await names(db) == ["a"]


async def test_in_a_group_the_bad_units_spoil_only_themselves(db: SqliteDatabase) -> None:
    await db.write([adding("taken")])
    units = [[adding(f"n{i:03}")] for i in range(50)]
    units[7] = [adding("x7"), adding("taken", NameTaken())]  # fails late: the group is replayed
    units[9] = [Statement("INSERT INTO threads (id) VALUES ('incomplete')", {})]  # breaks a constraint
    units[11] = [seen("taken", 99), adding("x11")]
    outcomes = await asyncio.gather(*[db.write(unit) for unit in units], return_exceptions=True)
    failed = {i: type(outcome) for i, outcome in enumerate(outcomes) if outcome is not None}
    assert failed == {7: NameTaken, 9: Outdated, 11: StaleDecision}
    assert await names(db) == sorted([*(f"n{i:03}" for i in range(50) if i not in failed), "taken"])


async def test_many_units_are_committed_in_few_groups(db: SqliteDatabase) -> None:
    before = db.groups
    await asyncio.gather(*[db.write([adding(f"n{i}")]) for i in range(200)])
    assert db.groups - before <= 3
    assert len(await names(db)) == 200


async def test_a_caller_that_goes_away_does_not_take_its_unit_along(db: SqliteDatabase) -> None:
    task = asyncio.create_task(db.write([adding("a")]))
    await asyncio.sleep(0)
    task.cancel()
    await db.write([adding("b")])
    assert await names(db) == ["a", "b"]


async def test_a_read_sees_one_moment(db: SqliteDatabase) -> None:
    count = Query("SELECT count(*) FROM sites", {})
    writing = asyncio.gather(*[db.write([adding(f"n{i}")]) for i in range(300)])
    for _ in range(30):
        answers = await db.read(count, count, count)
        assert len({rows[0][0] for rows in answers}) == 1
    await writing


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


async def test_after_closing_writes_are_refused(tmp_path: Path) -> None:
    migrate_sqlite(tmp_path / "x.sqlite")
    db = await open_sqlite(tmp_path / "x.sqlite")
    await db.close()
    with pytest.raises(StorageUnavailable):
        await db.write([adding("a")])
    with pytest.raises(StorageUnavailable):
        await db.read(Query("SELECT 1", {}))


async def test_every_commit_is_synced(db: SqliteDatabase) -> None:
    """The setting; that the sync happens before the answer is watched in tests/endurance."""
    (rows,) = await db.read(Query("PRAGMA journal_mode", {}))
    assert rows == [("wal",)]
    assert await db.write_pragma("synchronous") == 2
    assert await db.write_pragma("foreign_keys") == 1


async def test_what_the_engine_cannot_bind_spoils_only_itself(db: SqliteDatabase) -> None:
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
