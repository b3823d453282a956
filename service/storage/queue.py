"""What moderators see: pages of the queue in three orders, the comments around each, the author's latest."""

from collections.abc import Sequence

import msgspec

from service.domain.comment import Comment, Status
from service.storage.comments import COLUMNS, SOURCE, comment
from service.storage.database import Database, Query, Reads, Value

# Each order: the column to sort by (none: the id alone) and its direction.
_RISK, _DOUBT = "c.risk", "c.doubt"


class Position(msgspec.Struct, frozen=True):
    """Where a page of the queue begins: after this value of the sorting column and this id."""

    id: str
    value: float = 0.0


async def page(
    db: Database, site_id: str, status: Status, sort: str, after: Position | None, limit: int
) -> list[tuple[Comment, Position]]:
    """Comments in this status, each with the position that the next page would begin after.

    By risk and doubt only what is not published is kept in order: published comments are far too many.
    """
    column, bound, order = _order(sort, after)
    # `status <> 'approved'` says the partial index's own condition, which SQLite wants to read literally.
    partial = "" if column == "0" else " AND c.status <> 'approved'"
    sql = (
        f"SELECT {COLUMNS}, {column} FROM {SOURCE} WHERE c.site_id = :site_id AND c.status = :status{partial}{bound}"
        f" ORDER BY {order} LIMIT :limit"
    )
    start = after or Position("")
    parameters: dict[str, Value] = {
        "site_id": site_id,
        "status": status,
        "id": start.id,
        "value": start.value,
        "limit": limit,
    }
    (rows,) = await db.read(Query(sql, parameters))
    return [(comment(row[:-1]), Position(row[0], float(row[-1]))) for row in rows]


def _order(sort: str, after: Position | None) -> tuple[str, str, str]:
    """Column, bound and order of a sort. Riskiest and most uncertain first; of equals the newest, or the oldest."""
    if sort == "riskiest":
        return _RISK, f" AND ({_RISK}, c.id) < (:value, :id)" if after else "", f"{_RISK} DESC, c.id DESC"
    if sort == "uncertain":
        return _DOUBT, f" AND ({_DOUBT}, c.id) > (:value, :id)" if after else "", f"{_DOUBT}, c.id"
    if sort == "newest":
        return "0", " AND c.id < :id" if after else "", "c.id DESC"
    return "0", " AND c.id > :id" if after else "", "c.id"


async def reported_page(
    db: Database, site_id: str, newest: bool, after: Position | None, limit: int
) -> list[tuple[Comment, Position]]:
    """Comments with open reports, by their first one. A position is the id of that report."""
    bound = "" if after is None else f" AND d.first_report_id {'<' if newest else '>'} :id"
    sql = (
        f"SELECT {COLUMNS}, d.first_report_id FROM reported d JOIN comments c ON c.id = d.comment_id"
        f" LEFT JOIN members m ON m.id = c.author_id WHERE d.site_id = :site_id{bound}"
        f" ORDER BY d.first_report_id{' DESC' if newest else ''} LIMIT :limit"
    )
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "id": after.id if after else "", "limit": limit}))
    return [(comment(row[:-1]), Position(row[-1])) for row in rows]


async def audit_page(
    db: Database, site_id: str, newest: bool, after: Position | None, limit: int
) -> list[tuple[Comment, Position]]:
    """Published comments that were picked for a look and wait for it, in the order of their making."""
    bound = "" if after is None else f" AND a.comment_id {'<' if newest else '>'} :id"
    sql = (
        f"SELECT {COLUMNS} FROM audits a JOIN comments c ON c.id = a.comment_id"
        " LEFT JOIN members m ON m.id = c.author_id WHERE a.site_id = :site_id AND a.looked_at IS NULL"
        f"{bound} ORDER BY a.comment_id{' DESC' if newest else ''} LIMIT :limit"
    )
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "id": after.id if after else "", "limit": limit}))
    return [(comment(row), Position(row[0])) for row in rows]


async def neighbours(db: Reads, comments: Sequence[Comment]) -> list[list[Comment]]:
    """For each comment: the one it answers, then the two shown before it in the thread, then the one after."""
    queries = [query for one in comments for query in _around(one)]
    answers = await db.read(*queries)
    found = []
    for i in range(0, len(answers), 3):
        parent, before, after = answers[i : i + 3]
        ids = {row[0] for row in parent}
        rows = [*parent, *[r for r in reversed(before) if r[0] not in ids], *after]
        found.append([comment(row) for row in rows])
    return found


def _around(one: Comment) -> tuple[Query, Query, Query]:
    shown = f"SELECT {COLUMNS} FROM {SOURCE} WHERE c.thread_id = :thread_id AND c.shown = 1"
    parameters = {"thread_id": one.thread_id, "id": one.id}
    return (
        Query(f"SELECT {COLUMNS} FROM {SOURCE} WHERE c.id = :id", {"id": one.parent_id or ""}),
        Query(f"{shown} AND c.id < :id ORDER BY c.id DESC LIMIT 2", parameters),
        Query(f"{shown} AND c.id > :id ORDER BY c.id LIMIT 1", parameters),
    )


async def latest_of_authors(db: Reads, author_ids: Sequence[str], limit: int) -> dict[str, list[Comment]]:
    """The newest comments of each of these authors."""
    sql = f"SELECT {COLUMNS} FROM {SOURCE} WHERE c.author_id = :author_id ORDER BY c.id DESC LIMIT :limit"
    answers = await db.read(*[Query(sql, {"author_id": one, "limit": limit}) for one in author_ids])
    return dict(zip(author_ids, [[comment(row) for row in rows] for rows in answers], strict=True))
