"""What is to be sent: events queued in the unit of work that causes them, claimed by a worker, done with or put off."""

import msgspec

from service.domain.errors import Refusal
from service.storage.database import Database, Query, Row, Statement

MEMBER = "member:"  # what the name of a recipient who is a member begins with, before his id


class Event(msgspec.Struct, frozen=True):
    """One thing to tell somebody. Ids only: letters are composed at sending, from what is true by then.

    `detail` is small JSON where a kind needs more, never an address, a secret or a text.
    """

    id: str
    site_id: str
    kind: str
    about_id: str
    created_at: int  # milliseconds UTC
    due_at: int  # not to be sent before
    detail: str | None = None
    recipient: str | None = None  # an id, or the keyed hash of an address; None: the kind itself says who


class Queued(msgspec.Struct, frozen=True):
    """An event with what became of it so far."""

    event: Event
    attempts: int
    failure: str | None
    failed_at: int | None


class ClaimLost(Refusal):
    """Another worker has taken the row: its claim had run out."""


class NothingLeft(Refusal):
    """There is nothing more to sweep."""


_EVENT = "id, site_id, kind, about_id, created_at, due_at, detail, recipient"
_COLUMNS = f"{_EVENT}, attempts, failure, failed_at"
_INSERT = (
    f"INSERT INTO outbox ({_EVENT}, attempts, claimed_until) VALUES"
    " (:id, :site_id, :kind, :about_id, :created_at, :due_at, :detail, :recipient, 0, 0)"
)


def adding(event: Event) -> Statement:
    """Queues an event."""
    return Statement(_INSERT, msgspec.structs.asdict(event))


def claiming(claim: str, now_ms: int, until_ms: int, limit: int) -> Statement:
    """Takes the rows that are due for this turn of a worker; what another has claimed is left to him until his time
    is up."""
    # The condition stands twice: PostgreSQL looks at the outer one again when it waited for another worker.
    due = "failed_at IS NULL AND due_at <= :now AND claimed_until <= :now"
    return Statement(
        f"UPDATE outbox SET claimed_by = :claim, claimed_until = :until WHERE {due} AND id IN"
        f" (SELECT id FROM outbox WHERE {due} ORDER BY due_at, id LIMIT :limit)",
        {"claim": claim, "now": now_ms, "until": until_ms, "limit": limit},
    )


async def claimed(db: Database, claim: str) -> list[Queued]:
    """What this turn has claimed."""
    (rows,) = await db.read(Query(f"SELECT {_COLUMNS} FROM outbox WHERE claimed_by = :claim", {"claim": claim}))
    return sorted((_queued(row) for row in rows), key=lambda one: (one.event.due_at, one.event.id))


async def is_due(db: Database, now_ms: int) -> bool:
    """Is there anything to claim? Asked often: one look at an index."""
    sql = (
        "SELECT id FROM outbox WHERE failed_at IS NULL AND due_at <= :now AND claimed_until <= :now"
        " ORDER BY due_at, id LIMIT 1"
    )
    (rows,) = await db.read(Query(sql, {"now": now_ms}))
    return bool(rows)


def _queued(row: Row) -> Queued:
    return Queued(Event(*row[:8]), *row[8:])


def finishing(event_id: str, claim: str) -> Statement:
    """Done with. Refused with ClaimLost."""
    sql = "DELETE FROM outbox WHERE id = :id AND claimed_by = :claim"
    return Statement(sql, {"id": event_id, "claim": claim}, ClaimLost)


def putting_off(queued: Queued, claim: str, due_at: int) -> Statement:
    """To be tried again, at this time, with the attempts and the failure as given."""
    return Statement(
        "UPDATE outbox SET due_at = :due_at, attempts = :attempts, failure = :failure, claimed_by = NULL,"
        " claimed_until = 0 WHERE id = :id AND claimed_by = :claim",
        {
            "id": queued.event.id,
            "claim": claim,
            "due_at": due_at,
            "attempts": queued.attempts,
            "failure": queued.failure,
        },
    )


def going_on(event: Event, claim: str) -> Statement:
    """An event told to some, with the mark in its detail from where on to tell others. Refused with ClaimLost."""
    return Statement(
        "UPDATE outbox SET detail = :detail, claimed_by = NULL, claimed_until = 0 WHERE id = :id"
        " AND claimed_by = :claim",
        {"id": event.id, "claim": claim, "detail": event.detail},
        ClaimLost,
    )


def giving_up(queued: Queued, claim: str, now_ms: int) -> Statement:
    """Not to be tried again; kept for a look."""
    return Statement(
        "UPDATE outbox SET failed_at = :now, attempts = :attempts, failure = :failure, claimed_by = NULL,"
        " claimed_until = 0 WHERE id = :id AND claimed_by = :claim",
        {
            "id": queued.event.id,
            "claim": claim,
            "now": now_ms,
            "attempts": queued.attempts,
            "failure": queued.failure,
        },
    )


async def waiting(db: Database, limit: int) -> list[Queued]:
    """What waits to be sent, the next first."""
    sql = f"SELECT {_COLUMNS} FROM outbox WHERE failed_at IS NULL AND due_at > 0 ORDER BY due_at, id LIMIT :limit"
    (rows,) = await db.read(Query(sql, {"limit": limit}))
    return [_queued(row) for row in rows]


async def given_up(db: Database, limit: int) -> list[Queued]:
    """What was given up, the newest first."""
    sql = f"SELECT {_COLUMNS} FROM outbox WHERE failed_at > 0 ORDER BY failed_at DESC, id DESC LIMIT :limit"
    (rows,) = await db.read(Query(sql, {"limit": limit}))
    return [_queued(row) for row in rows]


def sweeping(before_ms: int, most: int) -> Statement:
    """Forgets a portion of what was given up before this moment. Refused with NothingLeft."""
    return Statement(
        "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE failed_at IS NOT NULL AND failed_at < :before"
        " ORDER BY failed_at, id LIMIT :most)",
        {"before": before_ms, "most": most},
        NothingLeft,
    )


def erasing(site_id: str, about_id: str) -> list[Statement]:
    """Forgets what was to be told about a member or a comment, and to that member."""
    return [
        Statement(
            "DELETE FROM outbox WHERE site_id = :site_id AND about_id = :about_id",
            {"site_id": site_id, "about_id": about_id},
        ),
        Statement(
            "DELETE FROM outbox WHERE site_id = :site_id AND recipient = :recipient",
            {"site_id": site_id, "recipient": f"{MEMBER}{about_id}"},
        ),
    ]
