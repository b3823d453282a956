"""Tokens: kept as hashes, scoped to one member of one site, expiring, revocable."""

from service.domain.errors import NotSignedIn
from service.domain.member import Member
from service.domain.token import Token
from service.storage.database import Database, Portion, Query, Statement, Unit


async def find(db: Database, token_hash: str) -> Token | None:
    """The token of this hash, whatever its state."""
    sql = (
        "SELECT hash, site_id, member_id, scope, created_at, expires_at, revoked_at, session_id"
        " FROM tokens WHERE hash = :hash"
    )
    (rows,) = await db.read(Query(sql, {"hash": token_hash}))
    return Token(*rows[0]) if rows else None


def adding(token: Token) -> Statement:
    """Keeps a token."""
    return Statement(
        "INSERT INTO tokens (hash, site_id, member_id, scope, created_at, expires_at, session_id)"
        " VALUES (:hash, :site_id, :member_id, :scope, :created_at, :expires_at, :session_id)",
        {
            "hash": token.hash,
            "site_id": token.site_id,
            "member_id": token.member_id,
            "scope": token.scope,
            "created_at": token.created_at,
            "expires_at": token.expires_at,
            "session_id": token.session_id,
        },
    )


def revoking(token_hash: str, now_ms: int) -> Statement:
    """Ends a token. Refused with NotSignedIn if it has ended already: so a one-time link works once."""
    return Statement(
        "UPDATE tokens SET revoked_at = :now WHERE hash = :hash AND revoked_at IS NULL AND expires_at > :now",
        {"hash": token_hash, "now": now_ms},
        NotSignedIn("This link has been used or is too old. Ask for a new one."),
    )


def revoking_all(member_id: str, now_ms: int) -> Unit:
    """Ends every token of a member."""
    sql = "UPDATE tokens SET revoked_at = :now WHERE member_id = :member_id AND revoked_at IS NULL"
    return (Statement(sql, {"member_id": member_id, "now": now_ms}),)


def sweeping(before_ms: int) -> Statement:
    """Forgets tokens that expired before this moment."""
    return Statement("DELETE FROM tokens WHERE expires_at < :before", {"before": before_ms})


def erasing(member_id: str) -> list[Statement]:
    """Ends every token of a member and forgets that there were any."""
    return [Statement("DELETE FROM tokens WHERE member_id = :member_id", {"member_id": member_id})]


async def exported(db: Database, member: Member, _: str) -> Portion:
    """A member's tokens: what for, since when, until when. Nothing by which they could be used."""
    names = ("scope", "created_at", "expires_at", "revoked_at")
    sql = f"SELECT {', '.join(names)} FROM tokens WHERE member_id = :member_id"
    (rows,) = await db.read(Query(sql, {"member_id": member.id}))
    return Portion([dict(zip(names, row, strict=True)) for row in rows], None)
