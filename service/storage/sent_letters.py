"""How many letters an address, a kind, or everybody got lately: kept as keyed hashes, for a day."""

from service.storage.database import Database, Query, Statement, Value
from service.storage.outbox import NothingLeft

_MOST = 1_000  # counted no further


def adding(letter_id: str, address_hash: str, kind: str, now_ms: int) -> Statement:
    """Notes a letter that was sent."""
    return Statement(
        "INSERT INTO sent_letters (id, address_hash, kind, sent_at) VALUES (:id, :address_hash, :kind, :now)",
        {"id": letter_id, "address_hash": address_hash, "kind": kind, "now": now_ms},
    )


async def since(db: Database, address_hash: str, kind: str, since_ms: int) -> tuple[list[int], int, int]:
    """After this moment: the times of the letters of this kind to this address, how many of the kind, how many in all.

    Times are milliseconds UTC, oldest first.
    """
    told: dict[str, Value] = {"since": since_ms, "kind": kind}
    after = "FROM sent_letters WHERE sent_at > :since"
    mine, alike, every = await db.read(
        Query(
            "SELECT sent_at FROM sent_letters WHERE address_hash = :address_hash AND kind = :kind AND sent_at > :since"
            " ORDER BY sent_at",
            {**told, "address_hash": address_hash},
        ),
        Query(f"SELECT id {after} AND kind = :kind LIMIT :most", {**told, "most": _MOST}),
        Query(f"SELECT id {after} LIMIT :most", {"since": since_ms, "most": _MOST}),
    )
    return [row[0] for row in mine], len(alike), len(every)


def sweeping(before_ms: int, most: int) -> Statement:
    """Forgets a portion of what was sent before this moment. Refused with NothingLeft."""
    return Statement(
        "DELETE FROM sent_letters WHERE id IN (SELECT id FROM sent_letters WHERE sent_at < :before"
        " ORDER BY sent_at LIMIT :most)",
        {"before": before_ms, "most": most},
        NothingLeft,
    )
