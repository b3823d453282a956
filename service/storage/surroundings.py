"""What is read of a site's comments to know what is usual there, and which of those that wait are alike."""

from collections.abc import Sequence

from service.storage.database import Database, Query, Reads

_LINKED = ("://", "www.")


async def with_links(db: Database, site_id: str, limit: int) -> list[str]:
    """The texts, of the newest published comments, that hold a link."""
    sql = "SELECT text FROM comments WHERE site_id = :site_id AND status = 'approved' ORDER BY id DESC LIMIT :limit"
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "limit": limit}))
    return [row[0] for row in rows if any(sign in row[0] for sign in _LINKED)]


async def waiting(db: Reads, site_id: str, limit: int) -> dict[str, int]:
    """The newest comments that wait, by id, with their versions."""
    sql = (
        "SELECT id, version FROM comments WHERE site_id = :site_id AND status = 'pending' ORDER BY id DESC LIMIT :limit"
    )
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "limit": limit}))
    return {row[0]: row[1] for row in rows}


async def texts(db: Reads, site_id: str, ids: Sequence[str]) -> dict[str, str]:
    """The texts of these comments."""
    sql = "SELECT id, text FROM comments WHERE site_id = :site_id AND id = :id"
    answers = await db.read(*[Query(sql, {"site_id": site_id, "id": one}) for one in ids])
    return {rows[0][0]: rows[0][1] for rows in answers if rows}
