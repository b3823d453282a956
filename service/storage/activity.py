"""What has happened on a site since a moment: the comments that came and those that were decided about."""

from typing import NamedTuple

from service.domain.comment import Status
from service.storage.database import Database, Query, Value

_COMING: tuple[Status, ...] = ("approved", "pending", "spam")  # what a comment can be when it comes
_NEW = (
    "SELECT c.id, c.thread_id, c.status, c.version, 0 FROM comments c WHERE c.site_id = :site_id AND c.status = :status"
    " AND c.id > :after ORDER BY c.id LIMIT :limit"
)
_NEW_OF_THREAD = (
    "SELECT c.id, c.thread_id, c.status, c.version, 0 FROM comments c WHERE c.thread_id = :thread_id AND c.shown = 1"
    " AND c.status = 'approved' AND c.id > :after ORDER BY c.id LIMIT :limit"
)
_DECIDED = (
    "SELECT c.id, c.thread_id, c.status, c.version, 1 FROM decisions d JOIN comments c ON c.id = d.comment_id"
    " WHERE d.{column} = :{column} AND d.id > :after AND d.from_status <> d.to_status ORDER BY d.id LIMIT :limit"
)


class Happened(NamedTuple):
    """A comment that something happened to, as it stands now."""

    comment_id: str
    thread_id: str
    status: Status
    version: int
    decided: int  # 1: somebody decided about it; 0: it came


async def of_site(db: Database, site_id: str, after: str, limit: int) -> list[Happened]:
    """What happened to comments of the site after an id (of a comment, or of a decision), at most so much of each kind.

    Held comments are among it.
    """
    told: dict[str, Value] = {"site_id": site_id, "after": after, "limit": limit}
    new = [Query(_NEW, {**told, "status": status}) for status in _COMING]
    answers = await db.read(*new, Query(_DECIDED.format(column="site_id"), told))
    return [Happened(*row) for rows in answers for row in rows]


async def of_thread(db: Database, thread_id: str, after: str, limit: int) -> list[Happened]:
    """The same of one thread, without comments that came and were held."""
    told: dict[str, Value] = {"thread_id": thread_id, "after": after, "limit": limit}
    answers = await db.read(Query(_NEW_OF_THREAD, told), Query(_DECIDED.format(column="thread_id"), told))
    return [Happened(*row) for rows in answers for row in rows]
