"""Migrations: applied once, all or nothing; files that are not ours, or newer than us, are left untouched."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from service.storage import migrate
from service.storage.migrate import Migration, MigrationRefused, migrate_sqlite, migrations


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
