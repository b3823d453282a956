"""The texts of comments: put in place of one another by edits, taken out when a member leaves or their time is over."""

import msgspec

from service.domain.comment import Comment
from service.domain.errors import StaleDecision
from service.domain.member import Member
from service.storage.comments import COLUMNS, SOURCE, comment, doubt, reasons_json, risk_of, stored_html
from service.storage.database import PORTION, Database, Outdated, Portion, Query, Statement, Value

_EDIT = (
    "UPDATE comments SET text = :text, html = :html, status = :status, score = :score, risk = :risk, doubt = :doubt,"
    " verdict = :verdict, reasons = :reasons, model_version = :model_version, repeat_key = :repeat_key,"
    " edited_at = :edited_at, public_text = :public_text, public_html = :public_html,"
    " public_edited_at = :public_edited_at, version = version + 1"
    " WHERE site_id = :site_id AND id = :id AND version = :seen"
)
_AUTHOR_MAY = (
    " AND EXISTS (SELECT 1 FROM members m WHERE m.id = comments.author_id AND m.status = :author_status)"
    " AND EXISTS (SELECT 1 FROM threads t WHERE t.id = comments.thread_id AND COALESCE(t.state, :site_state) = 'open')"
)


class Editor(msgspec.Struct, frozen=True):
    """What must still hold of an author who edits his own comment: his status, and what the policy says of threads."""

    author_status: str
    site_state: str


def editing(edited: Comment, repeat_key: int, author: Editor | None) -> Statement:
    """Puts an edited comment in place of itself at the version before. `author` None: a moderator edits.

    Refused with Outdated when it has changed since, or its author may not edit it any more.
    """
    published = edited.public_text, edited.public_html
    parameters: dict[str, Value] = {
        "site_id": edited.site_id,
        "id": edited.id,
        "seen": edited.version - 1,
        "text": edited.text,
        "html": stored_html(edited.text, edited.html),
        "status": edited.status,
        "score": edited.score,
        "risk": risk_of(edited.score),
        "doubt": doubt(risk_of(edited.score)),
        "verdict": edited.verdict,
        "reasons": reasons_json(edited),
        "model_version": edited.model_version,
        "repeat_key": repeat_key,
        "edited_at": edited.edited_at,
        "public_text": published[0],
        "public_html": None
        if published[0] is None or published[1] is None
        else stored_html(published[0], published[1]),
        "public_edited_at": edited.public_edited_at,
    }
    if author is None:
        return Statement(_EDIT, parameters, Outdated)
    return Statement(_EDIT + _AUTHOR_MAY, {**parameters, **msgspec.structs.asdict(author)}, Outdated)


_NOTHING = (
    "text = '', html = NULL, public_text = NULL, public_html = NULL, public_edited_at = NULL, reasons = '[]',"
    " repeat_key = 0, author_email = NULL, author_url = NULL, address_key = NULL"
)


def erasing(seen: Comment) -> Statement:
    """Takes out everything that its author wrote and takes the comment down, for good. Refused with StaleDecision."""
    return Statement(
        f"UPDATE comments SET {_NOTHING}, status = 'removed', removed_from = NULL, removed_by = 'author',"
        " version = version + 1 WHERE site_id = :site_id AND id = :id AND version = :seen",
        {"site_id": seen.site_id, "id": seen.id, "seen": seen.version},
        StaleDecision,
    )


def emptying(seen: Comment) -> Statement:
    """Takes the text out of a comment that was refused or removed long ago. Refused with StaleDecision."""
    return Statement(
        f"UPDATE comments SET {_NOTHING}, version = version + 1 WHERE site_id = :site_id AND id = :id"
        " AND version = :seen AND status IN ('rejected', 'removed')",
        {"site_id": seen.site_id, "id": seen.id, "seen": seen.version},
        StaleDecision,
    )


async def of_author(db: Database, author_id: str, after: str, limit: int) -> list[Comment]:
    """An author's comments, whatever became of them, in the order of their making, from those after an id."""
    sql = f"SELECT {COLUMNS} FROM {SOURCE} WHERE c.author_id = :author_id AND c.id > :after ORDER BY c.id LIMIT :limit"
    (rows,) = await db.read(Query(sql, {"author_id": author_id, "after": after, "limit": limit}))
    return [comment(row) for row in rows]


async def long_refused(db: Database, site_id: str, since: int, bounds: tuple[str, str], limit: int) -> list[Comment]:
    """Rejected and removed comments that still have a text and were not touched since a moment (milliseconds UTC).

    `bounds` are ids: after the first, before the second, which is the first id that could be made at that moment.
    """
    sql = (
        f"SELECT {COLUMNS} FROM {SOURCE} WHERE c.site_id = :site_id AND c.id > :after AND c.id < :before"
        " AND c.status IN ('rejected', 'removed') AND c.text <> '' AND COALESCE(c.edited_at, c.created_at) < :since"
        " AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.comment_id = c.id AND d.created_at >= :since)"
        " ORDER BY c.id LIMIT :limit"
    )
    after, before = bounds
    parameters: dict[str, Value] = {
        "site_id": site_id,
        "after": after,
        "before": before,
        "since": since,
        "limit": limit,
    }
    (rows,) = await db.read(Query(sql, parameters))
    return [comment(row) for row in rows]


async def own_range(db: Database, author_id: str, after: str) -> tuple[str, str | None]:
    """The last id of the next portion of an author's comments, and what to go on after; None at the end."""
    sql = "SELECT id FROM comments WHERE author_id = :author_id AND id > :after ORDER BY id LIMIT :limit"
    (rows,) = await db.read(Query(sql, {"author_id": author_id, "after": after, "limit": PORTION}))
    last = rows[-1][0] if rows else after
    return last, last if len(rows) == PORTION else None


_EXPORTED = (
    "id",
    "thread",
    "parent_id",
    "status",
    "text",
    "public_text",
    "created_at",
    "edited_at",
    "removed_by",
    "version",
)


async def exported(db: Database, member: Member, after: str) -> Portion:
    """A member's comments as he may see them: one in spam reads pending to him."""
    sql = (
        "SELECT c.id, t.key, c.parent_id, CASE WHEN c.status = 'spam' THEN 'pending' ELSE c.status END, c.text,"
        " CASE WHEN c.status = 'pending' THEN c.public_text END, c.created_at, c.edited_at, c.removed_by, c.version"
        " FROM comments c JOIN threads t ON t.id = c.thread_id WHERE c.author_id = :author_id AND c.id > :after"
        " ORDER BY c.id LIMIT :limit"
    )
    (rows,) = await db.read(Query(sql, {"author_id": member.id, "after": after, "limit": PORTION}))
    told = [dict(zip(_EXPORTED, row, strict=True)) for row in rows]
    return Portion(told, rows[-1][0] if len(rows) == PORTION else None)
