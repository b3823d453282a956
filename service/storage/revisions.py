"""Texts that an edit has replaced: one row for each version of a comment whose text is no longer its own."""

import msgspec

from service.domain.comment import Comment, Reason, Status, VerdictWord
from service.domain.markup import plain_html
from service.domain.member import Member
from service.storage.comments import reasons_json, stored_html
from service.storage.database import Database, Portion, Query, Row, Statement
from service.storage.texts import own_range

_REASONS = msgspec.json.Decoder(tuple[Reason, ...])


class Revision(msgspec.Struct, frozen=True):
    """A text as it was judged, and who replaced it when (milliseconds UTC)."""

    version: int
    text: str
    html: str
    status: Status
    score: float | None
    verdict: VerdictWord
    reasons: tuple[Reason, ...]
    model_version: str | None
    edited_by: str | None
    editor_name: str
    created_at: int


def adding(seen: Comment, edited_by: str, now_ms: int) -> Statement:
    """Keeps the text of a comment that an edit of this version replaces."""
    return Statement(
        "INSERT INTO revisions (comment_id, version, site_id, text, html, status, score, verdict, reasons,"
        " model_version, edited_by, created_at) VALUES (:comment_id, :version, :site_id, :text, :html, :status, :score,"
        " :verdict, :reasons, :model_version, :edited_by, :created_at)",
        {
            "comment_id": seen.id,
            "version": seen.version,
            "site_id": seen.site_id,
            "text": seen.text,
            "html": stored_html(seen.text, seen.html),
            "status": seen.status,
            "score": seen.score,
            "verdict": seen.verdict,
            "reasons": reasons_json(seen),
            "model_version": seen.model_version,
            "edited_by": edited_by,
            "created_at": now_ms,
        },
    )


async def of_comment(db: Database, site_id: str, comment_id: str) -> list[Revision]:
    """Every text that this comment had before the one it has, oldest first."""
    sql = (
        "SELECT r.version, r.text, r.html, r.status, r.score, r.verdict, r.reasons, r.model_version, r.edited_by,"
        " COALESCE(m.name, ''), r.created_at FROM revisions r LEFT JOIN members m ON m.id = r.edited_by"
        " WHERE r.comment_id = :comment_id AND r.site_id = :site_id ORDER BY r.version"
    )
    (rows,) = await db.read(Query(sql, {"comment_id": comment_id, "site_id": site_id}))
    return [_revision(row) for row in rows]


def _revision(row: Row) -> Revision:
    (version, text, html, status, score, verdict, reasons, *others) = row
    rendered = plain_html(text) if html is None else html
    return Revision(version, text, rendered, status, score, verdict, _REASONS.decode(reasons), *others)


def erasing(comment_id: str) -> list[Statement]:
    """Forgets what a comment said before."""
    return [Statement("DELETE FROM revisions WHERE comment_id = :comment_id", {"comment_id": comment_id})]


async def exported(db: Database, member: Member, after: str) -> Portion:
    """What a member's comments said before."""
    last, following = await own_range(db, member.id, after)
    sql = (
        "SELECT r.comment_id, r.version, r.text, r.created_at FROM comments c JOIN revisions r ON r.comment_id = c.id"
        " WHERE c.author_id = :author_id AND c.id > :after AND c.id <= :last"
    )
    (rows,) = await db.read(Query(sql, {"author_id": member.id, "after": after, "last": last}))
    told = [{"comment_id": i, "version": v, "text": text, "replaced_at": at} for i, v, text, at in rows]
    return Portion(told, following)
