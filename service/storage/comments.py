"""Comments: writing one, changing its status, and the pages that readers see.

The queue's reads are in queue.py; editing, erasing and the keeping of texts for a time in texts.py.
"""

from collections.abc import Collection, Sequence

import msgspec

from service.domain.comment import Author, Comment, Reason, Status
from service.domain.errors import StaleDecision
from service.domain.markup import plain_html
from service.domain.moderation import Outcome
from service.storage.database import Database, Outdated, Query, Row, Statement, Value

COLUMNS = (
    "c.id, c.site_id, c.thread_id, c.parent_id, c.author_id, COALESCE(m.name, c.author_name),"
    " COALESCE(m.role, 'guest'), c.text, c.html, c.status, c.created_at, c.edited_at, c.version, c.score, c.verdict,"
    " c.reasons, c.model_version, c.removed_from, c.removed_by, c.public_text, c.public_html, c.public_edited_at"
)
SOURCE = "comments c LEFT JOIN members m ON m.id = c.author_id"

_REASONS = msgspec.json.Decoder(tuple[Reason, ...])
NO_REASONS = "[]"


def comment(row: Row) -> Comment:
    """A comment from a row of COLUMNS."""
    author = Author(row[4], row[5], row[6])
    reasons = () if row[15] == NO_REASONS else _REASONS.decode(row[15])
    (status, created_at, edited_at, version, score, verdict) = row[9:15]
    (model_version, removed_from, removed_by, public_text, public_html, public_edited_at) = row[16:22]
    if public_text is not None and public_html is None:
        public_html = plain_html(public_text)
    return Comment(
        id=row[0],
        site_id=row[1],
        thread_id=row[2],
        parent_id=row[3],
        author=author,
        text=row[7],
        html=plain_html(row[7]) if row[8] is None else row[8],
        status=status,
        created_at=created_at,
        edited_at=edited_at,
        version=version,
        score=score,
        verdict=verdict,
        reasons=reasons,
        model_version=model_version,
        removed_from=removed_from,
        removed_by=removed_by,
        public_text=public_text,
        public_html=public_html,
        public_edited_at=public_edited_at,
    )


class NewComment(msgspec.Struct, frozen=True):
    """A comment that is about to be stored, with what only its writing needs."""

    comment: Comment
    lookup_key: str  # of its thread
    author_email: str | None
    author_url: str | None
    repeat_key: int
    repeats_since: int  # a comment with the same repeat_key made after this (milliseconds UTC) is the same comment
    site_state: str  # what the policy says where the thread says nothing
    address_key: str | None = None  # of guests only


_VALUES = (
    ":id, :site_id, t.id, :parent_id, :author_id, :author_name, :author_email, :author_url, :text, :html, :status,"
    " :shown, :score, :risk, :doubt, :verdict, :reasons, :model_version, :repeat_key, :created_at, 1,"
    " :address_key"
)
_INSERT = (
    "INSERT INTO comments (id, site_id, thread_id, parent_id, author_id, author_name, author_email, author_url, text,"
    " html, status, shown, score, risk, doubt, verdict, reasons, model_version, repeat_key, created_at, version,"
    " address_key)"
    f" SELECT {_VALUES} FROM threads t"
)
_THREAD_IS_OPEN = (
    " WHERE t.site_id = :site_id AND t.lookup_key = :lookup_key AND COALESCE(t.state, :site_state) = 'open'"
)
_AUTHOR_MAY = (
    " AND EXISTS (SELECT 1 FROM members m WHERE m.id = :author_id AND m.status = :author_status)"
    " AND NOT EXISTS (SELECT 1 FROM comments r WHERE r.author_id = :author_id AND r.repeat_key = :repeat_key"
    " AND r.created_at > :repeats_since AND r.status <> 'removed')"
)
_PARENT_STANDS = (
    " AND EXISTS (SELECT 1 FROM comments p WHERE p.id = :parent_id AND p.thread_id = t.id AND (p.status = 'approved'"
    " OR (p.status = 'pending' AND p.public_text IS NOT NULL)))"
)
# By member or by guest, in reply or not: whole texts, since the engine knows a statement again by its text.
_ADDING = {
    (by_member, is_reply): _INSERT + _THREAD_IS_OPEN + _AUTHOR_MAY * by_member + _PARENT_STANDS * is_reply
    for by_member in (False, True)
    for is_reply in (False, True)
}


