"""What a look back at a site's newest comments reads. What a policy would have made of them: domain/hindsight.py."""

from collections.abc import Sequence

from service.domain.comment import STATUSES
from service.storage.database import Database, Query


async def newest(db: Database, site_id: str, limit: int) -> list[str]:
    """The ids of the site's newest comments in any status, newest first."""
    sql = "SELECT id FROM comments WHERE site_id = :site_id AND status = :status ORDER BY id DESC LIMIT :limit"
    answers = await db.read(
        *[Query(sql, {"site_id": site_id, "status": status, "limit": limit}) for status in STATUSES]
    )
    return sorted((row[0] for rows in answers for row in rows), reverse=True)[:limit]


async def first_approved(db: Database, author_ids: Sequence[str], limit: int) -> dict[str, list[str]]:
    """The ids of the first approved comments of each of these authors, so many at most, oldest first."""
    sql = "SELECT id FROM comments WHERE author_id = :author_id AND status = 'approved' ORDER BY id LIMIT :limit"
    answers = await db.read(*[Query(sql, {"author_id": one, "limit": limit}) for one in author_ids])
    return {one: [row[0] for row in rows] for one, rows in zip(author_ids, answers, strict=True)}


async def decided(db: Database, comment_ids: Sequence[str]) -> set[str]:
    """Those of these comments about which something was decided after they came."""
    sql = "SELECT comment_id FROM decisions WHERE comment_id = :id ORDER BY id LIMIT 1"
    answers = await db.read(*[Query(sql, {"id": one}) for one in comment_ids])
    return {rows[0][0] for rows in answers if rows}
