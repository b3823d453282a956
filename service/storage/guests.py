"""Guests, who have no row of their own: what came from one address, by its keyed hash, and the forgetting of it."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from service.domain.comment import Comment
from service.storage.comments import COLUMNS, SOURCE, comment
from service.storage.database import Database, Query, Reads, Row, Statement

_COUNTED = 200


class GuestRecord(msgspec.Struct, frozen=True):
    """What came from an address of late: how often what, the oldest that is still known, the last few."""

    since: int  # milliseconds UTC
    approved: int
    rejected: int
    spam: int
    latest: list[Comment]


async def addresses(db: Reads, site_id: str, ids: Sequence[str]) -> dict[str, str]:
    """The address keys of these comments, where they have one."""
    sql = "SELECT id, address_key FROM comments WHERE site_id = :site_id AND id = :id AND address_key IS NOT NULL"
    answers = await db.read(*[Query(sql, {"site_id": site_id, "id": one}) for one in ids])
    return {rows[0][0]: rows[0][1] for rows in answers if rows}


async def records(db: Reads, site_id: str, keys: Sequence[str], latest: int) -> dict[str, GuestRecord]:
    """The record of each of these addresses. Of very many comments only the newest are counted."""
    of_address = "c.site_id = :site_id AND c.address_key = :key"
    newest = f"SELECT {COLUMNS} FROM {SOURCE} WHERE {of_address} ORDER BY c.id DESC LIMIT :latest"
    counted = f"SELECT c.status FROM comments c WHERE {of_address} ORDER BY c.id DESC LIMIT {_COUNTED}"
    oldest = f"SELECT c.created_at FROM comments c WHERE {of_address} ORDER BY c.id LIMIT 1"
    queries = [
        Query(sql, {"site_id": site_id, "key": key, "latest": latest})
        for key in keys
        for sql in (newest, counted, oldest)
    ]
    answers = iter(await db.read(*queries))
    found = {key: (next(answers), next(answers), next(answers)) for key in keys}
    return {key: _record(*answer) for key, answer in found.items() if answer[2]}


def _record(newest: list[Row], statuses: list[Row], oldest: list[Row]) -> GuestRecord:
    numbers = Counter(row[0] for row in statuses)
    approved, rejected, spam = numbers["approved"], numbers["rejected"], numbers["spam"]
    return GuestRecord(oldest[0][0], approved, rejected, spam, [comment(row) for row in newest])


async def known_before(db: Database, site_id: str, before_id: str, limit: int) -> list[str]:
    """Guests' comments made before an id of which an address is still known, oldest first."""
    sql = (
        "SELECT id FROM comments WHERE site_id = :site_id AND (address_key IS NOT NULL OR author_email IS NOT NULL)"
        " AND id < :before ORDER BY id LIMIT :limit"
    )
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "before": before_id, "limit": limit}))
    return [row[0] for row in rows]


def forgetting(comment_id: str) -> Statement:
    """Forgets where a guest's comment came from: the hash of the address, and the mail address."""
    return Statement("UPDATE comments SET address_key = NULL, author_email = NULL WHERE id = :id", {"id": comment_id})
