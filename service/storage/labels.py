"""What trainings read: labelled comments with text, name and address as they came. decisions.py writes labels."""

import msgspec

from service.domain.ids import first_id_at
from service.domain.learning import Taught
from service.storage.database import Database, Query, Row

_COUNTED = 500
# What trainings learn from: not what somebody said who is banned by now, nor what was said of a text that is gone.
_TAUGHT = (
    "FROM labels l JOIN comments c ON c.id = l.comment_id LEFT JOIN members g ON g.id = l.member_id"
    " WHERE l.site_id = :site_id AND c.text <> '' AND COALESCE(g.status, 'active') <> 'banned'"
    " ORDER BY l.created_at DESC LIMIT :limit"
)


class LabelRow(msgspec.Struct, frozen=True):
    """A label, and what was submitted. `label.cluster` is 0: finding near-duplicates is not the database's work."""

    label: Taught
    text: str
    author_name: str
    author_url: str


def _row(row: Row) -> LabelRow:
    (comment_id, label, source, moderator, author, contested, created_at, text, name, url) = row
    taught = Taught(comment_id, label, source, moderator, author, 0, bool(contested), created_at)
    return LabelRow(taught, text, name or "", url or "")


async def newest(db: Database, site_id: str, limit: int) -> list[LabelRow]:
    """The site's newest labels of comments that still have their text, the newest first.

    What somebody said who is banned by now is left out.
    """
    sql = (
        "SELECT l.comment_id, l.label, l.source, l.member_id, c.author_id, l.contested, l.created_at, c.text,"
        f" l.author_name, l.author_url {_TAUGHT}"
    )
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "limit": limit}))
    return [_row(row) for row in rows]


async def count_since(db: Database, site_id: str, since_ms: int, most: int) -> int:
    """How many labels were given after a moment, counting no further than `most`."""
    sql = "SELECT 1 FROM labels WHERE site_id = :site_id AND created_at > :since ORDER BY created_at LIMIT :most"
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "since": since_ms, "most": most}))
    return len(rows)


async def count_taken_back(db: Database, site_id: str, since_ms: int, most: int) -> int:
    """How many decisions that had taught something were undone after a moment, counting no further than `most`.

    The label is away then, or as old as it was: `count_since` does not see it.
    """
    sql = (
        "SELECT 1 FROM decisions WHERE site_id = :site_id AND action = 'undo' AND id >= :since"
        " AND COALESCE(from_label, '') <> COALESCE(to_label, '') ORDER BY id LIMIT :most"
    )
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "since": first_id_at(since_ms + 1), "most": most}))
    return len(rows)


async def count_taught(db: Database, site_id: str, most: int) -> int:
    """How many labels a training would read, counting no further than `most`."""
    (rows,) = await db.read(Query(f"SELECT 1 {_TAUGHT}", {"site_id": site_id, "limit": most}))
    return len(rows)


async def of_each(db: Database, site_id: str) -> tuple[int, int]:
    """How many of the newest labels that a training would read are ham, and how many spam."""
    (rows,) = await db.read(Query(f"SELECT l.label {_TAUGHT}", {"site_id": site_id, "limit": _COUNTED}))
    spam = sum(row[0] == "spam" for row in rows)
    return len(rows) - spam, spam


class PublishedRow(msgspec.Struct, frozen=True):
    """A published comment that nobody has decided about."""

    comment_id: str
    text: str
    author_name: str
    author_url: str


async def undecided(db: Database, site_id: str, limit: int) -> list[PublishedRow]:
    """Of the newest published comments, so many, those of guests and members that have no label; the newest first."""
    sql = (
        "SELECT c.id, c.text, COALESCE(m.name, c.author_name), c.author_url, l.comment_id, m.role FROM comments c"
        " LEFT JOIN members m ON m.id = c.author_id LEFT JOIN labels l ON l.comment_id = c.id"
        " WHERE c.site_id = :site_id AND c.status = 'approved' ORDER BY c.id DESC LIMIT :limit"
    )
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "limit": limit}))
    found = [row for row in rows if row[4] is None and row[5] in (None, "member")]
    return [PublishedRow(row[0], row[1], row[2] or "", row[3] or "") for row in found]
