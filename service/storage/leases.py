"""Leases: what only one process at a time may do. Which work that is, actions say (actions/owning.py)."""

from service.domain.errors import Refusal
from service.storage.database import Database, Query, Statement


class Lease(Refusal):
    """Base of what is refused about leases."""


class LeaseHeld(Lease):
    """Another process holds it."""

    detail = "Another process is doing this just now."


class LeaseLost(Lease):
    """It ran out before it was prolonged, and may be another's by now."""

    detail = "This took so long that another process may do it by now."


def taking(name: str, holder: str, now_ms: int, until_ms: int) -> Statement:
    """Takes a lease that nobody holds any more, or prolongs one's own. Refused with LeaseHeld."""
    return Statement(
        "INSERT INTO leases (name, holder, until) VALUES (:name, :holder, :until) ON CONFLICT (name) DO UPDATE"
        " SET holder = excluded.holder, until = excluded.until WHERE leases.until <= :now OR leases.holder = :holder",
        {"name": name, "holder": holder, "now": now_ms, "until": until_ms},
        LeaseHeld,
    )


def holding(name: str, holder: str) -> Statement:
    """Guards a unit that only the holder may write. Refused with LeaseLost when another has taken the lease."""
    sql = "UPDATE leases SET until = until WHERE name = :name AND holder = :holder"
    return Statement(sql, {"name": name, "holder": holder}, LeaseLost)


def giving_up(name: str, holder: str) -> Statement:
    """Lets others have it at once."""
    sql = "DELETE FROM leases WHERE name = :name AND holder = :holder"
    return Statement(sql, {"name": name, "holder": holder})


async def is_held(db: Database, name: str, now_ms: int) -> bool:
    """Does anybody hold it at this moment?"""
    (rows,) = await db.read(Query("SELECT until FROM leases WHERE name = :name", {"name": name}))
    return bool(rows) and rows[0][0] > now_ms
