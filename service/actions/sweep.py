"""Forgets, every hour, what is kept only for a time: answers under an Idempotency-Key, tokens and sessions that are
over."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from service.actions.replays import Replays
from service.actions.resources import Resources
from service.domain.errors import StorageUnavailable
from service.domain.session import IDLE_MS
from service.storage import sessions, tokens
from service.storage.database import Unit

_EVERY_S = 3_600
_KEPT_MS = 86_400_000
_PORTION = 500
_LOG = logging.getLogger("greenroom.sweep")


async def sweep(res: Resources, replays: Replays) -> None:
    """Forgets what has had its time."""
    await replays.sweep()
    before = res.now_ms() - _KEPT_MS
    await _in_portions(res, lambda: [sessions.sweeping_refresh_tokens(before - IDLE_MS, _PORTION)])
    await _in_portions(res, lambda: sessions.sweeping(before, _PORTION))
    await res.db.write([tokens.sweeping(before)])


async def _in_portions(res: Resources, portion: Callable[[], Unit]) -> None:
    """So that nobody waits behind it."""
    with suppress(sessions.NothingToSweep):
        while True:
            await res.db.write(portion())


@asynccontextmanager
async def sweep_regularly(res: Resources, replays: Replays) -> AsyncIterator[None]:
    """Sweeps now and every hour, until left."""
    task = asyncio.create_task(_sweep_for_ever(res, replays))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _sweep_for_ever(res: Resources, replays: Replays) -> None:
    while True:
        try:
            await sweep(res, replays)
        except StorageUnavailable:
            _LOG.warning("The storage does not answer; sweeping again later.")
        await asyncio.sleep(_EVERY_S)
