"""Threads: found by their key, added at their first comment, with a count that every unit keeps up."""

from collections.abc import Sequence

from service.domain.site import Moderation, ThreadState
from service.domain.thread import Thread
from service.storage.database import Database, Outdated, Query, Row, Statement, Unit

_COLUMNS = "id, site_id, key, url, title, state, moderation, published_at, created_at, count, version"


def _thread(row: Row) -> Thread:
    return Thread(*row)


async def find(db: Database, site_id: str, lookup_key: str) -> Thread | None:
    """The thread of this page."""
    sql = f"SELECT {_COLUMNS} FROM threads WHERE site_id = :site_id AND lookup_key = :lookup_key"
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "lookup_key": lookup_key}))
    return _thread(rows[0]) if rows else None


async def many(db: Database, site_id: str, ids: Sequence[str]) -> dict[str, Thread]:
    """The threads of these ids, on this site only."""
    sql = f"SELECT {_COLUMNS} FROM threads WHERE site_id = :site_id AND id = :id"
    answers = await db.read(*[Query(sql, {"site_id": site_id, "id": one}) for one in ids])
    return {rows[0][0]: _thread(rows[0]) for rows in answers if rows}


async def page(db: Database, site_id: str, after: str, limit: int) -> list[Thread]:
    """The site's threads in the order of their making."""
    sql = f"SELECT {_COLUMNS} FROM threads WHERE site_id = :site_id AND id > :after ORDER BY id LIMIT :limit"
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "after": after, "limit": limit}))
    return [_thread(row) for row in rows]


async def counts(db: Database, site_id: str, lookup_keys: Sequence[str]) -> dict[str, tuple[int, ThreadState | None]]:
    """Approved comments, and the thread's own state, of each of these pages that has a thread."""
    names = {f"k{i}": key for i, key in enumerate(lookup_keys)}
    sql = (
        "SELECT lookup_key, count, state FROM threads WHERE site_id = :site_id AND lookup_key IN"
        f" ({', '.join(':' + name for name in names)})"
    )
    (rows,) = await db.read(Query(sql, {"site_id": site_id, **names}))
    return {row[0]: (row[1], row[2]) for row in rows}


def adding(thread: Thread, lookup_key: str) -> Statement:
    """Adds a thread unless its page has one: the first url, title and time of publication stay."""
    return Statement(
        "INSERT INTO threads (id, site_id, key, lookup_key, url, title, state, moderation, published_at, created_at,"
        " count, version) VALUES (:id, :site_id, :key, :lookup_key, :url, :title, NULL, NULL, :published_at,"
        " :created_at, 0, 1) ON CONFLICT (site_id, lookup_key) DO NOTHING",
        {
            "id": thread.id,
            "site_id": thread.site_id,
            "key": thread.key,
            "lookup_key": lookup_key,
            "url": thread.url,
            "title": thread.title,
            "published_at": thread.published_at,
            "created_at": thread.created_at,
        },
    )


def counting_page(site_id: str, lookup_key: str, change: int) -> Statement:
    """Moves the number of approved comments of a page, whose thread another submission may have added first."""
    return Statement(
        "UPDATE threads SET count = count + :change WHERE site_id = :site_id AND lookup_key = :lookup_key",
        {"site_id": site_id, "lookup_key": lookup_key, "change": change},
    )


def counting(thread_id: str, change: int) -> Statement:
    """Moves the number of approved comments."""
    return Statement("UPDATE threads SET count = count + :change WHERE id = :id", {"id": thread_id, "change": change})


def setting(seen: Thread, state: ThreadState | None, moderation: Moderation | None, title: str | None) -> Unit:
    """Sets the thread's own state, moderation and title; None lets the site's policy speak again.

    Refused with Outdated when another has set them since the thread was seen.
    """
    return (
        Statement(
            "UPDATE threads SET state = :state, moderation = :moderation, title = :title, version = version + 1"
            " WHERE site_id = :site_id AND id = :id AND version = :seen",
            {
                "seen": seen.version,
                "state": state,
                "moderation": moderation,
                "title": title,
                "site_id": seen.site_id,
                "id": seen.id,
            },
            Outdated,
        ),
    )
