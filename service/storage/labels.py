"""What trainings read: labelled comments with text, name and address as they came. decisions.py writes labels.

Golden are those that are put aside: models are judged by them, and trained on all others.
"""

import msgspec

from service.domain.errors import NotAllowedNow
from service.domain.ids import first_id_at
from service.domain.learning import Taught
from service.storage.database import Database, Query, Row, Statement

_COUNTED = 500
# What trainings learn from: not what somebody said who is banned by now, nor what was said of a text that is gone.
_SAID = (
    "FROM labels l JOIN comments c ON c.id = l.comment_id LEFT JOIN members g ON g.id = l.member_id"
    " WHERE l.site_id = :site_id AND c.text <> '' AND COALESCE(g.status, 'active') <> 'banned'"
)
_TAUGHT = f"{_SAID} AND l.golden_at IS NULL ORDER BY l.created_at DESC LIMIT :limit"
_COLUMNS = (
    "l.comment_id, l.label, l.source, l.member_id, c.author_id, l.contested, l.created_at, c.text, l.author_name,"
    " l.author_url"
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
    (rows,) = await db.read(Query(f"SELECT {_COLUMNS} {_TAUGHT}", {"site_id": site_id, "limit": limit}))
    return [_row(row) for row in rows]


class GoldenRow(msgspec.Struct, frozen=True):
    """A label that is put aside, what was submitted, and since when it is golden."""

    row: LabelRow
    since: int


async def golden(db: Database, site_id: str, after: str, limit: int) -> list[GoldenRow]:
    """The site's golden labels by the ids of their comments, after one of them."""
    sql = (
        f"SELECT {_COLUMNS}, l.golden_at {_SAID} AND l.golden_at IS NOT NULL AND l.comment_id > :after"
        " ORDER BY l.comment_id LIMIT :limit"
    )
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "after": after, "limit": limit}))
    return [GoldenRow(_row(row[:-1]), row[-1]) for row in rows]


def put_aside(site_id: str, comment_id: str, now_ms: int, most: int) -> Statement:
    """Makes a label golden; one that is, stays so since when it was. Refused where there is no label, or `most` are."""
    return Statement(
        "UPDATE labels SET golden_at = COALESCE(golden_at, :now) WHERE comment_id = :comment_id AND site_id = :site_id"
        " AND (golden_at IS NOT NULL OR"
        " (SELECT COUNT(*) FROM labels g WHERE g.site_id = :site_id AND g.golden_at IS NOT NULL) < :most)",
        {"site_id": site_id, "comment_id": comment_id, "now": now_ms, "most": most},
        NotAllowedNow,
    )


def put_back(site_id: str, comment_id: str) -> Statement:
    """Lets a golden label teach again; nothing where it does."""
    return Statement(
        "UPDATE labels SET golden_at = NULL WHERE comment_id = :comment_id AND site_id = :site_id",
        {"site_id": site_id, "comment_id": comment_id},
    )


async def count_since(db: Database, site_id: str, since_ms: int, most: int) -> int:
    """How many labels were given after a moment, counting no further than `most`."""
    sql = (
        "SELECT 1 FROM labels WHERE site_id = :site_id AND created_at > :since AND golden_at IS NULL"
        " ORDER BY created_at LIMIT :most"
    )
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
