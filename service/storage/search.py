"""Finds comments by words and operators: the one place where the engines differ (search_sqlite.py, search_postgres.py).

What is looked for is read in domain/search.py; here names and keys are found to be whose they are.
"""

from service.domain.comment import Comment
from service.domain.errors import StorageUnavailable
from service.domain.names import name_key
from service.storage import search_postgres, search_sqlite
from service.storage.comments import comment
from service.storage.database import Database, Query
from service.storage.queue import Position
from service.storage.search_order import Page, Wanted

__all__ = ["Page", "Wanted", "index_some", "members_named", "newest_waiting", "page"]

_MOST_NAMED = 50
_MOST_WAITING = 20_000  # comments that a search takes into the index before it looks; about half a second of work


class IndexBehind(StorageUnavailable):
    """So many comments came that those who search would wait for long."""

    detail = "Many comments have come and are being made ready for searching. Try again in a moment."


async def page(db: Database, wanted: Wanted, at: Page) -> list[tuple[Comment, Position]]:
    """Comments that are looked for, each with the position that the next page would begin after.

    What was committed before is found. Raises IndexBehind.
    """
    await _catch_up(db)
    (rows,) = await db.read(await _query(db, wanted, at))
    return [(comment(row[:-1]), Position(row[0], float(row[-1]))) for row in rows]


async def _query(db: Database, wanted: Wanted, at: Page) -> Query:
    if db.engine == "postgres":
        return search_postgres.query(wanted, at)
    by_queue = at.sort in ("riskiest", "uncertain") and len(wanted.statuses) == 1 and wanted.among is None
    if by_queue and await search_sqlite.are_many(db, wanted):
        return search_sqlite.query_through_queue(wanted, at)
    return search_sqlite.query(wanted, at)


async def _catch_up(db: Database) -> None:
    if db.engine != "sqlite" or await search_sqlite.newest_waiting(db) is None:
        return
    for _ in range(_MOST_WAITING // search_sqlite.PORTION):
        if not await search_sqlite.index_some(db):
            return
    raise IndexBehind


async def index_some(db: Database) -> bool:
    """Takes a portion of what waits into the index. Says whether more may wait."""
    return db.engine == "sqlite" and await search_sqlite.index_some(db)


async def newest_waiting(db: Database) -> str | None:
    """The id of the newest comment that is not in the index yet; None: all are."""
    return await search_sqlite.newest_waiting(db) if db.engine == "sqlite" else None


async def members_named(db: Database, site_id: str, name: str) -> list[str]:
    """The ids of members whose name begins like this, or looks like it does; or of the one whose id it is."""
    key = name_key(name)
    sql = (
        "SELECT id FROM members WHERE site_id = :site_id AND substr(name_key, 1, :length) = :key AND name_key <> ''"
        " LIMIT :limit"
    )
    named = Query(sql, {"site_id": site_id, "key": key, "length": len(key), "limit": _MOST_NAMED})
    own = Query("SELECT id FROM members WHERE site_id = :site_id AND id = :id", {"site_id": site_id, "id": name})
    return [row[0] for rows in await db.read(named, own) for row in rows]
