"""Members who are leaving: which erasures have begun and are not finished, so that a restart goes on with them."""

import msgspec

from service.storage.database import Database, Query, Statement


class Erasure(msgspec.Struct, frozen=True):
    """An erasure under way. `cleared`: no row holds anything of the member; what is left is to scrub the files."""

    member_id: str
    site_id: str
    cleared: bool


def beginning(site_id: str, member_id: str, now_ms: int) -> Statement:
    """Remembers that this member is to be erased."""
    return Statement(
        "INSERT INTO erasures (member_id, site_id, started_at) VALUES (:member_id, :site_id, :now)"
        " ON CONFLICT (member_id) DO NOTHING",
        {"member_id": member_id, "site_id": site_id, "now": now_ms},
    )


def clearing(member_id: str, now_ms: int) -> Statement:
    """Notes that no row holds anything of the member any more."""
    return Statement(
        "UPDATE erasures SET cleared_at = :now WHERE member_id = :member_id", {"member_id": member_id, "now": now_ms}
    )


def finishing(member_id: str) -> Statement:
    """Forgets an erasure that was cleared: the files have been scrubbed since."""
    return Statement("DELETE FROM erasures WHERE member_id = :member_id", {"member_id": member_id})


async def unfinished(db: Database) -> list[Erasure]:
    """Every erasure that is still to be finished, the oldest ids first. There are few or none."""
    (rows,) = await db.read(Query("SELECT member_id, site_id, cleared_at FROM erasures ORDER BY member_id", {}))
    return [Erasure(row[0], row[1], row[2] is not None) for row in rows]
