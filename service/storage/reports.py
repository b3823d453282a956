"""Reports of comments, and which comments have open ones. A comment that leaves the page has none any more."""

from collections.abc import Sequence

from service.domain.errors import NotAllowedNow
from service.domain.member import Member
from service.domain.report import Report
from service.storage.database import Database, Outdated, Portion, Query, Reads, Statement, Value

_COLUMNS = "r.id, r.comment_id, r.reason, r.created_at, r.reporter_id, m.name"
_SOURCE = "reports r LEFT JOIN members m ON m.id = r.reporter_id"
# Published, or with a published text while an edit of it waits.
_PUBLIC = "(c.status = 'approved' OR (c.status = 'pending' AND c.public_text IS NOT NULL))"


async def find_open(db: Database, comment_id: str, reporter_id: str | None, reporter_key: str | None) -> Report | None:
    """The open report of this comment by this member, or by the visitor with this key."""
    column, who = ("reporter_key", reporter_key) if reporter_id is None else ("reporter_id", reporter_id)
    sql = (
        f"SELECT {_COLUMNS} FROM {_SOURCE} WHERE r.comment_id = :comment_id AND r.{column} = :who"
        f" AND r.{column} IS NOT NULL AND r.resolved_at IS NULL"
    )
    (rows,) = await db.read(Query(sql, {"comment_id": comment_id, "who": who}))
    return Report(*rows[0]) if rows else None


async def open_of(db: Reads, comment_ids: Sequence[str], most: int) -> dict[str, list[Report]]:
    """The open reports of each of these comments, the oldest first, at most so many of each."""
    sql = (
        f"SELECT {_COLUMNS} FROM {_SOURCE} WHERE r.comment_id = :comment_id AND r.resolved_at IS NULL"
        " ORDER BY r.id LIMIT :most"
    )
    answers = await db.read(*[Query(sql, {"comment_id": one, "most": most}) for one in comment_ids])
    return {one: [Report(*row) for row in rows] for one, rows in zip(comment_ids, answers, strict=True) if rows}


async def is_reported(db: Database, comment_id: str) -> bool:
    """Has the comment an open report?"""
    sql = "SELECT first_report_id FROM reported WHERE comment_id = :comment_id"
    (rows,) = await db.read(Query(sql, {"comment_id": comment_id}))
    return bool(rows)


def adding(report: Report, site_id: str, reporter_key: str | None, first: bool) -> list[Statement]:
    """Adds a report of a published comment; `first`: it has no open one yet, and is counted as reported from now.

    Refused with Outdated where the comment is not published, or `first` is wrong, or this reporter has one open.
    """
    among = "" if first else " AND EXISTS (SELECT 1 FROM reported d WHERE d.comment_id = c.id)"
    parameters: dict[str, Value] = {
        "id": report.id,
        "site_id": site_id,
        "comment_id": report.comment_id,
        "reporter_id": report.reporter_id,
        "reporter_key": reporter_key,
        "reason": report.reason,
        "created_at": report.created_at,
    }
    unit = [
        Statement(
            "INSERT INTO reports (id, site_id, comment_id, reporter_id, reporter_key, reason, created_at)"
            " SELECT :id, c.site_id, c.id, :reporter_id, :reporter_key, :reason, :created_at FROM comments c"
            f" WHERE c.site_id = :site_id AND c.id = :comment_id AND {_PUBLIC}{among}"
            " ON CONFLICT DO NOTHING",
            parameters,
            Outdated,
        )
    ]
    return [*unit, *_opening(report, site_id)] if first else unit


def _opening(report: Report, site_id: str) -> list[Statement]:
    return [
        Statement(
            "INSERT INTO reported (comment_id, site_id, first_report_id) VALUES (:comment_id, :site_id, :id)"
            " ON CONFLICT (comment_id) DO NOTHING",
            {"comment_id": report.comment_id, "site_id": site_id, "id": report.id},
            Outdated,
        ),
        Statement(
            "UPDATE status_counts SET count = count + 1 WHERE site_id = :site_id AND status = 'reported'",
            {"site_id": site_id},
        ),
    ]


def resolving(site_id: str, comment_id: str, outcome: str, now_ms: int) -> list[Statement]:
    """Closes all open reports of a comment, and takes it off the tab's number if it stood there."""
    return [
        _uncounting(site_id, comment_id),
        Statement(
            "UPDATE reports SET resolved_at = :now, outcome = :outcome WHERE comment_id = :comment_id"
            " AND resolved_at IS NULL",
            {"now": now_ms, "outcome": outcome, "comment_id": comment_id},
        ),
        Statement("DELETE FROM reported WHERE comment_id = :comment_id", {"comment_id": comment_id}),
    ]


def dismissing(site_id: str, comment_id: str, now_ms: int) -> list[Statement]:
    """Closes all open reports of a comment that stays. Refused with NotAllowedNow where there are none."""
    count, *others = resolving(site_id, comment_id, "dismiss", now_ms)
    refusal = NotAllowedNow("No report of this comment is open any more.")
    return [count._replace(refusal=refusal), *others]


def _uncounting(site_id: str, comment_id: str) -> Statement:
    return Statement(
        "UPDATE status_counts SET count = count - 1 WHERE site_id = :site_id AND status = 'reported'"
        " AND EXISTS (SELECT 1 FROM reported d WHERE d.comment_id = :comment_id AND d.site_id = :site_id)",
        {"site_id": site_id, "comment_id": comment_id},
    )


def forgetting_visitors(site_id: str, before_ms: int) -> Statement:
    """Forgets from where visitors reported before this moment."""
    return Statement(
        "UPDATE reports SET reporter_key = NULL WHERE site_id = :site_id AND created_at < :before"
        " AND reporter_key IS NOT NULL",
        {"site_id": site_id, "before": before_ms},
    )


def erasing(site_id: str, member_id: str) -> list[Statement]:
    """Takes a member's name and words out of his reports; that there were complaints stays."""
    return [
        Statement(
            "UPDATE reports SET reporter_id = NULL, reason = '' WHERE reporter_id = :member_id AND site_id = :site_id",
            {"member_id": member_id, "site_id": site_id},
        )
    ]


def unsaying(site_id: str, comment_id: str) -> list[Statement]:
    """Empties what was said about a comment that is erased: it may quote it, or name its author."""
    return [
        Statement(
            "UPDATE reports SET reason = '' WHERE comment_id = :comment_id AND site_id = :site_id AND reason <> ''",
            {"comment_id": comment_id, "site_id": site_id},
        )
    ]


async def exported(db: Database, member: Member, _: str) -> Portion:
    """A member's reports."""
    names = ("id", "comment_id", "reason", "created_at", "resolved_at")
    sql = (
        f"SELECT {', '.join(names)} FROM reports WHERE reporter_id = :member_id AND reporter_id IS NOT NULL"
        " AND site_id = :site_id ORDER BY id"
    )
    (rows,) = await db.read(Query(sql, {"member_id": member.id, "site_id": member.site_id}))
    return Portion([dict(zip(names, row, strict=True)) for row in rows], None)
