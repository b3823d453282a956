"""Takes what has come into the search index, a little later and in portions, so that no submission pays for it."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from service.actions.resources import Resources
from service.domain.errors import Refusal
from service.domain.ids import made_at
from service.storage import search

_EVERY_S = 2.0
_BETWEEN_S = 0.02  # after each portion, so that writers get in between
_CALM_MS = 1_000  # after the last comment of a rush
_LOG = logging.getLogger("greenroom.search")


@asynccontextmanager
async def kept_searchable(res: Resources) -> AsyncIterator[None]:
    """Looks every two seconds, until left. Where the engine keeps the words itself, there is nothing to do."""
    if res.db.engine != "sqlite":
        yield
        return
    task = asyncio.create_task(_for_ever(res))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _for_ever(res: Resources) -> None:
    goes_on = False
    while True:
        await asyncio.sleep(_BETWEEN_S if goes_on else _EVERY_S)
        try:
            goes_on = await search.index_some(res.db) and await _is_calm(res)
        except Refusal:
            _LOG.warning("The storage does not answer; what is new is made searchable later.")
            goes_on = False


async def _is_calm(res: Resources) -> bool:
    """In a rush those who write go first: one portion each time, until it is over or somebody searches."""
    newest = await search.newest_waiting(res.db)
    return newest is None or res.now_ms() - made_at(newest) > _CALM_MS
