"""Whether a database is what it should be: its schema, the numbers that are kept beside the rows that they count, rows
that belong together, and what the engine itself says of its files.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from service.storage.database import Engine
from service.storage.engines import is_postgres
from service.storage.migrate import migrations, statements
from service.storage.tables import parts_of, reading, tables_at

_SHOWN = 3  # examples of each fault
_PUBLIC = "(c.status = 'approved' OR (c.status = 'pending' AND c.public_text IS NOT NULL))"


class Fault(NamedTuple):
    """Something that is wrong: which check found it, and a few examples in words."""

    check: str
    examples: list[str]
    more: int


class _Check(NamedTuple):
    """A question that has no rows for an answer where all is well; `told` makes a sentence of a row."""

    name: str
    sql: str
    told: str


def _counted(name: str, of: str, number: str, rows: str, told: str) -> _Check:
    """A kept number beside what it counts: `rows` gives keys and numbers."""
    sql = (
        f"SELECT {of}, k.{number}, COALESCE(n.n, 0) FROM {rows} WHERE k.{number} <> COALESCE(n.n, 0)"
        f" ORDER BY {of.split(',', maxsplit=1)[0]}"
    )
    return _Check(name, sql, told)


def _by_status() -> str:
    """What each tab must count."""
    return (
        "status_counts k LEFT JOIN (SELECT site_id, status, COUNT(*) AS n FROM comments GROUP BY site_id, status"
        " UNION ALL SELECT site_id, 'reported', COUNT(*) FROM reported GROUP BY site_id"
        " UNION ALL SELECT site_id, 'audit', COUNT(*) FROM audits WHERE looked_at IS NULL GROUP BY site_id) n"
        " ON n.site_id = k.site_id AND n.status = k.status"
    )


def _of_members(status: str) -> str:
    condition = _PUBLIC if status == "approved" else f"c.status = '{status}'"
    counted = f"SELECT c.author_id, COUNT(*) AS n FROM comments c WHERE {condition} GROUP BY c.author_id"
    return f"members k LEFT JOIN ({counted}) n ON n.author_id = k.id"


_CHECKS = (
    _counted("tabs", "k.site_id, k.status", "count", _by_status(), "{0}: {1} says {2}, there are {3}"),
    _counted(
        "threads",
        "k.site_id, k.key",
        "count",
        f"threads k LEFT JOIN (SELECT c.thread_id, COUNT(*) AS n FROM comments c WHERE {_PUBLIC} GROUP BY c.thread_id)"
        " n ON n.thread_id = k.id",
        "{0}: the thread of {1} says {2}, there are {3}",
    ),
    *[
        _counted(
            f"records, {status}",
            "k.site_id, k.id",
            f"{status}_count",
            _of_members(status),
            "{0}: member {1} says {2}, there are {3}",
        )
        for status in ("approved", "rejected", "spam")
    ],
    _Check(
        "tabs that are missing",
        "SELECT s.id, COUNT(k.status) FROM sites s LEFT JOIN status_counts k ON k.site_id = s.id GROUP BY s.id"
        " HAVING COUNT(k.status) <> 7 ORDER BY s.id",
        "{0} has {1} of 7",
    ),
    _Check(
        "threads of comments",
        "SELECT c.id, c.site_id, t.site_id FROM comments c JOIN threads t ON t.id = c.thread_id"
        " WHERE t.site_id <> c.site_id OR t.merged_into IS NOT NULL ORDER BY c.id",
        "comment {0} of {1} is in a thread of {2} that it cannot be in",
    ),
    _Check(
        "answers",
        "SELECT c.id, p.id FROM comments c JOIN comments p ON p.id = c.parent_id WHERE p.site_id <> c.site_id"
        " OR p.thread_id <> c.thread_id ORDER BY c.id",
        "comment {0} answers {1}, which is elsewhere",
    ),
    _Check(
        "authors",
        "SELECT c.id, m.id FROM comments c JOIN members m ON m.id = c.author_id WHERE m.site_id <> c.site_id"
        " ORDER BY c.id",
        "comment {0} is by {1}, a member of another site",
    ),
    _Check(
        "what is shown",
        f"SELECT c.id, c.status, c.shown FROM comments c WHERE c.status <> 'removed' AND c.shown <> CASE WHEN {_PUBLIC}"
        " THEN 1 ELSE 0 END ORDER BY c.id",
        "comment {0} is {1} and has shown = {2}",
    ),
    _Check(
        "answers of what is not shown",
        "SELECT c.id, p.id FROM comments c JOIN comments p ON p.id = c.parent_id WHERE c.shown = 1 AND p.shown = 0"
        " ORDER BY c.id",
        "comment {0} is shown, but not {1}, which it answers",
    ),
    _Check(
        "reports",
        "SELECT r.comment_id, COUNT(*) FROM reports r LEFT JOIN reported d ON d.comment_id = r.comment_id"
        " WHERE r.resolved_at IS NULL AND d.comment_id IS NULL GROUP BY r.comment_id ORDER BY r.comment_id",
        "comment {0} has {1} open reports and is not on the tab",
    ),
    _Check(
        "the log",
        "SELECT d.id, d.comment_id, d.version, c.version FROM decisions d JOIN comments c ON c.id = d.comment_id"
        " WHERE d.version > c.version ORDER BY d.id",
        "decision {0} made version {2} of comment {1}, which has version {3}",
    ),
)
_SQLITE_CHECKS = (
    _Check(
        "the search index",
        "SELECT c.id FROM comments c LEFT JOIN searchable s ON s.comment_id = c.id LEFT JOIN unsearched u ON"
        " u.comment_id = c.id WHERE (s.comment_id IS NULL) = (u.comment_id IS NULL) ORDER BY c.id",
        "comment {0} is neither in it nor waits for it",
    ),
)


def check(where: str, tell: Callable[[str], None]) -> Iterator[Fault]:
    """Looks at everything and tells what it looks at; others may go on writing. Raises StorageUnavailable."""
    engine: Engine = "postgres" if is_postgres(where) else "sqlite"
    tell("schema")
    yield from _schema(where, engine)
    if engine == "sqlite":
        tell("the file")
        yield from _file(Path(where))
    with reading(where) as source:
        for one in (*_CHECKS, *(_SQLITE_CHECKS if engine == "sqlite" else ())):
            tell(one.name)
            rows = source.ask(one.sql)
            if rows:
                yield Fault(one.name, [one.told.format(*row) for row in rows[:_SHOWN]], max(len(rows) - _SHOWN, 0))


def _schema(where: str, engine: Engine) -> Iterator[Fault]:
    """Tables, columns and indexes: all that our steps make, and what they make only."""
    with reading(where) as source:
        expected, found = _expected(source.schema, engine), source.parts()
    wrong = [f"{part} is missing" for part in sorted(expected - found)]
    wrong += [f"{part} is not ours" for part in sorted(found - expected)]
    if wrong:
        yield Fault("schema", wrong[:_SHOWN], max(len(wrong) - _SHOWN, 0))


def _expected(schema: int, engine: Engine) -> set[str]:
    if engine == "postgres":
        return {f"{table.name}.{column}" for table in tables_at(schema) for column in table.columns}
    with closing(sqlite3.connect(":memory:")) as connection:
        for step in migrations(engine):
            for statement in statements(step.sql) if step.number <= schema else ():
                connection.execute(statement)
        return parts_of(connection)


def _file(path: Path) -> Iterator[Fault]:
    """What SQLite finds in its file, and rows that refer to what is not there."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as connection:
        broken = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
        if broken:
            yield Fault("the file", broken[:_SHOWN], max(len(broken) - _SHOWN, 0))
        lost = [f"{row[0]} refers to {row[2]}" for row in connection.execute("PRAGMA foreign_key_check")]
        if lost:
            yield Fault("references", lost[:_SHOWN], max(len(lost) - _SHOWN, 0))
