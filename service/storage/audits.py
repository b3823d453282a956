"""Published comments picked at random for a look, and what was found. The queue's tab is counted with them."""

from service.domain.audit import AuditOutcome
from service.domain.errors import NotAllowedNow
from service.storage import sites
from service.storage.database import Database, Query, Statement, Value

_LOOKED = 1_000


def drawing(site_id: str, comment_id: str, now_ms: int) -> list[Statement]:
    """Picks a comment that is being published."""
    return [
        Statement(
            "INSERT INTO audits (comment_id, site_id, drawn_at) VALUES (:comment_id, :site_id, :now)",
            {"comment_id": comment_id, "site_id": site_id, "now": now_ms},
        ),
        sites.counting(site_id, "audit", 1),
    ]


def looking(site_id: str, comment_id: str, outcome: AuditOutcome, now_ms: int) -> list[Statement]:
    """Closes a sample, if this comment is one that waits, and takes it off the tab's number."""
    return [
        Statement(
            "UPDATE status_counts SET count = count - 1 WHERE site_id = :site_id AND status = 'audit' AND EXISTS"
            " (SELECT 1 FROM audits a WHERE a.comment_id = :comment_id AND a.looked_at IS NULL)",
            {"site_id": site_id, "comment_id": comment_id},
        ),
        Statement(
            "UPDATE audits SET looked_at = :now, outcome = :outcome WHERE comment_id = :comment_id"
            " AND looked_at IS NULL",
            {"now": now_ms, "outcome": outcome, "comment_id": comment_id},
        ),
    ]


def reopening(site_id: str, comment_id: str, outcome: AuditOutcome, closed_at: int) -> list[Statement]:
    """Lets a sample wait again that a decision, taken back now, had closed at this time."""
    parameters: dict[str, Value] = {
        "site_id": site_id,
        "comment_id": comment_id,
        "closed_at": closed_at,
        "outcome": outcome,
    }
    closed = "comment_id = :comment_id AND site_id = :site_id AND looked_at = :closed_at AND outcome = :outcome"
    return [
        Statement(
            "UPDATE status_counts SET count = count + 1 WHERE site_id = :site_id AND status = 'audit' AND EXISTS"
            f" (SELECT 1 FROM audits WHERE {closed})",
            parameters,
        ),
        Statement(f"UPDATE audits SET looked_at = NULL, outcome = NULL WHERE {closed}", parameters),
    ]


def passing(site_id: str, comment_id: str, now_ms: int) -> list[Statement]:
    """Closes a sample that was found to be right. Refused with NotAllowedNow where none waits."""
    count, closed = looking(site_id, comment_id, "ham", now_ms)
    return [count._replace(refusal=NotAllowedNow("This comment is no sample that waits for a look.")), closed]


async def found(db: Database, site_id: str) -> dict[str, int]:
    """How many of the samples looked at last were what: ham, spam, other."""
    sql = (
        "SELECT outcome FROM audits WHERE site_id = :site_id AND looked_at IS NOT NULL ORDER BY looked_at DESC"
        " LIMIT :limit"
    )
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "limit": _LOOKED}))
    outcomes = [row[0] for row in rows]
    return {one: outcomes.count(one) for one in ("ham", "spam", "other")}
