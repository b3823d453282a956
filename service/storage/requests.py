"""Requests to be made a member, open until they are decided."""

from service.domain.errors import NotAllowedNow
from service.domain.invitation import MembershipRequest, RequestOutcome
from service.domain.member import Member
from service.storage.database import Database, Outdated, Portion, Query, Row, Statement

_COLUMNS = "r.id, r.site_id, r.member_id, m.name, r.message, r.created_at, r.decided_at, r.decided_by, r.outcome"
_SOURCE = "membership_requests r JOIN members m ON m.id = r.member_id"


def _first(rows: list[Row]) -> MembershipRequest | None:
    return MembershipRequest(*rows[0]) if rows else None


async def find(db: Database, site_id: str, request_id: str) -> MembershipRequest | None:
    """The request of this id, on this site only, whatever became of it."""
    sql = f"SELECT {_COLUMNS} FROM {_SOURCE} WHERE r.site_id = :site_id AND r.id = :id"
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "id": request_id}))
    return _first(rows)


async def latest_of(db: Database, site_id: str, member_id: str) -> MembershipRequest | None:
    """The last request of somebody, whatever became of it."""
    sql = (
        f"SELECT {_COLUMNS} FROM {_SOURCE} WHERE r.member_id = :member_id AND r.site_id = :site_id"
        " ORDER BY r.id DESC LIMIT 1"
    )
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "member_id": member_id}))
    return _first(rows)


async def open_page(db: Database, site_id: str, after: str, limit: int) -> list[MembershipRequest]:
    """The requests that nobody has decided, oldest first."""
    sql = (
        f"SELECT {_COLUMNS} FROM {_SOURCE} WHERE r.site_id = :site_id AND r.decided_at IS NULL AND r.id > :after"
        " ORDER BY r.id LIMIT :limit"
    )
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "after": after, "limit": limit}))
    return [MembershipRequest(*row) for row in rows]


def adding(new: MembershipRequest) -> Statement:
    """Keeps a request of somebody who is no member yet. Refused with Outdated where he is, or has asked already."""
    return Statement(
        "INSERT INTO membership_requests (id, site_id, member_id, message, created_at) SELECT :id, m.site_id, m.id,"
        " :message, :created_at FROM members m WHERE m.id = :member_id AND m.site_id = :site_id"
        " AND m.status = 'invited' ON CONFLICT DO NOTHING",
        {
            "id": new.id,
            "site_id": new.site_id,
            "member_id": new.member_id,
            "message": new.message,
            "created_at": new.created_at,
        },
        Outdated,
    )


def deciding(seen: MembershipRequest, outcome: RequestOutcome, decided_by: str | None, now_ms: int) -> Statement:
    """Decides a request, once. Refused with NotAllowedNow. `decided_by` None: at the console."""
    return Statement(
        "UPDATE membership_requests SET decided_at = :now, decided_by = :decided_by, outcome = :outcome"
        " WHERE site_id = :site_id AND id = :id AND decided_at IS NULL",
        {"now": now_ms, "decided_by": decided_by, "outcome": outcome, "site_id": seen.site_id, "id": seen.id},
        NotAllowedNow("This request has been decided already."),
    )


def closing(member: Member, outcome: RequestOutcome, now_ms: int) -> Statement:
    """Decides the open request of somebody who was let in, or banned, in another way. Nothing to do is fine."""
    return Statement(
        "UPDATE membership_requests SET decided_at = :now, outcome = :outcome WHERE member_id = :member_id"
        " AND site_id = :site_id AND decided_at IS NULL",
        {"now": now_ms, "outcome": outcome, "member_id": member.id, "site_id": member.site_id},
    )


def sweeping(before_ms: int) -> Statement:
    """Forgets those that were decided before this moment."""
    return Statement("DELETE FROM membership_requests WHERE decided_at < :before", {"before": before_ms})


def erasing(member: Member) -> list[Statement]:
    """Takes away what a member wrote when he asked to be let in."""
    return [
        Statement(
            "DELETE FROM membership_requests WHERE site_id = :site_id AND member_id = :id",
            {"site_id": member.site_id, "id": member.id},
        )
    ]


async def exported(db: Database, member: Member, _: str) -> Portion:
    """When a member asked to be let in, what he wrote, and what became of it."""
    names = ("id", "message", "created_at", "decided_at", "outcome")
    sql = (
        f"SELECT {', '.join(names)} FROM membership_requests WHERE member_id = :member_id AND site_id = :site_id"
        " ORDER BY id"
    )
    (rows,) = await db.read(Query(sql, {"member_id": member.id, "site_id": member.site_id}))
    return Portion([dict(zip(names, row, strict=True)) for row in rows], None)
