"""Lets a training say how far it has come, and that it still lives, while it works in a thread."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from service.actions.resources import Resources
from service.domain.errors import StorageUnavailable
from service.storage import trainings

_EVERY_S = 3.0


class Reporter:
    """What a training does now. `tell` may be called from any thread; it is written every few seconds, and at `now`."""

    def __init__(self, res: Resources, training_id: str) -> None:
        self._res, self._id = res, training_id
        self._step, self._progress, self._labels = "reading labels", 0.0, 0

    def tell(self, step: str, progress: float) -> None:
        """It begins with something else; progress from 0 to 1."""
        self._step, self._progress = step, progress

    def reads(self, labels: int) -> None:
        """It learns from so many."""
        self._labels = labels

    async def now(self) -> None:
        """Writes it. Raises Outdated where somebody has given the training up."""
        now = self._res.now_ms()
        await self._res.db.write([trainings.reporting(self._id, self._step, self._progress, self._labels, now)])

    async def _for_ever(self) -> None:
        while True:
            with suppress(StorageUnavailable):  # the next one may come through; silence is taken for death
                await self.now()
            await asyncio.sleep(_EVERY_S)


@asynccontextmanager
async def reporting(res: Resources, training_id: str) -> AsyncIterator[Reporter]:
    """A reporter that writes by itself, until left."""
    reporter = Reporter(res, training_id)
    task = asyncio.create_task(reporter._for_ever())  # noqa: SLF001, RUF100 - its own
    try:
        yield reporter
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
