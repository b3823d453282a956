"""Every list uses an index: EXPLAIN QUERY PLAN is asked for each query that the storage sends, and none may scan."""

import asyncio
import inspect
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.domain.comment import Author, Comment
from service.storage import (
    comments,
    decisions,
    members,
    outbox,
    queue,
    replays,
    sent_letters,
    sessions,
    sites,
    subscriptions,
    threads,
    tokens,
)
from service.storage.database import Query, Row
from service.storage.decisions import LogFilter
from service.storage.queue import Position

A_COMMENT = Comment("c", "blog", "t", "p", Author("a", "Ada", "member"), "x", "x", "pending", 1, None, 1)
START = Position("0", 0.5)

# Every reading function of storage, with arguments that make it send its queries.
READS: dict[str, Callable[[Any], Any]] = {
    "sites.find": lambda db: sites.find(db, "blog"),
    "sites.status_counts": lambda db: sites.status_counts(db, "blog"),
    "members.find": lambda db: members.find(db, "blog", "m"),
    "members.find_by_name": lambda db: members.find_by_name(db, "blog", "Ada"),
    "members.find_by_email": lambda db: members.find_by_email(db, "blog", "a@b.example"),
    "members.taken_names": lambda db: members.taken_names(db, "blog", ["Ada"]),
    "members.many": lambda db: members.many(db, "blog", ["m"]),
    "members.page": lambda db: members.page(db, "blog", "", 50),
    "tokens.find": lambda db: tokens.find(db, "h"),
    "sessions.find": lambda db: sessions.find(db, "blog", "s"),
    "sessions.find_by_refresh_token": lambda db: sessions.find_by_refresh_token(db, "blog", "h"),
    "sessions.living_of": lambda db: sessions.living_of(db, "blog", "m", 0),
    "threads.find": lambda db: threads.find(db, "blog", "/a"),
    "threads.many": lambda db: threads.many(db, "blog", ["t"]),
    "threads.page": lambda db: threads.page(db, "blog", "", 50),
    "threads.counts": lambda db: threads.counts(db, "blog", ["/a", "/b"]),
    "comments.find": lambda db: comments.find(db, "blog", "c"),
    "comments.many": lambda db: comments.many(db, "blog", ["c"]),
    "comments.find_repeat": lambda db: comments.find_repeat(db, "m", 1, 0),
    "comments.made_since": lambda db: comments.made_since(db, "m", "0", 10),
    "comments.of_thread": lambda db: asyncio.gather(
        comments.of_thread(db, "t", "oldest", "", 100), comments.of_thread(db, "t", "newest", "~", 100)
    ),
    "comments.waiting_of_author": lambda db: asyncio.gather(
        comments.waiting_of_author(db, "t", "m", "oldest", "", 100),
        comments.waiting_of_author(db, "t", "m", "newest", "~", 100),
    ),
    "comments.recent": lambda db: comments.recent(db, "blog", 50),
    "comments.ancestors": lambda db: comments.ancestors(db, "c"),
    "decisions.log": lambda db: asyncio.gather(
        *[
            decisions.log(db, "blog", LogFilter(actor, action, thread), "~", 50)
            for actor in (None, "m")
            for action in (None, "approve")
            for thread in (None, "t")
        ]
    ),
    "decisions.history": lambda db: decisions.history(db, "blog", "c"),
    "decisions.histories": lambda db: decisions.histories(db, "blog", ["c"]),
    "decisions.of_call": lambda db: decisions.of_call(db, "blog", "d"),
    "decisions.labels": lambda db: decisions.labels(db, "blog", ["c"]),
    "queue.page": lambda db: asyncio.gather(
        *[
            queue.page(db, "blog", status, sort, after, 50)
            for status in ("pending", "spam", "rejected", "removed", "approved")
            for sort in ("oldest", "newest", "riskiest", "uncertain")
            for after in (None, START)
            if status != "approved" or sort in ("oldest", "newest")
        ]
    ),
    "queue.neighbours": lambda db: queue.neighbours(db, [A_COMMENT]),
    "queue.latest_of_authors": lambda db: queue.latest_of_authors(db, ["m"], 5),
    "outbox.claimed": lambda db: outbox.claimed(db, "c"),
    "outbox.is_due": lambda db: outbox.is_due(db, 0),
    "outbox.waiting": lambda db: outbox.waiting(db, 50),
    "outbox.given_up": lambda db: outbox.given_up(db, 50),
    "sent_letters.since": lambda db: sent_letters.since(db, "h", "held", 0),
    "subscriptions.find": lambda db: subscriptions.find(db, "blog", "s"),
    "subscriptions.find_by_email": lambda db: subscriptions.find_by_email(db, "blog", "t", "a@blog.example"),
    "subscriptions.of_thread": lambda db: subscriptions.of_thread(db, "blog", "t", "", 50),
    "subscriptions.of_member": lambda db: subscriptions.of_member(db, "blog", "m", "", 50),
    "subscriptions.address_of_author": lambda db: subscriptions.address_of_author(db, "blog", "c"),
    "subscriptions.is_stopped": lambda db: subscriptions.is_stopped(db, "blog", "h", "held"),
    "replays.find": lambda db: replays.find(db, "blog", "m", "k", 0),
}
# Read whole on purpose: a few rows, by the console at start.
WHOLE = {"sites.every"}


class Recorder:
    """Stands where a database would, and keeps the queries."""

    def __init__(self) -> None:
        self.queries: list[Query] = []

    async def read(self, *queries: Query) -> list[list[Row]]:
        self.queries += queries
        return [[] for _ in queries]


@pytest.mark.parametrize("name", READS)
async def test_no_read_scans_or_sorts(name: str, db: object, tmp_path: Path) -> None:
    recorder = Recorder()
    await READS[name](recorder)
    assert recorder.queries
    connection = sqlite3.connect(tmp_path / "greenroom.sqlite")
    try:
        for query in recorder.queries:
            plan = connection.execute(f"EXPLAIN QUERY PLAN {query.sql}", query.parameters).fetchall()
            steps = [row[3] for row in plan]
            bad = [
                s for s in steps if (s.startswith("SCAN") and s not in ("SCAN a", "SCAN above") and "CONSTANT" not in s)
            ]
            assert not bad, (query.sql, steps)
            if "RECURSIVE" not in query.sql:  # the chain of ancestors is sorted, all of it
                assert not any("TEMP B-TREE" in s for s in steps), (query.sql, steps)
    finally:
        connection.close()


def test_every_reading_function_is_looked_at() -> None:
    modules = (
        outbox,
        sent_letters,
        subscriptions,
        comments,
        decisions,
        members,
        queue,
        replays,
        sessions,
        sites,
        threads,
        tokens,
    )
    reading = {
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for module in modules
        for name, function in inspect.getmembers(module, inspect.iscoroutinefunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }
    assert reading == set(READS) | WHOLE
