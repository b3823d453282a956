"""The log of decisions, and the labels that they teach. Log rows are added and never changed."""

from collections import Counter
from typing import NamedTuple

import msgspec

from service.domain.member import Member
from service.domain.moderation import Decision, Label, LoggedAction
from service.storage.database import Database, Portion, Query, Reads, Row, Statement, Value
from service.storage.texts import own_range

_COLUMNS = (
    "d.id, d.decision_id, d.site_id, d.comment_id, d.thread_id, d.actor_id, COALESCE(m.name, ''), d.action,"
    " d.from_status, d.to_status, d.from_label, d.to_label, d.reason, d.version, d.undoes, d.created_at"
)
_SOURCE = "decisions d LEFT JOIN members m ON m.id = d.actor_id"
# What a label has beside its word, and where a decision keeps that of the label which it replaced.
_OF_LABEL = {
    "source": "label_source",
    "member_id": "label_member_id",
    "created_at": "label_created_at",
    "contested": "label_contested",
}


def _decision(row: Row) -> Decision:
    return Decision(*row)


def adding(d: Decision) -> Statement:
    """Adds a row to the log, before the label changes: whose that one was is kept with the row."""
    replaced = ", ".join(f"(SELECT {name} FROM labels l WHERE l.comment_id = :comment_id)" for name in _OF_LABEL)
    return Statement(
        "INSERT INTO decisions (id, decision_id, site_id, comment_id, thread_id, actor_id, action, from_status,"
        f" to_status, from_label, to_label, reason, version, undoes, created_at, {', '.join(_OF_LABEL.values())})"
        " VALUES (:id, :decision_id, :site_id, :comment_id, :thread_id, :actor_id, :action, :from_status, :to_status,"
        f" :from_label, :to_label, :reason, :version, :undoes, :created_at, {replaced})",
        {name: getattr(d, name) for name in d.__struct_fields__ if name != "actor_name"},
    )


class LogFilter(msgspec.Struct, frozen=True):
    """What to show of a site's log; None shows all. `since` is an id (domain/ids.py): nothing older."""

    actor_id: str | None = None
    action: str | None = None
    thread_id: str | None = None
    since: str | None = None


async def log(db: Database, site_id: str, wanted: LogFilter, before: str, limit: int) -> list[Decision]:
    """The site's decisions, newest first, from those before an id."""
    set_names = [name for name in wanted.__struct_fields__ if getattr(wanted, name) is not None]
    conditions = "".join(" AND d.id >= :since" if name == "since" else f" AND d.{name} = :{name}" for name in set_names)
    sql = (
        f"SELECT {_COLUMNS} FROM {_SOURCE} WHERE d.site_id = :site_id AND d.id < :before{conditions}"
        " ORDER BY d.id DESC LIMIT :limit"
    )
    parameters: dict[str, Value] = {name: getattr(wanted, name) for name in set_names}
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "before": before, "limit": limit, **parameters}))
    return [_decision(row) for row in rows]


def of_comment(site_id: str, comment_id: str) -> Query:
    """Every decision about a comment, oldest first."""
    sql = f"SELECT {_COLUMNS} FROM {_SOURCE} WHERE d.comment_id = :comment_id AND d.site_id = :site_id ORDER BY d.id"
    return Query(sql, {"comment_id": comment_id, "site_id": site_id})


async def history(db: Database, site_id: str, comment_id: str) -> list[Decision]:
    """Every decision about a comment, oldest first."""
    (rows,) = await db.read(of_comment(site_id, comment_id))
    return [_decision(row) for row in rows]


async def histories(db: Reads, site_id: str, comment_ids: list[str]) -> list[list[Decision]]:
    """The history of each of these comments."""
    answers = await db.read(*[of_comment(site_id, one) for one in comment_ids])
    return [[_decision(row) for row in rows] for rows in answers]


async def of_call(db: Database, site_id: str, decision_id: str, after: str, limit: int) -> list[Decision]:
    """What was decided in one call, in its order, from those after an id."""
    sql = (
        f"SELECT {_COLUMNS} FROM {_SOURCE} WHERE d.decision_id = :decision_id AND d.id > :after"
        " AND d.site_id = :site_id ORDER BY d.id LIMIT :limit"
    )
    parameters: dict[str, Value] = {"decision_id": decision_id, "site_id": site_id, "after": after, "limit": limit}
    (rows,) = await db.read(Query(sql, parameters))
    return [_decision(row) for row in rows]


class Tallied(NamedTuple):
    """How many comments one call did the same thing to, and what they were labelled before and after."""

    action: LoggedAction
    from_label: Label | None
    to_label: Label | None
    comments: int


