"""Forgets, every hour, what is kept only for a time: kept answers, expired tokens, from where visitors reported."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from service.actions.replays import Replays
from service.actions.resources import Resources
from service.domain.errors import StorageUnavailable
from service.storage import reports, sites, tokens

_EVERY_S = 3_600
_KEPT_MS = 86_400_000
_LOG = logging.getLogger("greenroom.sweep")


async def sweep(res: Resources, replays: Replays) -> None:
    """Forgets what has had its time."""
    await replays.sweep()
    await res.db.write([tokens.sweeping(res.now_ms() - _KEPT_MS)])
    for site in await sites.every(res.db):
        before = res.now_ms() - site.policy.ip_retention_days * _KEPT_MS
        await res.db.write([reports.forgetting_visitors(site.id, before)])


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
