"""Forgets, every hour, what is kept only for a time: kept answers, tokens and sessions that are over, invitations that
nobody took, where guests came from, refused texts. Erasures that were interrupted are finished here, too.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from service.actions.erase_member import finish_erasures
from service.actions.forget_old import forget_old
from service.actions.owning import owning
from service.actions.replays import Replays
from service.actions.resources import Resources
from service.actions.share_limits import KEPT_MS
from service.domain.errors import StorageUnavailable
from service.domain.ids import first_id_at
from service.domain.session import IDLE_MS
from service.storage import codes, invitations, requests, sessions, sign_in_requests, sign_on, spending, tokens
from service.storage.database import Unit

_EVERY_S = 3_600
_DAY_MS = 86_400_000
_WAYS_IN_KEPT_MS = 30 * _DAY_MS  # as long as one who was declined waits before he may ask again
_PORTION = 500
_LOG = logging.getLogger("greenroom.sweep")


async def sweep(res: Resources, replays: Replays) -> None:
    """Forgets what has had its time."""
    await replays.sweep()
    now = res.now_ms()
    before = now - _DAY_MS
    await _in_portions(res, lambda: [sessions.sweeping_refresh_tokens(before - IDLE_MS, _PORTION)])
    await _in_portions(res, lambda: sessions.sweeping(before, _PORTION))
    await res.db.write([tokens.sweeping(before), codes.sweeping(before), *sign_in_requests.sweeping(before)])
    await res.db.write([sign_on.sweeping_jtis(now), sign_on.sweeping_attempts(now)])
    await res.db.write([invitations.sweeping(now - _WAYS_IN_KEPT_MS), requests.sweeping(now - _WAYS_IN_KEPT_MS)])
    await res.db.write([spending.sweeping(first_id_at(now - KEPT_MS))], quiet=True)
    await forget_old(res)
    await finish_erasures(res)


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
            async with owning(res, "sweep") as owned:
                if owned is not None:
                    await sweep(res, replays)
        except StorageUnavailable:
            _LOG.warning("The storage does not answer; sweeping again later.")
        await asyncio.sleep(_EVERY_S)
