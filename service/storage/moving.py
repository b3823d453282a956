"""Units that move threads to other keys and into one another. Finding threads is in threads.py."""

from collections.abc import Sequence
from typing import NamedTuple

from service.domain.thread import Thread, lookup_key
from service.storage import subscriptions
from service.storage.database import Database, Outdated, Query, Statement, Unit


class Move(NamedTuple):
    """A thread as it was seen, and the key that it goes to."""

    seen: Thread
    key: str


async def comments_of(db: Database, thread_id: str) -> int:
    """How many comments a thread has, in all statuses."""
    parameters = {"id": thread_id}
    shown, unshown = await db.read(
        Query("SELECT COUNT(*) FROM comments WHERE thread_id = :id AND shown = 1", parameters),
        Query("SELECT COUNT(*) FROM comments WHERE thread_id = :id AND shown = 0", parameters),
    )
    return sum(rows[0][0] for rows in (shown, unshown) if rows)


def moving(move: Move, now_ms: int) -> Unit:
    """Gives a thread another key; the old one goes on leading to it.

    Refused with Outdated when the thread has changed since it was seen, or another stands at the key by now.
    """
    return _settling(move), _leading(move.seen, move.seen.id, now_ms), _not_leading_to_itself(move)


def moving_round(moves: Sequence[Move], now_ms: int) -> Unit:
    """Gives threads each other's keys, all at once. Refused with Outdated when one has changed since it was seen."""
    return (
        *[_leaving(move.seen) for move in moves],
        *[_settling(move, by=1) for move in moves],
        *[_leading(move.seen, move.seen.id, now_ms) for move in moves],
    )


def merging(gone: Thread, kept: Thread, merged: Thread, now_ms: int) -> Unit:
    """Puts all comments of one thread into another, with the log, the count and the keys that lead to it.

    `merged` is what the kept thread is to be. Refused with Outdated when either has changed since it was seen.
    """
    both = {"gone": gone.id, "kept": kept.id}
    return (
        _keeping(kept, merged, gone),
        _going(gone, kept.id),
        # Each with its own partial index, so that no table is searched.
        Statement("UPDATE comments SET thread_id = :kept WHERE thread_id = :gone AND shown = 1", both),
        Statement("UPDATE comments SET thread_id = :kept WHERE thread_id = :gone AND shown = 0", both),
        Statement("UPDATE decisions SET thread_id = :kept WHERE thread_id = :gone", both),
        *subscriptions.moving(gone.id, kept.id),
        Statement("UPDATE thread_aliases SET thread_id = :kept WHERE thread_id = :gone", both),
        _leading(gone, kept.id, now_ms),
        _not_leading_to_itself(Move(kept, kept.key)),
    )


def forgetting(site_id: str, key: str) -> Unit:
    """Lets a former key lead nowhere: the next comment there begins a thread. Does nothing where there is none."""
    return (
        Statement(
            "DELETE FROM thread_aliases WHERE site_id = :site_id AND lookup_key = :lookup_key",
            {"site_id": site_id, "lookup_key": lookup_key(key)},
        ),
    )


def _settling(move: Move, by: int = 0) -> Statement:
    """Puts a thread at its new key, where no other may stand. `by`: what was added to the version seen already."""
    return Statement(
        "UPDATE threads SET key = :key, lookup_key = :lookup_key, version = version + 1 WHERE site_id = :site_id"
        " AND id = :id AND version = :seen AND merged_into IS NULL AND NOT EXISTS (SELECT 1 FROM threads o"
        " WHERE o.site_id = :site_id AND o.lookup_key = :lookup_key AND o.id <> :id)",
        {
            "key": move.key,
            "lookup_key": lookup_key(move.key),
            "site_id": move.seen.site_id,
            "id": move.seen.id,
            "seen": move.seen.version + by,
        },
        Outdated,
    )


def _leaving(seen: Thread) -> Statement:
    """Takes a thread from its key to a place of its own that is no path, until it settles in the same unit."""
    return Statement(
        "UPDATE threads SET lookup_key = :nowhere, version = version + 1"
        " WHERE site_id = :site_id AND id = :id AND version = :seen AND merged_into IS NULL",
        {"nowhere": f"moving {seen.id}", "site_id": seen.site_id, "id": seen.id, "seen": seen.version},
        Outdated,
    )


def _keeping(kept: Thread, merged: Thread, gone: Thread) -> Statement:
    """What the kept thread takes over. The counts are the database's: they move without a new version."""
    return Statement(
        "UPDATE threads SET url = :url, title = :title, state = :state, moderation = :moderation,"
        " published_at = :published_at, created_at = :created_at, version = version + 1,"
        " count = count + (SELECT g.count FROM threads g WHERE g.id = :gone)"
        " WHERE site_id = :site_id AND id = :id AND version = :seen AND merged_into IS NULL",
        {
            "url": merged.url,
            "title": merged.title,
            "state": merged.state,
            "moderation": merged.moderation,
            "published_at": merged.published_at,
            "created_at": merged.created_at,
            "gone": gone.id,
            "site_id": kept.site_id,
            "id": kept.id,
            "seen": kept.version,
        },
        Outdated,
    )


def _going(gone: Thread, kept_id: str) -> Statement:
    return Statement(
        "UPDATE threads SET merged_into = :kept, lookup_key = :nowhere, count = 0, version = version + 1"
        " WHERE site_id = :site_id AND id = :id AND version = :seen AND merged_into IS NULL",
        {
            "kept": kept_id,
            "nowhere": f"merged {gone.id}",
            "site_id": gone.site_id,
            "id": gone.id,
            "seen": gone.version,
        },
        Outdated,
    )


def _leading(left: Thread, to_id: str, now_ms: int) -> Statement:
    """Lets the key that a thread has left lead to where it is now."""
    return Statement(
        "INSERT INTO thread_aliases (site_id, lookup_key, thread_id, created_at) VALUES (:site_id, :lookup_key,"
        " :thread_id, :created_at) ON CONFLICT (site_id, lookup_key) DO UPDATE SET thread_id = excluded.thread_id,"
        " created_at = excluded.created_at",
        {
            "site_id": left.site_id,
            "lookup_key": lookup_key(left.key),
            "thread_id": to_id,
            "created_at": now_ms,
        },
    )


def _not_leading_to_itself(move: Move) -> Statement:
    """A thread that comes back to a key it once had needs no lead from there."""
    return Statement(
        "DELETE FROM thread_aliases WHERE site_id = :site_id AND lookup_key = :lookup_key AND thread_id = :id",
        {"site_id": move.seen.site_id, "lookup_key": lookup_key(move.key), "id": move.seen.id},
    )
