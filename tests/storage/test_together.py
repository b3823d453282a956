"""Reads that are asked for at the same time: one read, each with its own answer."""

import asyncio

import pytest

from service.domain.errors import StorageUnavailable
from service.storage.database import Database, Query, Row
from service.storage.together import Together
from tests.storage.test_units import adding

_ABOVE = "SELECT id FROM sites WHERE id > :id ORDER BY id"


def above(name: str) -> Query:
    return Query(_ABOVE, {"id": name})


class Counted:
    """Reads that are counted, and fail when told to."""

    def __init__(self, db: Database) -> None:
        self._db, self.reads, self.fails = db, 0, False

    async def read(self, *queries: Query) -> list[list[Row]]:
        self.reads += 1
        if self.fails:
            raise StorageUnavailable
        return await self._db.read(*queries)


@pytest.mark.both_engines
async def test_what_is_asked_at_the_same_time_is_one_read(db: Database) -> None:
    await db.write([adding(name) for name in "abcd"])
    counted = Counted(db)
    together = Together(counted)  # type: ignore[arg-type]

    async def twice(name: str) -> list[list[Row]]:
        await together.read(above("d"))
        return await together.read(above(name), above("c"))

    first, none, second, third = await asyncio.gather(
        together.read(above("b")), together.read(), twice("a"), twice("b")
    )
    assert (first, none) == ([[("c",), ("d",)]], [])
    assert second == [[("b",), ("c",), ("d",)], [("d",)]]
    assert third == [[("c",), ("d",)], [("d",)]]
    assert counted.reads == 2


@pytest.mark.both_engines
async def test_a_failure_is_everybodys_and_the_next_read_is_another(db: Database) -> None:
    counted = Counted(db)
    together = Together(counted)  # type: ignore[arg-type]
    counted.fails = True
    left = asyncio.ensure_future(together.read(above("x")))
    failed = asyncio.gather(*[together.read(above(name)) for name in "ab"], return_exceptions=True)
    await asyncio.sleep(0)
    left.cancel()
    assert [type(one) for one in await failed] == [StorageUnavailable] * 2
    counted.fails = False
    assert await together.read(above("a")) == [[]]
