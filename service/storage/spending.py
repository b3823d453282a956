"""What each process has let pass of what is limited, for the others to count, too."""

from typing import NamedTuple

from service.storage.database import Database, Query, Statement


class Told(NamedTuple):
    """What one process has told, in its own words."""

    id: str
    process: str
    spent: str


def telling(told: Told) -> Statement:
    """Tells the others."""
    sql = "INSERT INTO spending (id, process, spent) VALUES (:id, :process, :spent)"
    return Statement(sql, told._asdict())


async def since(db: Database, first_id: str) -> list[Told]:
    """What was told from this id on, by all, in the order of its telling."""
    sql = "SELECT id, process, spent FROM spending WHERE id >= :first_id ORDER BY id"
    (rows,) = await db.read(Query(sql, {"first_id": first_id}))
    return [Told(*row) for row in rows]


def sweeping(before_id: str) -> Statement:
    """Forgets what was told before this id."""
    return Statement("DELETE FROM spending WHERE id < :before_id", {"before_id": before_id})