def adding(new: NewComment, author_status: str) -> Statement:
    """Stores a comment where the thread is open, the author may still write, the parent stands and nothing repeats.

    Refused with Outdated otherwise: gather the evidence again to learn which of these it was.
    """
    by_member, is_reply = new.comment.author.id is not None, new.comment.parent_id is not None
    return Statement(_ADDING[by_member, is_reply], _parameters(new, author_status), Outdated)


def _parameters(new: NewComment, author_status: str) -> dict[str, Value]:
    c = new.comment
    risk = risk_of(c.score)
    return {
        "id": c.id,
        "site_id": c.site_id,
        "lookup_key": new.lookup_key,
        "site_state": new.site_state,
        "parent_id": c.parent_id,
        "author_id": c.author.id,
        "author_status": author_status,
        "author_name": c.author.name if c.author.id is None else None,
        "author_email": new.author_email,
        "author_url": new.author_url,
        "text": c.text,
        "html": stored_html(c.text, c.html),
        "status": c.status,
        "shown": 1 if c.status == "approved" else 0,
        "score": c.score,
        "risk": risk,
        "doubt": doubt(risk),
        "verdict": c.verdict,
        "reasons": reasons_json(c),
        "model_version": c.model_version,
        "repeat_key": new.repeat_key,
        "repeats_since": new.repeats_since,
        "created_at": c.created_at,
        "address_key": new.address_key,
    }


def stored_html(text: str, html: str) -> str | None:
    """The HTML as it is stored: None where it is the plain rendering of the text."""
    return None if html == plain_html(text) else html


def risk_of(score: float | None) -> float:
    """The score to sort by."""
    return 0.5 if score is None else score


def doubt(risk: float) -> float:
    """How near the risk is to one half."""
    return abs(risk - 0.5)


def reasons_json(c: Comment) -> str:
    """The reasons as they are stored."""
    return msgspec.json.encode(c.reasons).decode() if c.reasons else NO_REASONS


def changing_status(seen: Comment, outcome: Outcome) -> Statement:
    """Gives a comment its new status if it is still at the version, and in the thread, seen. Else StaleDecision."""
    changed = {name: getattr(outcome, name) for name in ("status", "removed_from", "removed_by")}
    return Statement(
        "UPDATE comments SET status = :status, removed_from = :removed_from, removed_by = :removed_by,"
        " version = version + 1 WHERE site_id = :site_id AND id = :id AND version = :seen AND thread_id = :thread_id",
        {**changed, "site_id": seen.site_id, "id": seen.id, "seen": seen.version, "thread_id": seen.thread_id},
        StaleDecision,
    )


def unchanged(seen: Comment) -> Statement:
    """Guards a unit about a comment that stays as it is. Refused with StaleDecision where it has another version."""
    sql = "UPDATE comments SET version = version WHERE site_id = :site_id AND id = :id AND version = :seen"
    return Statement(sql, {"site_id": seen.site_id, "id": seen.id, "seen": seen.version}, StaleDecision)


def showing(comment_id: str) -> Statement:
    """Sets anew whether a comment stands on the page: with a public text, or removed above a shown reply."""
    return Statement(
        "UPDATE comments SET shown = CASE WHEN status = 'approved' THEN 1"
        " WHEN status = 'pending' AND public_text IS NOT NULL THEN 1 WHEN status = 'removed' AND EXISTS"
        " (SELECT 1 FROM comments r WHERE r.parent_id = comments.id AND r.shown = 1) THEN 1 ELSE 0 END WHERE id = :id",
        {"id": comment_id},
    )


async def find(db: Database, site_id: str, comment_id: str) -> Comment | None:
    """The comment of this id, on this site only."""
    sql = f"SELECT {COLUMNS} FROM {SOURCE} WHERE c.site_id = :site_id AND c.id = :id"
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "id": comment_id}))
    return comment(rows[0]) if rows else None


async def many(db: Database, site_id: str, ids: Sequence[str]) -> dict[str, Comment]:
    """The comments of these ids, on this site only."""
    sql = f"SELECT {COLUMNS} FROM {SOURCE} WHERE c.site_id = :site_id AND c.id = :id"
    answers = await db.read(*[Query(sql, {"site_id": site_id, "id": one}) for one in ids])
    return {rows[0][0]: comment(rows[0]) for rows in answers if rows}


