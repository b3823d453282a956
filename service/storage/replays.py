"""Answers kept for calls that carry an Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07)."""

from collections.abc import Sequence

import msgspec

from service.domain.errors import Refusal
from service.storage.database import Database, Query, Statement


class KeyTaken(Refusal):
    """The key was used before: read its replay."""

    detail = "This Idempotency-Key was used before."


class Replay(msgspec.Struct, frozen=True):
    """An answer as it was given, and the hash of the request that it answered."""

    request_hash: str
    status: int
    location: str | None
    body: str


async def find(db: Database, site_id: str, owner: str, key: str, since: int) -> Replay | None:
    """The answer kept for this key, if it was given after `since` (milliseconds UTC)."""
    sql = (
        "SELECT request_hash, status, location, body FROM replays"
        " WHERE site_id = :site_id AND owner = :owner AND key = :key AND created_at > :since"
    )
    query = Query(sql, {"site_id": site_id, "owner": owner, "key": key, "since": since})
    (rows,) = await db.read(query)
    return Replay(*rows[0]) if rows else None


def keeping(key: tuple[str, str, str], replay: Replay, now_ms: int, since: int) -> Statement:
    """Keeps an answer under (site, owner, key), also in place of one from before `since`. Refused with KeyTaken."""
    site_id, owner, name = key
    return Statement(
        "INSERT INTO replays (site_id, owner, key, request_hash, status, location, body, created_at) VALUES (:site_id,"
        " :owner, :key, :request_hash, :status, :location, :body, :now) ON CONFLICT (site_id, owner, key) DO UPDATE"
        " SET request_hash = excluded.request_hash, status = excluded.status, location = excluded.location,"
        " body = excluded.body, created_at = excluded.created_at WHERE replays.created_at <= :since",
        {
            "site_id": site_id,
            "owner": owner,
            "key": name,
            "request_hash": replay.request_hash,
            "status": replay.status,
            "location": replay.location,
            "body": replay.body,
            "now": now_ms,
            "since": since,
        },
        KeyTaken(),
    )


class NothingLeft(Refusal):
    """There was nothing more to sweep."""


def sweeping(before_ms: int, most: int) -> Statement:
    """Forgets answers older than this moment, at most so many. Refused with NothingLeft."""
    sql = (
        "DELETE FROM replays WHERE (site_id, owner, key) IN"
        " (SELECT site_id, owner, key FROM replays WHERE created_at < :before ORDER BY created_at LIMIT :most)"
    )
    return Statement(sql, {"before": before_ms, "most": most}, NothingLeft)


async def naming(db: Database, site_id: str, location: str) -> list[tuple[str, str]]:
    """Whose (owner and key) the kept answers are that lead to this place. Looks through all of a site's."""
    sql = "SELECT owner, key FROM replays WHERE site_id = :site_id AND location = :location"
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "location": location}))
    return [(row[0], row[1]) for row in rows]


async def telling_of(db: Database, site_id: str, member_id: str) -> list[tuple[str, str]]:
    """Whose (owner and key) the kept answers are that name this member, as one who decided does stand in them."""
    sql = "SELECT owner, key FROM replays WHERE site_id = :site_id AND body LIKE :named"
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "named": f'%"{member_id}"%'}))
    return [(row[0], row[1]) for row in rows]


def erasing(site_id: str, owner: str, keys: Sequence[tuple[str, str]]) -> list[Statement]:
    """Forgets the answers given to this owner, and those of others that are named."""
    one = "DELETE FROM replays WHERE site_id = :site_id AND owner = :owner AND key = :key"
    return [
        Statement(
            "DELETE FROM replays WHERE site_id = :site_id AND owner = :owner", {"site_id": site_id, "owner": owner}
        ),
        *[Statement(one, {"site_id": site_id, "owner": other, "key": key}) for other, key in keys],
    ]
