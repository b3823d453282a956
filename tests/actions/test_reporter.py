"""The heartbeat of a training: it goes on after a hiccup of the database, and stops once the training was given up."""

import asyncio

import pytest

from service.actions import reporter
from service.actions.reporter import reporting
from service.actions.resources import Resources
from service.actions.start_training import start_training
from service.domain.errors import StorageUnavailable
from service.storage import trainings
from service.storage.database import Unit
from tests.conftest import Blog


async def test_one_write_that_fails_does_not_end_the_heartbeat(
    res: Resources, blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = await start_training(res, blog.site, "refit")
    write, failed = res.db.write, asyncio.Event()

    async def failing(unit: Unit, quiet: bool = False) -> None:
        if not failed.is_set():
            failed.set()
            raise StorageUnavailable
        await write(unit, quiet)

    monkeypatch.setattr(res.db, "write", failing)
    monkeypatch.setattr(reporter, "_EVERY_S", 0.01)
    async with reporting(res, begun.id) as told, asyncio.timeout(10):
        await failed.wait()
        told.tell("fitting", 0.5)
        while (found := await trainings.find(res.db, "blog", begun.id)) and found.step != "fitting":  # noqa: ASYNC110
            await asyncio.sleep(0.01)