async def tally(db: Database, site_id: str, actor_id: str, decision_id: str) -> list[Tallied]:
    """What a call of this member did, summed; nothing if it was another's."""
    # Summed here: a GROUP BY in the database would read the site's whole log for want of a fitting index.
    sql = (
        "SELECT action, from_label, to_label FROM decisions WHERE decision_id = :decision_id AND site_id = :site_id"
        " AND actor_id = :actor_id ORDER BY id"
    )
    parameters: dict[str, Value] = {"decision_id": decision_id, "site_id": site_id, "actor_id": actor_id}
    (rows,) = await db.read(Query(sql, parameters))
    return [Tallied(action, was, now, count) for (action, was, now), count in Counter(rows).items()]


async def labels(db: Database, site_id: str, comment_ids: list[str]) -> dict[str, Label]:
    """The labels that these comments have."""
    sql = "SELECT comment_id, label FROM labels WHERE comment_id = :comment_id AND site_id = :site_id"
    answers = await db.read(*[Query(sql, {"comment_id": one, "site_id": site_id}) for one in comment_ids])
    return {rows[0][0]: rows[0][1] for rows in answers if rows}


def labelling(d: Decision) -> Statement:
    """Puts the label in place that holds after this decision, or takes it away."""
    if d.to_label is None:
        return unlabelling(d.comment_id)
    return Statement(
        _LABELLING,
        {
            "comment_id": d.comment_id,
            "site_id": d.site_id,
            "label": d.to_label,
            "action": d.action,
            "member_id": d.actor_id,
            "created_at": d.created_at,
        },
    )


# What the author gave beside the text stays with the label, since names change. Where a comment had open reports, the
# label says that they were upheld; a label that contradicts a colleague's is contested.
_LABELLING = (
    "INSERT INTO labels (comment_id, site_id, label, source, member_id, created_at, author_name, author_url, contested)"
    " SELECT c.id, c.site_id, :label, CASE WHEN :action = 'audit' THEN 'audit' WHEN :action = 'remove' THEN 'removed'"
    " WHEN :action = 'mark_spam' AND EXISTS (SELECT 1 FROM reported r WHERE r.comment_id = c.id) THEN 'report'"
    " ELSE 'moderator' END, :member_id, :created_at, COALESCE(m.name, c.author_name), c.author_url, 0"
    " FROM comments c LEFT JOIN members m ON m.id = c.author_id WHERE c.id = :comment_id AND c.site_id = :site_id"
    " ON CONFLICT (comment_id) DO UPDATE SET contested = CASE WHEN labels.label <> excluded.label"
    " AND labels.member_id <> excluded.member_id THEN 1 ELSE labels.contested END, label = excluded.label,"
    " source = excluded.source, member_id = excluded.member_id, created_at = excluded.created_at"
)


def relabelling(undone: Decision) -> Statement:
    """Gives a label back to whose it was before this decision replaced it; nothing where there was none."""
    given = ", ".join(f"{name} = d.{kept}" for name, kept in _OF_LABEL.items())
    return Statement(
        f"UPDATE labels SET {given} FROM decisions d WHERE d.id = :id AND d.label_source IS NOT NULL"
        " AND labels.comment_id = :comment_id",
        {"id": undone.id, "comment_id": undone.comment_id},
    )


def unlabelling(comment_id: str) -> Statement:
    """Takes a comment's label away: it belonged to a text that is gone."""
    return Statement("DELETE FROM labels WHERE comment_id = :comment_id", {"comment_id": comment_id})


def erasing(comment_id: str) -> list[Statement]:
    """Forgets what was said about a comment and what it taught. Who decided what, and when, stays."""
    unsaid = "UPDATE decisions SET reason = NULL WHERE comment_id = :comment_id AND reason IS NOT NULL"
    return [Statement(unsaid, {"comment_id": comment_id}), unlabelling(comment_id)]


async def exported(db: Database, member: Member, after: str) -> Portion:
    """What was decided about a member's comments, not by whom. That one went to spam is not told, as everywhere."""
    last, following = await own_range(db, member.id, after)
    sql = (
        "SELECT d.comment_id, d.action, CASE WHEN d.from_status = 'spam' THEN 'pending' ELSE d.from_status END,"
        " d.to_status, d.reason, d.created_at FROM comments c JOIN decisions d ON d.comment_id = c.id"
        " WHERE c.author_id = :author_id AND c.id > :after AND c.id <= :last AND d.to_status <> 'spam'"
    )
    (rows,) = await db.read(Query(sql, {"author_id": member.id, "after": after, "last": last}))
    names = ("comment_id", "action", "from", "to", "reason", "created_at")
    return Portion([dict(zip(names, row, strict=True)) for row in rows], following)
