"""What is to be sent: events queued in the unit of work that causes them. Sending and retrying is the outbox's work."""

import msgspec

from service.storage.database import Statement


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


def adding(event: Event) -> Statement:
    """Queues an event."""
    return Statement(
        "INSERT INTO outbox (id, site_id, kind, about_id, detail, created_at, due_at, attempts) VALUES"
        " (:id, :site_id, :kind, :about_id, :detail, :created_at, :due_at, 0)",
        msgspec.structs.asdict(event),
    )


def erasing(site_id: str, about_id: str) -> list[Statement]:
    """Forgets what was to be told about a member or a comment."""
    sql = "DELETE FROM outbox WHERE site_id = :site_id AND about_id = :about_id"
    return [Statement(sql, {"site_id": site_id, "about_id": about_id})]
