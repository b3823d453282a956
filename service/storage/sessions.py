"""Sessions of the widget and their refresh tokens, kept as hashes. Their access tokens are among the tokens."""

from typing import NamedTuple

import msgspec

from service.domain.errors import NotSignedIn, Refusal
from service.domain.member import Member
from service.domain.session import Session
from service.storage.database import Database, Portion, Query, Statement, Unit, Value

_COLUMNS = "s.id, s.site_id, s.member_id, s.origin, s.created_at, s.last_used_at, s.expires_at, s.ended_at"


class RefreshTokenUsed(Refusal):
    """This refresh token was traded before: whoever comes second may be a thief, or the one he stole from."""

    detail = NotSignedIn.detail


class NothingToSweep(Refusal):
    """There was nothing more to sweep."""


class Refreshing(NamedTuple):
    """The session that a refresh token belongs to, and whether the token was traded before."""

    session: Session
    used: bool


async def find(db: Database, site_id: str, session_id: str) -> Session | None:
    """The session of this id, on this site only, whatever its state."""
    sql = f"SELECT {_COLUMNS} FROM sessions s WHERE s.site_id = :site_id AND s.id = :id"
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "id": session_id}))
    return Session(*rows[0]) if rows else None


async def find_by_refresh_token(db: Database, site_id: str, token_hash: str) -> Refreshing | None:
    """The session of this refresh token, on this site only, whatever its state."""
    sql = (
        f"SELECT {_COLUMNS}, r.used_at FROM refresh_tokens r JOIN sessions s ON s.id = r.session_id"
        " WHERE r.hash = :hash AND s.site_id = :site_id"
    )
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "hash": token_hash}))
    return Refreshing(Session(*rows[0][:-1]), rows[0][-1] is not None) if rows else None


async def living_of(db: Database, site_id: str, member_id: str, now_ms: int) -> list[Session]:
    """The member's sessions that are neither ended nor over, oldest first."""
    sql = (
        f"SELECT {_COLUMNS} FROM sessions s WHERE s.site_id = :site_id AND s.member_id = :member_id"
        " AND s.ended_at IS NULL AND s.expires_at > :now ORDER BY s.id"
    )
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "member_id": member_id, "now": now_ms}))
    return [Session(*row) for row in rows]


def adding(session: Session) -> Statement:
    """Opens a session."""
    return Statement(
        "INSERT INTO sessions (id, site_id, member_id, origin, created_at, last_used_at, expires_at, ended_at) VALUES"
        " (:id, :site_id, :member_id, :origin, :created_at, :last_used_at, :expires_at, :ended_at)",
        msgspec.structs.asdict(session),
    )


def adding_refresh_token(session_id: str, token_hash: str, now_ms: int) -> Statement:
    """Keeps a refresh token that has not been used."""
    return Statement(
        "INSERT INTO refresh_tokens (hash, session_id, created_at) VALUES (:hash, :session_id, :now)",
        {"hash": token_hash, "session_id": session_id, "now": now_ms},
    )


def using(session: Session, token_hash: str, now_ms: int, expires_at: int) -> Unit:
    """Uses a refresh token up, and moves the end of its session. Refused with RefreshTokenUsed or NotSignedIn."""
    use = Statement(
        "UPDATE refresh_tokens SET used_at = :now WHERE hash = :hash AND session_id = :id AND used_at IS NULL",
        {"hash": token_hash, "id": session.id, "now": now_ms},
        RefreshTokenUsed,
    )
    move = Statement(
        "UPDATE sessions SET last_used_at = :now, expires_at = :expires_at"
        " WHERE id = :id AND ended_at IS NULL AND expires_at > :now",
        {"id": session.id, "now": now_ms, "expires_at": expires_at},
        NotSignedIn,
    )
    return use, move


def ending(session_id: str, now_ms: int) -> Unit:
    """Ends a session and its tokens. One that has ended stays as it is."""
    parameters: dict[str, Value] = {"id": session_id, "now": now_ms}
    return (
        Statement("UPDATE sessions SET ended_at = :now WHERE id = :id AND ended_at IS NULL", parameters),
        Statement("UPDATE tokens SET revoked_at = :now WHERE session_id = :id AND revoked_at IS NULL", parameters),
    )


def ending_all(site_id: str, member_id: str, now_ms: int) -> Statement:
    """Ends every session of a member. Their tokens end with all his tokens."""
    return Statement(
        "UPDATE sessions SET ended_at = :now WHERE site_id = :site_id AND member_id = :member_id AND ended_at IS NULL",
        {"site_id": site_id, "member_id": member_id, "now": now_ms},
    )


def sweeping_refresh_tokens(before_ms: int, most: int) -> Statement:
    """Forgets refresh tokens made before this moment, at most so many. Refused with NothingToSweep."""
    sql = (
        "DELETE FROM refresh_tokens WHERE hash IN (SELECT hash FROM refresh_tokens WHERE created_at < :before"
        " ORDER BY created_at LIMIT :most)"
    )
    return Statement(sql, {"before": before_ms, "most": most}, NothingToSweep)


_OLDEST = "(SELECT id FROM sessions WHERE expires_at < :before ORDER BY expires_at, id LIMIT :most)"


def sweeping(before_ms: int, most: int) -> Unit:
    """Forgets sessions that were over before this moment, with their tokens; at most so many. Refused likewise."""
    parameters = {"before": before_ms, "most": most}
    return (
        Statement(f"DELETE FROM refresh_tokens WHERE session_id IN {_OLDEST}", parameters),
        Statement(f"DELETE FROM tokens WHERE session_id IN {_OLDEST}", parameters),
        Statement(f"DELETE FROM sessions WHERE id IN {_OLDEST}", parameters, NothingToSweep),
    )


def erasing(site_id: str, member_id: str) -> list[Statement]:
    """Takes away a member's sessions and every token of theirs."""
    parameters = {"site_id": site_id, "member_id": member_id}
    his = "(SELECT id FROM sessions WHERE site_id = :site_id AND member_id = :member_id)"
    return [
        Statement(f"DELETE FROM refresh_tokens WHERE session_id IN {his}", parameters),
        Statement(f"DELETE FROM tokens WHERE session_id IN {his}", parameters),
        Statement("DELETE FROM sessions WHERE site_id = :site_id AND member_id = :member_id", parameters),
    ]


async def exported(db: Database, member: Member, _: str) -> Portion:
    """A member's sessions: from where, since when, until when. Nothing by which they could be used."""
    names = ("origin", "created_at", "last_used_at", "expires_at", "ended_at")
    sql = f"SELECT {', '.join(names)} FROM sessions WHERE member_id = :member_id ORDER BY id"
    (rows,) = await db.read(Query(sql, {"member_id": member.id}))
    return Portion([dict(zip(names, row, strict=True)) for row in rows], None)
