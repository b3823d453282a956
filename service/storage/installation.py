"""One row that the processes of an installation know one another by."""

from service.storage.database import Database, Query, Statement


async def find(db: Database) -> str | None:
    """What was left of the secret that this database is used with; None: nothing yet."""
    (rows,) = await db.read(Query("SELECT secret_check FROM installation WHERE id = 1", {}))
    return rows[0][0] if rows else None


def setting(secret_check: str, replacing: bool = False) -> Statement:
    """Leaves it, for those who come later; whatever stands there already stays, unless it is to be replaced."""
    after = "DO UPDATE SET secret_check = excluded.secret_check" if replacing else "DO NOTHING"
    sql = f"INSERT INTO installation (id, secret_check) VALUES (1, :secret_check) ON CONFLICT (id) {after}"
    return Statement(sql, {"secret_check": secret_check})
