"""What watching a model reads: scores and verdicts of the newest comments, and verdicts beside labels."""

import msgspec

from service.domain.comment import STATUSES
from service.storage.database import Database, Query


class ScoredRow(msgspec.Struct, frozen=True):
    """A comment's score and verdict as they were when it came."""

    id: str
    score: float | None
    verdict: str


async def newest(db: Database, site_id: str, limit: int) -> list[ScoredRow]:
    """The site's newest comments in any status, newest first."""
    sql = (
        "SELECT id, score, verdict FROM comments WHERE site_id = :site_id AND status = :status ORDER BY id DESC"
        " LIMIT :limit"
    )
    answers = await db.read(
        *[Query(sql, {"site_id": site_id, "status": status, "limit": limit}) for status in STATUSES]
    )
    rows = sorted((ScoredRow(*row) for answer in answers for row in answer), key=lambda row: row.id, reverse=True)
    return rows[:limit]


async def verdicts_of_labelled(db: Database, site_id: str, limit: int) -> list[tuple[str, str]]:
    """For each of the newest labels: the verdict when the comment came, and the label."""
    sql = (
        "SELECT c.verdict, l.label FROM labels l JOIN comments c ON c.id = l.comment_id WHERE l.site_id = :site_id"
        " ORDER BY l.created_at DESC LIMIT :limit"
    )
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "limit": limit}))
    return [(row[0], row[1]) for row in rows]
