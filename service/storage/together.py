"""Reads that are asked for at the same time, sent to the database as one: one way there and back, one moment."""

import asyncio
from typing import NamedTuple

from service.storage.database import Database, Query, Row


class _Asked(NamedTuple):
    queries: tuple[Query, ...]
    answered: asyncio.Future[list[list[Row]]]


class Together:
    """Reads as a Database does. What is asked for in one turn of the loop (asyncio.gather) is one read."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._asked: list[_Asked] = []
        self._reading: set[asyncio.Task[None]] = set()

    async def read(self, *queries: Query) -> list[list[Row]]:
        """The rows of each query, all from one moment."""
        loop = asyncio.get_running_loop()
        asked = _Asked(queries, loop.create_future())
        self._asked.append(asked)
        if len(self._asked) == 1:
            loop.call_soon(self._begin)
        return await asked.answered

    def _begin(self) -> None:
        asked, self._asked = self._asked, []
        task = asyncio.get_running_loop().create_task(self._read(asked))
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)

    async def _read(self, asked: list[_Asked]) -> None:
        waiting = [one for one in asked if not one.answered.done()]
        try:
            answers = iter(await self._db.read(*[query for one in waiting for query in one.queries]))
        except Exception as error:  # it is everybody's
            for one in waiting:
                if not one.answered.done():
                    one.answered.set_exception(error)
            return
        for one in waiting:
            rows = [next(answers) for _ in one.queries]
            if not one.answered.done():
                one.answered.set_result(rows)
