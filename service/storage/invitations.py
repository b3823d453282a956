"""Invitations, kept with the hash of their code. Requests to be let in are in requests.py."""

from service.domain.errors import NotAllowedNow, Refusal
from service.domain.invitation import Invitation, InvitationUsed
from service.domain.member import Member
from service.storage.database import Database, Portion, Query, Row, Statement

_COLUMNS = "id, site_id, email, name, role, invited_by, created_at, expires_at, used_at, used_by, revoked_at"


class InvitedAlready(Refusal):
    """There is an open invitation to this address."""

    detail = "There is an open invitation to this address already."


def _first(rows: list[Row]) -> Invitation | None:
    return Invitation(*rows[0]) if rows else None


async def find(db: Database, site_id: str, invitation_id: str) -> Invitation | None:
    """The invitation of this id, on this site only, whatever its state."""
    sql = f"SELECT {_COLUMNS} FROM invitations WHERE site_id = :site_id AND id = :id"
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "id": invitation_id}))
    return _first(rows)


async def find_by_code(db: Database, site_id: str, code_hash: str) -> Invitation | None:
    """The invitation of this code, on this site only, whatever its state."""
    sql = f"SELECT {_COLUMNS} FROM invitations WHERE site_id = :site_id AND code_hash = :code_hash"
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "code_hash": code_hash}))
    return _first(rows)


_OPEN_FOR = (
    f"SELECT {_COLUMNS} FROM invitations WHERE site_id = :site_id AND email = :email AND used_at IS NULL"
    " AND revoked_at IS NULL"
)


async def waiting_for(db: Database, site_id: str, email: str) -> Invitation | None:
    """The invitation to this address that is neither used nor revoked; it may be over."""
    (rows,) = await db.read(Query(_OPEN_FOR, {"site_id": site_id, "email": email}))
    return _first(rows)


async def waiting_for_many(db: Database, site_id: str, emails: list[str]) -> dict[str, Invitation]:
    """The same for each of these addresses that has one."""
    answers = await db.read(*[Query(_OPEN_FOR, {"site_id": site_id, "email": one}) for one in emails])
    return {email: Invitation(*rows[0]) for email, rows in zip(emails, answers, strict=True) if rows}


async def page(db: Database, site_id: str, after: str, limit: int) -> list[Invitation]:
    """The site's invitations in the order of their making."""
    sql = f"SELECT {_COLUMNS} FROM invitations WHERE site_id = :site_id AND id > :after ORDER BY id LIMIT :limit"
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "after": after, "limit": limit}))
    return [Invitation(*row) for row in rows]


async def made_since(db: Database, inviter_id: str, first_id: str, limit: int) -> int:
    """How many invitations a member has made from this id on, counting no further than the limit."""
    sql = "SELECT id FROM invitations WHERE invited_by = :inviter AND id >= :first_id ORDER BY id LIMIT :limit"
    (rows,) = await db.read(Query(sql, {"inviter": inviter_id, "first_id": first_id, "limit": limit}))
    return len(rows)


def adding(new: Invitation, code_hash: str | None) -> Statement:
    """Keeps an invitation. Refused with InvitedAlready when there is one to this address that is not used."""
    names = _COLUMNS.split(", ")
    return Statement(
        f"INSERT INTO invitations ({_COLUMNS}, code_hash) VALUES ({', '.join(':' + name for name in names)},"
        " :code_hash) ON CONFLICT DO NOTHING",
        {**{name: getattr(new, name) for name in names}, "code_hash": code_hash},
        InvitedAlready,
    )


def setting_code(invitation: Invitation, code_hash: str, now_ms: int) -> Statement:
    """Puts a code in place of the one before. Refused when the invitation is no longer open."""
    return Statement(
        "UPDATE invitations SET code_hash = :code_hash WHERE site_id = :site_id AND id = :id AND used_at IS NULL"
        " AND revoked_at IS NULL AND expires_at > :now",
        {"code_hash": code_hash, "site_id": invitation.site_id, "id": invitation.id, "now": now_ms},
        NotAllowedNow("This invitation is no longer open."),
    )


def using(invitation: Invitation, member_id: str, now_ms: int) -> Statement:
    """Uses an invitation up: the first one only. Refused with InvitationUsed."""
    return Statement(
        "UPDATE invitations SET used_at = :now, used_by = :member_id WHERE site_id = :site_id AND id = :id"
        " AND used_at IS NULL AND revoked_at IS NULL AND expires_at > :now",
        {"now": now_ms, "member_id": member_id, "site_id": invitation.site_id, "id": invitation.id},
        InvitationUsed,
    )


def revoking(invitation: Invitation, now_ms: int) -> Statement:
    """Takes an invitation back. Refused with NotAllowedNow if it was used; one that was taken back stays so."""
    return Statement(
        "UPDATE invitations SET revoked_at = COALESCE(revoked_at, :now) WHERE site_id = :site_id AND id = :id"
        " AND used_at IS NULL",
        {"now": now_ms, "site_id": invitation.site_id, "id": invitation.id},
        NotAllowedNow("This invitation has been used; it cannot be taken back."),
    )


def sweeping(before_ms: int) -> Statement:
    """Forgets those that were over before this moment and that nobody took: they hold strangers' addresses."""
    return Statement("DELETE FROM invitations WHERE used_at IS NULL AND expires_at < :before", {"before": before_ms})


def erasing(member: Member) -> list[Statement]:
    """Takes away the invitations that brought a member in or were meant for him, by address or name."""
    parameters = {"site_id": member.site_id, "id": member.id, "email": member.email or "", "name": member.name}
    return [
        Statement(
            "DELETE FROM invitations WHERE site_id = :site_id"
            " AND (used_by = :id OR email = :email OR (name = :name AND email IS NULL))",
            parameters,
        )
    ]


_HIS = "site_id = :site_id AND (used_by = :id OR email = :email)"


async def of_member(db: Database, member: Member) -> list[str]:
    """The ids of the invitations that brought a member in, or that went to his address."""
    parameters = {"site_id": member.site_id, "id": member.id, "email": member.email or ""}
    (rows,) = await db.read(Query(f"SELECT id FROM invitations WHERE {_HIS} ORDER BY id", parameters))
    return [row[0] for row in rows]


async def exported(db: Database, member: Member, _: str) -> Portion:
    """The invitations that brought a member in, or that went to his address."""
    names = ("id", "email", "name", "role", "created_at", "expires_at", "used_at", "revoked_at")
    sql = f"SELECT {', '.join(names)} FROM invitations WHERE {_HIS} ORDER BY id"
    parameters = {"site_id": member.site_id, "id": member.id, "email": member.email or ""}
    (rows,) = await db.read(Query(sql, parameters))
    return Portion([dict(zip(names, row, strict=True)) for row in rows], None)
