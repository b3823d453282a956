"""Cuts a small database out of a large one: the rows that were read for some pages, and what those refer to."""

from collections.abc import Iterator
from typing import Any

from service.storage.database import Database, Query, Row
from service.storage.migrate import migrations
from service.storage.tables import Source, Table, filling, reading, tables_at

_REFERRING = ("thread_id", "parent_id", "author_id", "member_id", "actor_id", "comment_id")


class Recorder:
    """While it is on, keeps the first column of every row that is read: ids, mostly."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.seen: set[str] = set()

    def __enter__(self) -> "Recorder":
        self._read = self._db.read
        self._db.read = self._listen  # type: ignore[method-assign]
        return self

    def __exit__(self, *fault: object) -> None:
        self._db.read = self._read  # type: ignore[method-assign]

    async def _listen(self, *queries: Query) -> list[list[Row]]:
        answers = await self._read(*queries)
        self.seen |= {row[0] for rows in answers for row in rows if isinstance(row[0], str)}
        return answers


def cut(large: str, small: str, ids: set[str], site: str) -> None:
    """Fills the small database with what is named by these ids, in the order of the large one, and the site itself."""
    schema = migrations()[-1].number
    with reading(large) as source, filling(small, schema) as target:
        ids = ids | {site}
        for _ in range(2):  # what they refer to, and what that does
            ids |= {one for table in tables_at(schema) for row in _of(source, table, ids) for one in _named(table, row)}
        for table in tables_at(schema):
            target.fill(table, list(_of(source, table, ids)))


def _of(source: Source, table: Table, ids: set[str]) -> Iterator[tuple[Any, ...]]:
    """Rows that are named; of tables without an id of their own, those of the site."""
    by = next((table.columns.index(name) for name in ("id", "site_id") if name in table.columns), None)
    return (row for row in source.rows(table) if row[by] in ids) if by is not None else iter(())


def _named(table: Table, row: tuple[Any, ...]) -> Iterator[str]:
    return (
        value for column, value in zip(table.columns, row, strict=True) if column in _REFERRING and value is not None
    )
