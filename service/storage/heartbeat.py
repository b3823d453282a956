"""One row that is written to learn whether anything can be written."""

from service.storage.database import Database, Statement


async def beat(db: Database, now_ms: int) -> None:
    """Writes the row, durably. Raises StorageUnavailable if nothing can be written just now."""
    sql = "INSERT INTO heartbeat (id, at) VALUES (1, :now) ON CONFLICT (id) DO UPDATE SET at = excluded.at"
    await db.write([Statement(sql, {"now": now_ms})], quiet=True)
