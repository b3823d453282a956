"""Migrations: applied once, all or nothing; files that are not ours, or newer than us, are left untouched."""

import itertools
import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from service.storage import migrate
from service.storage.migrate import Migration, MigrationRefused, migrate_sqlite, migrations
from service.storage.tables import parts_of


def schema(path: Path) -> list[tuple[str]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall()


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def test_a_new_file_gets_all_steps_and_then_none(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "new.sqlite"
    assert migrate_sqlite(path) == [step.name for step in migrations()]
    before = schema(path)
    assert migrate_sqlite(path) == []
    assert schema(path) == before
    assert version(path) == migrations()[-1].number


def test_steps_have_numbers_of_their_own() -> None:
    numbers = [step.number for step in migrations()]
    assert numbers == sorted(set(numbers))


def test_a_step_that_fails_leaves_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.sqlite"
    migrate_sqlite(path)
    before, at = schema(path), version(path)
    broken = Migration(at + 1, "broken.sql", "CREATE TABLE new (id TEXT);\nCREATE TABLE new (id TEXT);\n")
    known = [*migrations(), broken]
    monkeypatch.setattr(migrate, "migrations", lambda _: known)
    with pytest.raises(MigrationRefused):
        migrate_sqlite(path)
    assert (schema(path), version(path)) == (before, at)


@pytest.mark.parametrize(
    ("script", "word"),
    [
        ("PRAGMA user_version = 9999", "newer Greenroom"),
        ("CREATE TABLE customers (id INTEGER)", "another program's"),
        ("PRAGMA user_version = 1; CREATE TABLE other (id INTEGER)", "another program's"),
    ],
)
def test_other_files_are_refused_untouched(tmp_path: Path, script: str, word: str) -> None:
    path = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    before = path.read_bytes()
    with pytest.raises(MigrationRefused, match=word):
        migrate_sqlite(path)
    assert path.read_bytes() == before


def test_what_is_no_database_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Sir or Madam, " * 100)
    with pytest.raises(MigrationRefused, match=r"letter\.txt"):
        migrate_sqlite(path)
    assert path.read_text() == "Dear Sir or Madam, " * 100


def older(path: Path, steps: int) -> None:
    """A file as an older program made it: without the last steps."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for step in migrations("sqlite")[:-steps]:
            for statement in migrate.statements(step.sql):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {step.number:d}")
        connection.execute("INSERT INTO sites (id, policy, created_at, version) VALUES ('blog', '{}', 1, 1)")


def test_a_copy_is_kept_before_a_file_is_changed(tmp_path: Path) -> None:
    path = tmp_path / "greenroom.sqlite"
    older(path, 2)
    before, at = schema(path), version(path)
    migrate_sqlite(path)
    copy = migrate.copy_before(path, at)
    assert (schema(copy), version(copy)) == (before, at)
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT id FROM sites").fetchall() == [("blog",)]
    assert [one.name for one in tmp_path.iterdir() if "before" in one.name] == [copy.name]


def test_a_file_that_cannot_be_copied_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "greenroom.sqlite"
    older(path, 2)
    at = version(path)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("service.storage.migrate.os.fsync", full)
    with pytest.raises(MigrationRefused, match="No space left"):
        migrate_sqlite(path)
    assert version(path) == at
    assert not migrate.copy_before(path, at).exists()


def test_killed_at_any_statement_it_goes_on_from_where_it_was(tmp_path: Path) -> None:
    """kill -9 of a process of its own before the n-th statement; the next one finds whole steps and does the rest."""
    expected: dict[int, set[str]] = {}
    with closing(sqlite3.connect(":memory:")) as connection:
        for step in migrations("sqlite"):
            for statement in migrate.statements(step.sql):
                connection.execute(statement)
            expected[step.number] = parts_of(connection)
    rounds = 0
    for n in range(1, 1_000, 7):
        path = tmp_path / str(n) / "greenroom.sqlite"
        path.parent.mkdir()
        older(path, len(migrations()) // 2)
        if not _killed_before(path, n):
            break
        rounds += 1
        assert parts(path) == expected[version(path)]
        assert migrate_sqlite(path)
        assert (parts(path), version(path)) == (expected[migrations()[-1].number], migrations()[-1].number)
    assert rounds > 5


def parts(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return parts_of(connection)


def _killed_before(path: Path, n: int) -> bool:
    """Migrates in a child that is killed before its n-th statement; False: it came to its end first."""
    child = os.fork()
    if child == 0:
        given = itertools.count(1)
        whole = migrate.statements

        def deadly(script: str) -> Iterator[str]:
            for statement in whole(script):
                if next(given) == n:
                    os.kill(os.getpid(), signal.SIGKILL)
                yield statement

        migrate.statements = deadly  # type: ignore[assignment]
        migrate_sqlite(path)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
