"""Holds a ledger of acknowledgements against the database: everything told is there, once, and the counts are right."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from club import Decided, Ledger, Told


class Row(NamedTuple):
    """A comment as it is stored."""

    id: str
    text: str
    status: str
    version: int


# Each maintained number beside what it must be equal to. All must come out empty.
_WRONG_COUNTS = {
    "tabs": (
        "SELECT s.status, s.count, (SELECT COUNT(*) FROM comments c WHERE c.site_id = s.site_id AND"
        " c.status = s.status) AS found FROM status_counts s WHERE s.count <> found"
    ),
    "threads": (
        "SELECT t.key, t.count, (SELECT COUNT(*) FROM comments c WHERE c.thread_id = t.id AND"
        " c.status = 'approved') AS found FROM threads t WHERE t.count <> found"
    ),
    **{
        f"members, {status}": (
            f"SELECT m.name, m.{status}_count, (SELECT COUNT(*) FROM comments c WHERE c.author_id = m.id AND"
            f" c.status = '{status}') AS found FROM members m WHERE m.{status}_count <> found"
        )
        for status in ("approved", "rejected", "spam")
    },
    "log": (
        "SELECT c.id, c.status, c.version, COUNT(d.id) AS n FROM comments c LEFT JOIN decisions d ON"
        " d.comment_id = c.id GROUP BY c.id HAVING c.version <> n + 1"
    ),
    "last word": (
        "SELECT c.id, c.status, d.to_status FROM comments c JOIN decisions d ON d.comment_id = c.id AND"
        " d.version = c.version WHERE d.to_status <> c.status"
    ),
}


def check(database: Path, ledger: Ledger) -> None:
    """Fails, naming what is wrong, unless everything acknowledged is there exactly once and nothing else is."""
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        for what, sql in _WRONG_COUNTS.items():
            assert connection.execute(sql).fetchall() == [], what
        check_rows(connection.execute, ledger)


def check_rows(ask: Callable[[str], Iterable[Any]], ledger: Ledger) -> None:
    """The same of the acknowledged comments and decisions alone, on whatever engine."""
    rows = [Row(*row) for row in ask("SELECT id, text, status, version FROM comments")]
    _check_comments(rows, ledger)
    logged = ask("SELECT decision_id, comment_id, action, to_status, version FROM decisions")
    _check_decisions([Decided(*row) for row in logged], ledger)


def _check_comments(rows: list[Row], ledger: Ledger) -> None:
    stored = {row.id: row for row in rows}
    assert len({row.text for row in rows}) == len(rows), "a comment is there twice"
    for comment_id, told in ledger.comments.items():
        assert comment_id in stored, f"acknowledged and not there: {told}"
        _check_comment(stored[comment_id], told, ledger)
    unanswered = {attempt.text for attempt in ledger.unanswered}
    strangers = [r for r in rows if r.id not in ledger.comments and r.text not in unanswered]
    assert strangers == [], "nobody sent these"


def _check_comment(row: Row, told: Told, ledger: Ledger) -> None:
    assert row.text == told.attempt.text
    if row.id in ledger.in_doubt and row.version == told.version + 1:
        assert row.status == ledger.in_doubt[row.id], (row, told)
        return
    # To its author a comment in spam reads pending; what was decided is told plainly.
    as_told = (told.status, "spam") if told.version == 1 and told.status == "pending" else (told.status,)
    assert row.version == told.version, (row, told)
    assert row.status in as_told, (row, told)


def _check_decisions(logged: list[Decided], ledger: Ledger) -> None:
    counted = Counter((one.decision_id, one.comment_id) for one in logged)
    by_call = {one.decision_id: one for one in logged}
    for decided in ledger.decisions:
        assert counted[decided.decision_id, decided.comment_id] == 1, f"not once in the log: {decided}"
        assert by_call[decided.decision_id] == decided
    told = {decided.decision_id for decided in ledger.decisions}
    strangers = [one for one in logged if one.decision_id not in told and one.comment_id not in ledger.in_doubt]
    assert strangers == [], "nobody decided these"


def stored_texts(database: Path) -> Counter[str]:
    """How often each text is stored."""
    with closing(sqlite3.connect(database)) as connection:
        return Counter(row[0] for row in connection.execute("SELECT text FROM comments"))
