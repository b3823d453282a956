"""What is PostgreSQL's own: placeholders, migrations by one of several, a server that goes away and comes back."""

import asyncio
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import AsyncConnection

from service.domain.errors import StorageUnavailable
from service.domain.search import parse
from service.storage import migrate, search, search_postgres
from service.storage.database import Query, Statement
from service.storage.migrate import Migration, MigrationRefused, migrations
from service.storage.migrate_postgres import migrate_postgres
from service.storage.postgres import PostgresDatabase, open_postgres
from service.storage.postgres_sql import asked, translated
from service.storage.search_order import Parts
from tests.postgres import Server, server
from tests.storage.test_units import adding, names, seen


@pytest.fixture
def engine() -> str:
    return "postgres"


def test_placeholders_are_translated_and_nothing_else() -> None:
    assert translated("SELECT :a, ':b', x FROM t WHERE y = :c_1 AND z LIKE 'a%'") == (
        "SELECT %(a)s, ':b', x FROM t WHERE y = %(c_1)s AND z LIKE 'a%%'"
    )


def test_of_several_processes_one_migrates(postgres: Server) -> None:
    url = postgres.empty()
    with ThreadPoolExecutor(4) as pool:
        applied = list(pool.map(migrate_postgres, [url] * 4))
    assert sorted(applied, key=len) == [[], [], [], [step.name for step in migrations()]]


def test_a_newer_schema_and_anothers_tables_are_left_alone(postgres: Server) -> None:
    url = postgres.empty()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE letters (id TEXT)")
    with pytest.raises(MigrationRefused, match="another program"):
        migrate_postgres(url)
    newer = postgres.empty()
    migrate_postgres(newer)
    with psycopg.connect(newer, autocommit=True) as connection:
        connection.execute("INSERT INTO schema_version (number) VALUES (999)")
    with pytest.raises(MigrationRefused, match="newer Greenroom"):
        migrate_postgres(newer)


