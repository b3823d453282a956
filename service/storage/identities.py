"""By which names elsewhere members are known: issuer and subject, never the address."""

import msgspec

from service.domain.errors import Refusal
from service.domain.member import Member
from service.domain.sign_on import Identity
from service.storage.database import Database, Outdated, Portion, Query, Statement

_COLUMNS = ", ".join(Identity.__struct_fields__)


class KnownAlready(Refusal):
    """Somebody with this name elsewhere has come in at the same moment: it is he."""


async def find(db: Database, site_id: str, issuer: str, subject: str) -> Identity | None:
    """Who this is here, if he has been here."""
    sql = f"SELECT {_COLUMNS} FROM identities WHERE site_id = :site_id AND issuer = :issuer AND subject = :subject"
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "issuer": issuer, "subject": subject}))
    return Identity(*rows[0]) if rows else None


async def of_member(db: Database, site_id: str, member_id: str) -> list[Identity]:
    """All names by which a member is known elsewhere."""
    sql = f"SELECT {_COLUMNS} FROM identities WHERE member_id = :member_id AND site_id = :site_id"
    (rows,) = await db.read(Query(sql, {"member_id": member_id, "site_id": site_id}))
    return [Identity(*row) for row in rows]


def adding(identity: Identity) -> Statement:
    """Ties a name elsewhere to a member. Refused with KnownAlready."""
    return Statement(
        f"INSERT INTO identities ({_COLUMNS}) VALUES"
        " (:site_id, :issuer, :subject, :member_id, :name, :gave, :told_at) ON CONFLICT DO NOTHING",
        msgspec.structs.asdict(identity),
        KnownAlready,
    )


def telling(seen: Identity, new: Identity) -> Statement:
    """Keeps what was told last. Refused with Outdated when something newer was told meanwhile."""
    return Statement(
        "UPDATE identities SET name = :name, gave = :gave, told_at = :told_at"
        " WHERE site_id = :site_id AND issuer = :issuer AND subject = :subject AND told_at = :seen",
        {
            "site_id": seen.site_id,
            "issuer": seen.issuer,
            "subject": seen.subject,
            "name": new.name,
            "gave": new.gave,
            "told_at": new.told_at,
            "seen": seen.told_at,
        },
        Outdated,
    )


def erasing(site_id: str, member_id: str) -> list[Statement]:
    """Forgets by which names a member is known elsewhere: whoever signs on with one of them comes as somebody new."""
    sql = "DELETE FROM identities WHERE member_id = :member_id AND site_id = :site_id"
    return [Statement(sql, {"member_id": member_id, "site_id": site_id})]


async def exported(db: Database, member: Member, _: str) -> Portion:
    """By which names a member is known elsewhere."""
    names = ("issuer", "subject", "name", "told_at")
    sql = f"SELECT {', '.join(names)} FROM identities WHERE member_id = :member_id AND site_id = :site_id"
    (rows,) = await db.read(Query(sql, {"member_id": member.id, "site_id": member.site_id}))
    return Portion([dict(zip(names, row, strict=True)) for row in rows], None)
