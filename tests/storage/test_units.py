"""Units of work on real engines: all or nothing, guards, groups, one bad unit in a group of good ones."""

import asyncio

import pytest

from service.domain.errors import NameTaken, StaleDecision, StorageUnavailable
from service.storage.database import Database, Outdated, Query, Statement
from service.storage.engines import open_database


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def adding(name: str, refusal: NameTaken | None = None) -> Statement:
    sql = "INSERT INTO sites (id, policy, created_at, version) VALUES (:id, '{}', 1, 1) ON CONFLICT DO NOTHING"
    return Statement(sql, {"id": name}, refusal)


def seen(name: str, version: int) -> Statement:
    sql = "UPDATE sites SET version = version + 1 WHERE id = :id AND version = :version"
    return Statement(sql, {"id": name, "version": version}, StaleDecision())


async def names(db: Database) -> list[str]:
    (rows,) = await db.read(Query("SELECT id FROM sites ORDER BY id", {}))
    return [row[0] for row in rows]


async def test_a_refused_guard_leaves_no_trace(db: Database) -> None:
    await db.write([adding("a")])
    with pytest.raises(StaleDecision):
        await db.write([seen("a", 7), adding("b")])
    assert await names(db) == ["a"]


async def test_a_guard_that_fails_late_takes_back_what_its_unit_did(db: Database) -> None:
    await db.write([adding("a")])
    with pytest.raises(NameTaken):
        await db.write([adding("b"), adding("a", NameTaken())])
    assert await names(db) == ["a"]


async def test_in_a_group_the_bad_units_spoil_only_themselves(db: Database) -> None:
    await db.write([adding("taken")])
    units = [[adding(f"n{i:03}")] for i in range(50)]
    units[7] = [adding("x7"), adding("taken", NameTaken())]  # fails late: the group is replayed
    units[9] = [Statement("INSERT INTO threads (id) VALUES ('incomplete')", {})]  # breaks a constraint
    units[11] = [seen("taken", 99), adding("x11")]
    outcomes = await asyncio.gather(*[db.write(unit) for unit in units], return_exceptions=True)
    failed = {i: type(outcome) for i, outcome in enumerate(outcomes) if outcome is not None}
    assert failed == {7: NameTaken, 9: Outdated, 11: StaleDecision}
    assert await names(db) == sorted([*(f"n{i:03}" for i in range(50) if i not in failed), "taken"])


async def test_many_units_are_committed_in_few_groups(db: Database) -> None:
    before = db.groups
    await asyncio.gather(*[db.write([adding(f"n{i}")]) for i in range(200)])
    assert db.groups - before <= 3
    assert len(await names(db)) == 200


async def test_a_caller_that_goes_away_does_not_take_its_unit_along(db: Database) -> None:
    task = asyncio.create_task(db.write([adding("a")]))
    await asyncio.sleep(0)
    task.cancel()
    await db.write([adding("b")])
    assert await names(db) == ["a", "b"]


async def test_a_read_sees_one_moment(db: Database) -> None:
    count = Query("SELECT count(*) FROM sites", {})
    writing = asyncio.gather(*[db.write([adding(f"n{i}")]) for i in range(300)])
    for _ in range(30):
        answers = await db.read(count, count, count)
        assert len({rows[0][0] for rows in answers}) == 1
    await writing


async def test_a_unit_is_there_when_write_returns(db: Database, where: str) -> None:
    await db.write([adding("a"), adding("b")])
    other = await open_database(where)
    assert await names(other) == ["a", "b"]
    await other.close()


async def test_another_process_is_noticed(db: Database, where: str) -> None:
    other, heard = await open_database(where), asyncio.Event()
    other.on_foreign_change(heard.set)
    async with asyncio.timeout(20):
        for i in range(1_000):  # it may begin to listen after the first
            await db.write([adding(f"n{i}")])
            await asyncio.sleep(0.05)
            if heard.is_set():
                break
    assert heard.is_set()
    await other.close()


async def test_after_closing_everything_is_refused(where: str) -> None:
    db = await open_database(where)
    await db.close()
    with pytest.raises(StorageUnavailable):
        await db.write([adding("a")])
    with pytest.raises(StorageUnavailable):
        await db.read(Query("SELECT 1", {}))


async def test_two_processes_never_both_find_that_nothing_is_there(db: Database, where: str) -> None:
    """The guard of one sees what the other has committed, as a repeated comment needs it."""
    other = await open_database(where)
    unless = (
        "INSERT INTO sites (id, policy, created_at, version) SELECT :id, '{}', 1, 1"
        " WHERE NOT EXISTS (SELECT 1 FROM sites WHERE created_at = 1)"
    )
    units = [[Statement(unless, {"id": f"n{i}"}, StaleDecision)] for i in range(40)]
    outcomes = await asyncio.gather(
        *[(db, other)[i % 2].write(unit) for i, unit in enumerate(units)], return_exceptions=True
    )
    assert outcomes.count(None) == 1
    assert len(await names(db)) == 1
    await other.close()


async def test_what_the_engine_cannot_bind_spoils_only_itself(db: Database) -> None:
    """2**64 fits in no column; a lone surrogate is no UTF-8."""
    units = [[adding("a")], [seen("a", 2**64)], [adding("b\ud800")], [adding("c")]]
    outcomes = await asyncio.gather(*[db.write(unit) for unit in units], return_exceptions=True)
    assert [outcomes[0], outcomes[2] is not None, outcomes[3]] == [None, True, None]
    assert outcomes[1] is not None
    assert await names(db) == ["a", "c"]