def test_a_step_that_fails_leaves_no_trace(postgres: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    url = postgres.empty()
    steps = migrations()
    broken = Migration(steps[-1].number + 1, "broken.sql", "CREATE TABLE new (id TEXT);\nCREATE TABLE new (id TEXT);\n")
    monkeypatch.setattr("service.storage.migrate_postgres.migrations", lambda _: [*steps, broken])
    with pytest.raises(psycopg.errors.DuplicateTable):
        migrate_postgres(url)
    monkeypatch.setattr("service.storage.migrate_postgres.migrations", migrate.migrations)
    assert migrate_postgres(url) == []
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT to_regclass('new')").fetchone() == (None,)


async def test_lost_connections_are_replaced(db: PostgresDatabase, where: str) -> None:
    heard = asyncio.Event()
    db.on_foreign_change(heard.set)
    await db.write([adding("a")])
    await heard.wait()
    heard.clear()
    with psycopg.connect(where, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    async with asyncio.timeout(20):
        while True:
            try:
                await db.write([adding("b")])
                break
            except StorageUnavailable:
                await asyncio.sleep(0.05)
        await heard.wait()  # what was missed may be anything
    assert await names(db) == ["a", "b"]


async def _written(db: PostgresDatabase, statement: Statement) -> bool:
    try:
        await db.write([statement])
    except StorageUnavailable:
        return False
    return True


async def test_a_server_that_is_stopped_and_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.storage.postgres._WAIT_S", 1.0)
    with server() as own:
        url = own.migrated()
        db = await open_postgres(url)
        heard: list[int] = []
        db.on_foreign_change(lambda: heard.append(1))
        await db.write([adding("a")])
        await asyncio.to_thread(own.stop)
        for refused in (db.write([adding("b")]), db.read(Query("SELECT id FROM sites", {}))):
            with pytest.raises(StorageUnavailable):
                await refused
        await asyncio.to_thread(own.start)
        deaf = len(heard)  # while nothing could be heard, everything was doubted
        assert deaf
        async with asyncio.timeout(20):
            while not await _written(db, adding("b")):  # noqa: ASYNC110 - until the server is back
                await asyncio.sleep(0.05)
            assert await names(db) == ["a", "b"]
            other = await open_postgres(url)
            while len(heard) <= deaf + 3:  # and it hears again
                await other.write([adding(f"d{len(heard)}")])
                await asyncio.sleep(0.05)
        await other.close()
        await db.close()


async def test_a_group_is_sent_again_only_before_its_end_was_sent(
    db: PostgresDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost: list[str] = []
    all_in_one, commit = PostgresDatabase._all_in_one, AsyncConnection.commit

    async def before(self: PostgresDatabase, connection: Any, group: Any) -> bool:
        if not lost:
            lost.append("before")
            await connection.close()
        return await all_in_one(self, connection, group)

    async def at_the_end(self: Any) -> None:
        await commit(self)
        lost.append("at the end")
        raise psycopg.OperationalError("gone")

    monkeypatch.setattr(PostgresDatabase, "_all_in_one", before)
    await db.write([adding("a")])
    assert (lost, await names(db)) == (["before"], ["a"])
    monkeypatch.setattr(AsyncConnection, "commit", at_the_end)
    with pytest.raises(StorageUnavailable):  # whether it was stored is not known, so it is not written twice
        await db.write([adding("b")])
    monkeypatch.undo()
    assert (lost, await names(db)) == (["before", "at the end"], ["a", "b"])


async def test_a_migration_waits_for_who_reads_without_making_others_wait(
    postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.storage.migrate_postgres._LOCK_S", 0.05)
    monkeypatch.setattr("service.storage.migrate_postgres._PAUSE_S", 0.05)
    url = postgres.empty()
    migrate_postgres(url)
    steps = migrations("postgres")
    more = Migration(steps[-1].number + 1, "more.sql", "ALTER TABLE sites ADD COLUMN motto TEXT;")
    monkeypatch.setattr("service.storage.migrate_postgres.migrations", lambda _: [*steps, more])
    with psycopg.connect(url) as reading, ThreadPoolExecutor(1) as pool:
        reading.execute("SELECT * FROM sites").fetchall()  # a backup holds such a lock for minutes
        migrating = pool.submit(migrate_postgres, url)
        for _ in range(5):
            with psycopg.connect(url) as other:
                other.execute("SELECT * FROM sites").fetchall()
        assert not migrating.done()
        reading.rollback()
        assert migrating.result() == ["more.sql"]


async def test_a_lock_held_by_another_is_told_in_time_and_heals(db: PostgresDatabase, where: str) -> None:
    with psycopg.connect(where) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [0x6772_6565])
        with pytest.raises(StorageUnavailable):
            await db.write([adding("a")])
        assert await names(db) == []  # reading goes on
        other.rollback()
    await db.write([adding("a")])


async def test_who_reads_for_long_does_not_keep_others_from_writing(db: PostgresDatabase, where: str) -> None:
    with psycopg.connect(where) as other:
        other.execute("LOCK TABLE outbox")
        reads = [asyncio.ensure_future(db.read(Query("SELECT id FROM outbox", {}))) for _ in range(20)]
        await asyncio.sleep(0)
        await db.write([adding("a")])
        assert not any(one.done() for one in reads)
        other.rollback()
    assert await asyncio.gather(*reads) == [[[]]] * 20


async def test_units_that_wait_for_one_another_with_another_program_are_written_all_the_same(
    db: PostgresDatabase, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    replayed, one_by_one = [], PostgresDatabase._one_by_one

    async def observed(self: PostgresDatabase, connection: Any, group: Any) -> Any:
        replayed.append(len(group.units))
        return await one_by_one(self, connection, group)

    monkeypatch.setattr(PostgresDatabase, "_one_by_one", observed)
    await db.write([adding("a"), adding("b")])
    with psycopg.connect(where) as holder, psycopg.connect(where) as other, psycopg.connect(where) as watching:
        holder.execute("UPDATE sites SET version = 1 WHERE id = 'a'")
        other.execute("SET deadlock_timeout = '1min'")  # it is ours that is ended
        other.execute("UPDATE sites SET version = 5 WHERE id = 'b'")
        async with asyncio.timeout(20):
            writing = asyncio.gather(db.write([seen("a", 1), adding("c")]), db.write([seen("b", 5)]))
            await _waiting(watching, 1)
            asking = asyncio.create_task(
                asyncio.to_thread(other.execute, f"SELECT pg_advisory_xact_lock({0x6772_6565})")
            )
            await _waiting(watching, 2)
            holder.commit()
            await asking
            other.commit()
            await writing
    assert (replayed, await names(db)) == ([2], ["a", "b", "c"])


async def _waiting(connection: "psycopg.Connection[Any]", count: int) -> None:
    """Until so many wait for a lock."""
    asked = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted"
    while connection.execute(asked).fetchone() != (count,):  # noqa: ASYNC110 - the server tells nobody
        await asyncio.sleep(0.01)


async def test_a_server_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.storage.postgres._WAIT_S", 0.2)
    with pytest.raises(MigrationRefused, match="cannot be reached"):
        migrate_postgres("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(StorageUnavailable, match="cannot be reached"):
        await open_postgres("postgresql://nobody@127.0.0.1:1/none")


async def test_what_was_deleted_leaves_the_files_and_the_statistics(db: PostgresDatabase, where: str) -> None:
    filling = "INSERT INTO sites (id, policy, created_at, version) VALUES (:id, :policy, 1, 1)"
    for left in ("WHERE id <> 'kept'", ""):  # of an empty table ANALYZE forgets nothing by itself
        await db.write([Statement(filling, {"id": f"n{i}", "policy": f"erased {i // 2}"}) for i in range(40)])
        await db.write([Statement(f"{filling} ON CONFLICT DO NOTHING", {"id": "kept", "policy": "{}"})])
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute("ANALYZE sites")
            await db.write([Statement(f"DELETE FROM sites {left}", {})])
            assert not await db.scrub(may_take_long=False)
            assert "erased 1" in _kept(connection)
            assert await db.scrub(may_take_long=True)
            assert "erased 1" not in _kept(connection)


async def test_nobody_waits_for_long_behind_who_writes_the_tables_anew(
    db: PostgresDatabase, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.storage.postgres_scrubbing._OPTIONS", "-c lock_timeout=100")
    with psycopg.connect(where) as reading:
        reading.execute("SELECT * FROM sites").fetchall()
        assert not await db.scrub(may_take_long=True)


def _kept(connection: "psycopg.Connection[Any]") -> str:
    """What is in the files of the table and of what the server plans by."""
    connection.execute("CHECKPOINT")
    path_of = "SELECT current_setting('data_directory') || '/' || pg_relation_filepath(%s)"
    kept = ("sites", "sites_pkey", "pg_catalog.pg_statistic")
    files = [row for name in kept for row in connection.execute(path_of, [name])]
    return "".join(Path(path).read_bytes().decode("latin-1") for (path,) in files)


async def test_queries_of_one_text_are_one_statement_with_the_same_answers(db: PostgresDatabase) -> None:
    await db.write([adding(name) for name in ("a", "b", "c", "d")])
    above = "SELECT id, version, id FROM sites WHERE id > :id AND id <> ':id' ORDER BY id DESC LIMIT :limit"
    either = "SELECT id FROM sites WHERE id = :id OR created_at > :since OR version > :least ORDER BY id"
    mixed = "SELECT id FROM sites WHERE version > :least ORDER BY id"
    whole = "SELECT COUNT(*) FROM sites WHERE id > :id UNION ALL SELECT 100"
    queries = [
        *[Query(above, {"id": name, "limit": 2}) for name in ("a", "z", "c")],
        *[Query(above, {"id": "a", "limit": limit}) for limit in (3, 1)],
        *[Query(either, {"id": name, "since": at, "least": 1.5}) for name, at in (("b", None), (None, 5), ("c", 0))],
        *[Query(whole, {"id": name, "unused": number}) for number, name in enumerate("acad")],
        *[Query("SELECT id FROM sites WHERE id = :id", {"id": "a"})] * 3,
        *[Query(mixed, {"least": least}) for least in (0, 0.5)],  # not of one kind: apart
    ]
    random.Random(1).shuffle(queries)
    assert await db.read(*queries) == [(await db.read(query))[0] for query in queries]
    assert sorted(len(one.places) for one in asked(queries)) == [1, 1, 3, 3, 4, 5]
    assert await db.read() == []


async def test_searches_ask_the_index_for_the_words_as_it_keeps_them(where: str) -> None:
    """Where the two expressions differ by a letter, a search reads all comments."""
    wanted = search.Wanted("blog", parse('"two words" -three link:a.example'), ("approved",))
    query = search_postgres.query(wanted, search.Page("newest", None, 50))
    with psycopg.connect(where) as connection:
        connection.execute("SET enable_seqscan = off")
        connection.execute("DROP INDEX comments_status, comments_doubtful")
        plan = connection.execute("EXPLAIN " + translated(query.sql), query.parameters).fetchall()
        connection.rollback()
    assert "Bitmap Index Scan on comments_words" in str(plan)


def test_the_cheap_look_misses_no_text_that_the_index_would_name(where: str) -> None:
    chance = random.Random(5)
    signs = [*"abiABIİıKkſ19", *" .,-_'/\n", "\u00ad", "\u0301", "\u200d", "†", "。", "漢", "é", "Σ"]
    texts = ["".join(chance.choices(signs, k=chance.randrange(1, 14))) for _ in range(4_000)]
    told = 0
    with psycopg.connect(where) as connection:
        connection.execute("CREATE TEMP TABLE c (text TEXT)")
        with connection.cursor() as cursor, cursor.copy("COPY c FROM STDIN") as copy:
            for text in texts:
                copy.write_row([text])
        for line in ("a", "ab", "k", "i", "ib", '"a b"', '"i a"', '"A-b"', '"1 a b"', "a.b", "b*", '"a i*"', "_a"):
            parts = Parts()
            for words in parse(line).words:
                search_postgres.add_words(parts, words)
            index, *look = parts.conditions
            asked = f"SELECT c.text, {' AND '.join(look) or 'true'} FROM c WHERE {index}"
            found = connection.execute(translated(asked), parts.parameters).fetchall()
            assert [text for text, kept in found if not kept] == [], line
            told += len(found)
    assert told > 1_000


async def test_a_read_is_read_only(db: PostgresDatabase) -> None:
    with pytest.raises(psycopg.Error):
        await db.read(Query("SELECT 1", {}), Query("DELETE FROM sites RETURNING id", {}))
