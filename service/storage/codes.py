"""One-time codes of the popup, kept as hashes."""

import msgspec

from service.domain.code import MOST_TRIES, Code
from service.domain.errors import NotSignedIn
from service.storage.database import Database, Query, Statement, Value


async def find(db: Database, site_id: str, code_id: str) -> Code | None:
    """The code that is found by this hash, on this site only, whatever its state."""
    sql = (
        "SELECT id, hash, site_id, member_id, origin, challenge, created_at, expires_at FROM codes"
        " WHERE id = :id AND site_id = :site_id"
    )
    (rows,) = await db.read(Query(sql, {"id": code_id, "site_id": site_id}))
    return Code(*rows[0]) if rows else None


def adding(code: Code) -> Statement:
    """Keeps a code. One that is found alike takes the older one's place, but not its tries."""
    return Statement(
        "INSERT INTO codes (id, hash, site_id, member_id, origin, challenge, tries, created_at, expires_at) VALUES"
        " (:id, :hash, :site_id, :member_id, :origin, :challenge, 0, :created_at, :expires_at)"
        " ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, member_id = excluded.member_id,"
        " created_at = excluded.created_at, origin = excluded.origin, expires_at = excluded.expires_at, used_at = NULL",
        msgspec.structs.asdict(code),
    )


def trying(code_id: str, now_ms: int) -> Statement:
    """Counts a try, before anybody looks whether it is right. Refused with NotSignedIn when there were too many."""
    return Statement(
        "UPDATE codes SET tries = tries + 1 WHERE id = :id AND tries < :most AND used_at IS NULL AND expires_at > :now",
        {"id": code_id, "most": MOST_TRIES, "now": now_ms},
        NotSignedIn,
    )


def using(code: Code, now_ms: int) -> Statement:
    """Uses a code up. Refused with NotSignedIn if it was used before, is over or was replaced."""
    return Statement(
        "UPDATE codes SET used_at = :now WHERE id = :id AND hash = :hash AND used_at IS NULL AND expires_at > :now",
        {"id": code.id, "hash": code.hash, "now": now_ms},
        NotSignedIn,
    )


def sweeping(before_ms: int) -> Statement:
    """Forgets codes that were over before this moment."""
    return Statement("DELETE FROM codes WHERE expires_at < :before", {"before": before_ms})


def erasing(site_id: str, member_id: str) -> list[Statement]:
    """Takes away a member's codes."""
    parameters: dict[str, Value] = {"site_id": site_id, "member_id": member_id}
    return [Statement("DELETE FROM codes WHERE member_id = :member_id AND site_id = :site_id", parameters)]