async def find_repeat(db: Database, author_id: str, repeat_key: int, since: int) -> str | None:
    """The id of the author's comment with this repeat_key made after `since`; one that was taken down is none."""
    sql = (
        "SELECT id FROM comments WHERE author_id = :author_id AND repeat_key = :repeat_key AND created_at > :since"
        " AND status <> 'removed' ORDER BY id DESC LIMIT 1"
    )
    query = Query(sql, {"author_id": author_id, "repeat_key": repeat_key, "since": since})
    (rows,) = await db.read(query)
    return rows[0][0] if rows else None


async def made_since(db: Database, author_id: str, first_id: str, limit: int) -> int:
    """How many comments the author has made from this id on, counting no further than the limit."""
    sql = "SELECT id FROM comments WHERE author_id = :author_id AND id >= :first_id ORDER BY id LIMIT :limit"
    (rows,) = await db.read(Query(sql, {"author_id": author_id, "first_id": first_id, "limit": limit}))
    return len(rows)


async def of_author(
    db: Database, site_id: str, author_id: str, statuses: Collection[Status], after: str, limit: int
) -> list[Comment]:
    """An author's comments in these statuses, oldest first, from those after an id."""
    named = {f"status{i}": status for i, status in enumerate(sorted(statuses))}
    sql = (
        f"SELECT {COLUMNS} FROM {SOURCE} WHERE c.author_id = :author_id AND c.id > :after AND c.site_id = :site_id"
        f" AND c.status IN ({', '.join(':' + name for name in named)}) ORDER BY c.id LIMIT :limit"
    )
    parameters: dict[str, Value] = {"site_id": site_id, "author_id": author_id, "after": after, "limit": limit}
    (rows,) = await db.read(Query(sql, {**parameters, **named}))
    return [comment(row) for row in rows]


_ORDER = {"oldest": ("c.id > :start", "c.id"), "newest": ("c.id < :start", "c.id DESC")}


async def of_thread(db: Database, thread_id: str, sort: str, start: str, limit: int) -> list[Comment]:
    """What stands on the page, from `start` (an id) on: public comments, also while an edit waits, and tombstones."""
    bound, order = _ORDER[sort]
    sql = (
        f"SELECT {COLUMNS} FROM {SOURCE} WHERE c.thread_id = :thread_id AND c.shown = 1 AND {bound}"
        f" ORDER BY {order} LIMIT :limit"
    )
    (rows,) = await db.read(Query(sql, {"thread_id": thread_id, "start": start, "limit": limit}))
    return [comment(row) for row in rows]


async def waiting_of_author(
    db: Database, thread_id: str, author_id: str, sort: str, start: str, limit: int
) -> list[Comment]:
    """An author's own comments in this thread that wait: those in spam read as pending to him."""
    bound, order = _ORDER[sort]
    sql = (
        f"SELECT {COLUMNS} FROM {SOURCE} WHERE c.author_id = :author_id AND c.thread_id = :thread_id"
        f" AND c.status IN ('pending', 'spam') AND {bound} ORDER BY {order} LIMIT :limit"
    )
    parameters: dict[str, Value] = {
        "author_id": author_id,
        "thread_id": thread_id,
        "start": start,
        "limit": limit,
    }
    (rows,) = await db.read(Query(sql, parameters))
    return [comment(row) for row in rows]


async def recent(db: Database, site_id: str, limit: int) -> list[Comment]:
    """The newest public comments of the site, as readers see them."""
    queries = [
        Query(
            f"SELECT {COLUMNS} FROM {SOURCE} WHERE c.site_id = :site_id AND {public} ORDER BY c.id DESC LIMIT :limit",
            {"site_id": site_id, "limit": limit},
        )
        for public in ("c.status = 'approved'", "c.status = 'pending' AND c.public_text IS NOT NULL")
    ]
    approved, standing = await db.read(*queries)
    newest = sorted([*approved, *standing], key=lambda row: row[0], reverse=True)[:limit]
    return [comment(row).as_published() for row in newest]


async def ancestors(db: Database, parent_id: str | None) -> list[str]:
    """The chain of comments above a reply, nearest first. It never changes, whatever becomes of them."""
    sql = (
        "WITH RECURSIVE above (id, parent_id, depth) AS ("
        "SELECT id, parent_id, 1 FROM comments WHERE id = :id"
        " UNION ALL SELECT c.id, c.parent_id, a.depth + 1 FROM comments c JOIN above a ON c.id = a.parent_id"
        ") SELECT id FROM above ORDER BY depth"
    )
    if parent_id is None:
        return []
    (rows,) = await db.read(Query(sql, {"id": parent_id}))
    return [row[0] for row in rows]
