"""Threads: found by their key, added at their first comment, counted by every unit. Moving them is in moving.py."""

from collections.abc import Sequence

from service.domain.site import ThreadState
from service.domain.thread import Thread
from service.storage.database import Database, Outdated, Query, Reads, Row, Statement, Unit, Value

_COLUMNS = "id, site_id, key, url, title, state, moderation, published_at, created_at, count, version"
_OF_THREAD = ", ".join(f"t.{name}" for name in _COLUMNS.split(", "))


def _thread(row: Row) -> Thread:
    return Thread(*row)


def _at(site_id: str, lookup_key: str) -> Query:
    sql = f"SELECT {_COLUMNS} FROM threads WHERE site_id = :site_id AND lookup_key = :lookup_key"
    return Query(sql, {"site_id": site_id, "lookup_key": lookup_key})


def _formerly_at(site_id: str, lookup_key: str) -> Query:
    sql = (
        f"SELECT {_OF_THREAD} FROM thread_aliases a JOIN threads t ON t.id = a.thread_id"
        " WHERE a.site_id = :site_id AND a.lookup_key = :lookup_key"
    )
    return Query(sql, {"site_id": site_id, "lookup_key": lookup_key})


async def find(db: Database, site_id: str, lookup_key: str) -> Thread | None:
    """The thread of this page; where none stands there, the one that moved away from it."""
    here, formerly = await db.read(_at(site_id, lookup_key), _formerly_at(site_id, lookup_key))
    return next((_thread(row) for row in (*here, *formerly)), None)


async def standing(db: Database, site_id: str, lookup_keys: Sequence[str]) -> dict[str, Thread]:
    """The threads that stand at these keys, by key."""
    answers = await db.read(*[_at(site_id, key) for key in lookup_keys])
    return {key: _thread(rows[0]) for key, rows in zip(lookup_keys, answers, strict=True) if rows}


async def formerly(db: Database, site_id: str, lookup_keys: Sequence[str]) -> dict[str, Thread]:
    """The threads that stood at these keys last and have moved away, by key."""
    answers = await db.read(*[_formerly_at(site_id, key) for key in lookup_keys])
    return {key: _thread(rows[0]) for key, rows in zip(lookup_keys, answers, strict=True) if rows}


async def many(db: Reads, site_id: str, ids: Sequence[str]) -> dict[str, Thread]:
    """The threads of these ids, on this site only."""
    sql = f"SELECT {_COLUMNS} FROM threads WHERE site_id = :site_id AND id = :id AND merged_into IS NULL"
    answers = await db.read(*[Query(sql, {"site_id": site_id, "id": one}) for one in ids])
    return {rows[0][0]: _thread(rows[0]) for rows in answers if rows}


async def page(db: Database, site_id: str, after: str, limit: int) -> list[Thread]:
    """The site's threads in the order of their making."""
    sql = (
        f"SELECT {_COLUMNS} FROM threads WHERE site_id = :site_id AND merged_into IS NULL AND id > :after"
        " ORDER BY id LIMIT :limit"
    )
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "after": after, "limit": limit}))
    return [_thread(row) for row in rows]


async def counts(db: Database, site_id: str, lookup_keys: Sequence[str]) -> dict[str, tuple[int, ThreadState | None]]:
    """Approved comments, and the thread's own state, of each of these pages that has a thread."""
    names: dict[str, Value] = {f"k{i}": key for i, key in enumerate(lookup_keys)}
    wanted = f"lookup_key IN ({', '.join(':' + name for name in names)})"
    here = f"SELECT lookup_key, count, state FROM threads WHERE site_id = :site_id AND {wanted}"
    moved = (
        "SELECT a.lookup_key, t.count, t.state FROM thread_aliases a JOIN threads t ON t.id = a.thread_id"
        f" WHERE a.site_id = :site_id AND a.{wanted}"
    )
    parameters = {"site_id": site_id, **names}
    standing_here, moved_away = await db.read(Query(here, parameters), Query(moved, parameters))
    return {row[0]: (row[1], row[2]) for row in (*moved_away, *standing_here)}


def adding(thread: Thread, lookup_key: str) -> Statement:
    """Adds a thread unless its page has one: the first url, title and time of publication stay.

    A page whose thread has moved away has one: elsewhere.
    """
    return Statement(
        "INSERT INTO threads (id, site_id, key, lookup_key, url, title, state, moderation, published_at, created_at,"
        " count, version) SELECT :id, :site_id, :key, :lookup_key, :url, :title, NULL, NULL, :published_at,"
        " :created_at, 0, 1 WHERE NOT EXISTS (SELECT 1 FROM thread_aliases a WHERE a.site_id = :site_id AND"
        " a.lookup_key = :lookup_key) ON CONFLICT (site_id, lookup_key) DO NOTHING",
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


def filling(thread: Thread, url: str | None, title: str | None, published_at: int | None) -> Statement:
    """Gives a thread what nobody has told of its page yet: url, title, time of publication. The first ones stay."""
    return Statement(
        "UPDATE threads SET url = COALESCE(url, :url), title = COALESCE(title, :title),"
        " published_at = COALESCE(published_at, :published_at) WHERE id = :id AND site_id = :site_id",
        {
            "url": url,
            "title": title,
            "published_at": published_at,
            "id": thread.id,
            "site_id": thread.site_id,
        },
    )


def counting_page(site_id: str, lookup_key: str, change: int) -> Statement:
    """Moves the number of approved comments of a page, whose thread another submission may have added first."""
    return Statement(
        "UPDATE threads SET count = count + :change WHERE site_id = :site_id AND lookup_key = :lookup_key",
        {"site_id": site_id, "lookup_key": lookup_key, "change": change},
    )


def counting(thread_id: str, change: int) -> Statement:
    """Moves the number of approved comments. Refused with Outdated when the thread has gone into another."""
    return Statement(
        "UPDATE threads SET count = count + :change WHERE id = :id AND merged_into IS NULL",
        {"id": thread_id, "change": change},
        Outdated,
    )


def setting(seen: Thread, wanted: Thread) -> Unit:
    """Sets what people set of a thread: its own state and moderation, title, url, time of publication.

    Refused with Outdated when another has set them, or moved it, since the thread was seen.
    """
    return (
        Statement(
            "UPDATE threads SET state = :state, moderation = :moderation, title = :title, url = :url,"
            " published_at = :published_at, version = version + 1"
            " WHERE site_id = :site_id AND id = :id AND version = :seen",
            {
                "seen": seen.version,
                "state": wanted.state,
                "moderation": wanted.moderation,
                "title": wanted.title,
                "url": wanted.url,
                "published_at": wanted.published_at,
                "site_id": seen.site_id,
                "id": seen.id,
            },
            Outdated,
        ),
    )
