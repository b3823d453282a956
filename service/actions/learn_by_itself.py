"""Retrains the models of sites without being asked: soon after decisions, and once a day, as each owner allows.

What happens between a decision and a training is here; the training itself is another process's work.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

from service.actions.changes import Change
from service.actions.resources import Resources
from service.actions.set_thresholds import renew_thresholds
from service.actions.start_training import latest_trainings, start_training
from service.domain.errors import AlreadyTraining, StorageUnavailable
from service.domain.learning import enough_news
from service.domain.site import Site
from service.domain.training import Kind
from service.storage import labels, sites, trainings

_QUIET_S = 2.0  # without another decision, before a training begins
_LONGEST_S = 15.0  # a moderator who decides without a pause does not put it off for longer
_FIRST_LOOK_S = 60.0  # a start has other things to do
_LOOK_S = 600.0  # between looks at who is due
_DAY_MS = 86_400_000
_MOST = 10_000
_LOG = logging.getLogger("greenroom.learning")


class _Wishes:
    """Sites in which something was decided, each with when it is to be looked at (on the loop's clock)."""

    def __init__(self) -> None:
        self._due: dict[str, tuple[float, float]] = {}  # when, and not later than
        self.woken = asyncio.Event()

    def hear(self, change: Change | None) -> None:
        """A decision makes a version of a comment that is not its first."""
        if change is None or change.comment is None or change.comment.version < 2:
            return
        self.put_off(change.site_id, _QUIET_S)

    def put_off(self, site_id: str, seconds: float) -> None:
        """Look at this site later, but not later than was promised before."""
        now = asyncio.get_running_loop().time()
        _, latest = self._due.get(site_id, (0.0, now + _LONGEST_S))
        self._due[site_id] = (min(now + seconds, latest), latest)
        self.woken.set()

    def take(self) -> list[str]:
        """The sites that are due now."""
        now = asyncio.get_running_loop().time()
        due = [site_id for site_id, (when, _) in self._due.items() if when <= now]
        for site_id in due:
            del self._due[site_id]
        return due

    def wait_s(self) -> float:
        """How long there is nothing to do."""
        now = asyncio.get_running_loop().time()
        return max(min((when for when, _ in self._due.values()), default=now + _LOOK_S) - now, 0.0)


@asynccontextmanager
async def learning_by_itself(res: Resources) -> AsyncIterator[None]:
    """Listens for decisions and looks at the clock, until left."""
    wishes = _Wishes()
    res.changes.listen(wishes.hear)
    tasks = [asyncio.create_task(_after_decisions(res, wishes)), asyncio.create_task(_every_day(res))]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _after_decisions(res: Resources, wishes: _Wishes) -> None:
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(wishes.wait_s()):
                await wishes.woken.wait()
        wishes.woken.clear()
        for site_id in wishes.take():
            if not await _finished(_learn(res, site_id, wishes)):
                wishes.put_off(site_id, _LONGEST_S)


async def _finished(turn: Coroutine[Any, Any, None]) -> bool:
    """Carries out one turn. What goes wrong is logged and ends this turn alone: nobody would begin the next one."""
    try:
        await turn
    except StorageUnavailable:
        _LOG.warning("The storage does not answer; learning goes on later.")
        return False
    except Exception:
        _LOG.exception("A turn of learning went wrong; the next one is not affected.")
        return False
    return True


async def _learn(res: Resources, site_id: str, wishes: _Wishes) -> None:
    site = await res.cache.site(site_id)
    if site is None or site.policy.retraining != "after_decisions":
        return
    last = await trainings.latest(res.db, site.id, 1)
    if last and last[0].state == "running":
        wishes.put_off(site.id, _QUIET_S)  # what was decided since it began is for the next
        return
    known = last[0].labels if last else 0
    news = await _news(res, site, last[0].created_at if last else 0, _MOST)
    if enough_news(news, known, await labels.of_each(res.db, site.id)):
        try:
            await start_training(res, site, "refit", "decisions")
        except AlreadyTraining:
            wishes.put_off(site.id, _QUIET_S)


async def _every_day(res: Resources) -> None:
    """Once a day a full training of each site in which labels came or went since the last, and its cuts anew.

    Labels go with those who leave, and with moderators who are banned: what they taught is to be unlearnt.
    """
    await asyncio.sleep(_FIRST_LOOK_S)
    while True:
        await _finished(_look_at_all(res))
        await asyncio.sleep(_LOOK_S)


async def _look_at_all(res: Resources) -> None:
    for site in await sites.every(res.db):
        await _finished(_look_at(res, site))


async def _look_at(res: Resources, site: Site) -> None:
    await renew_thresholds(res, site, _DAY_MS)
    if site.policy.retraining != "by_hand" and await _is_due(res, site, "full"):
        with suppress(AlreadyTraining):
            await start_training(res, site, "full", "schedule")


async def _is_due(res: Resources, site: Site, kind: Kind) -> bool:
    await latest_trainings(res, site)  # one that was lost on its way is no training
    last = await trainings.last_of(res.db, site.id, kind)
    since = last.created_at if last else 0
    if last is not None and res.now_ms() - since < _DAY_MS:
        return False
    news = await _news(res, site, since, 1)
    gone = last is not None and await labels.count_taught(res.db, site.id, last.labels) < last.labels
    return (gone or news > 0) and enough_news(1, 0, await labels.of_each(res.db, site.id))


async def _news(res: Resources, site: Site, since_ms: int, most: int) -> int:
    """How many labels were given or taken back after a moment, counting either no further than `most`."""
    given = await labels.count_since(res.db, site.id, since_ms, most)
    return given + await labels.count_taken_back(res.db, site.id, since_ms, most)
