"""The processes that train: whose code they run, how many at once, and what is said where one cannot start."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.actions import train_model as training_of
from service.actions import trainer as training_processes
from service.actions.resources import Resources
from service.actions.start_training import start_training
from service.actions.train_model import Workshop, train_model
from service.actions.trainer import Trainer
from service.domain.training import Training
from service.storage import trainings
from service.storage.database import Database
from tests.commanding import own_environment
from tests.conftest import Blog, make_blog


@pytest.fixture
async def trainer(tmp_path: Path) -> AsyncIterator[Trainer]:
    """Its processes find an empty database, in which there is no site to train for."""
    made = Trainer(own_environment(GREENROOM_DATA=str(tmp_path / "data")))
    yield made
    await made.stop()


async def until(db: Database, training: Training, state: str = "failed", step: str | None = None) -> Training:
    """Waits until the training is told so."""
    async with asyncio.timeout(60):
        while True:
            found = await trainings.find(db, training.site_id, training.id)
            assert found is not None
            if found.state == state and step in (None, found.step):
                return found
            await asyncio.sleep(0.01)


async def test_nothing_of_the_folder_that_it_is_started_in_is_run(
    blog: Blog, trainer: Trainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "__init__.py").touch()
    (tmp_path / "service" / "__main__.py").write_text("raise SystemExit('somebody else runs')")
    monkeypatch.chdir(tmp_path)
    begun = await start_training(blog.res, blog.site, "refit")
    trainer.start(blog.res.db, begun, blog.res.now_ms)
    assert "There is no site named blog." in ((await until(blog.res.db, begun)).reason or "")


async def test_what_cannot_start_is_told_as_that(
    blog: Blog, trainer: Trainer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    begun = await start_training(blog.res, blog.site, "refit")
    trainer.start(blog.res.db, begun, blog.res.now_ms)
    reason = (await until(blog.res.db, begun)).reason or ""
    assert reason.startswith("Its process could not be started: No such file or directory.")


async def test_only_so_many_run_at_once_and_who_waits_says_that_he_lives(
    res: Resources, trainer: Trainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    running: list[Training] = []
    most, go_on = 0, asyncio.Event()

    async def run(_: Trainer, training: Training) -> str:
        nonlocal most
        running.append(training)
        most = max(most, len(running))
        await go_on.wait()
        running.remove(training)
        return "It is over."

    monkeypatch.setattr(Trainer, "_run", run)
    monkeypatch.setattr(training_processes, "_TELL_S", 0.01)
    blogs = [await make_blog(res, f"blog-{number}") for number in range(4)]
    begun = [await start_training(res, blog.site, "full") for blog in blogs]
    res.now_ms.pass_s(20)  # type: ignore[attr-defined]
    for one in begun:
        trainer.start(res.db, one, res.now_ms)
    for one in begun[2:]:
        waiting = await until(res.db, one, "running", "waiting for the trainings of other sites")
        assert waiting.seen_at == res.now_ms()
    assert [one.id for one in running] == [one.id for one in begun[:2]]
    await res.db.write([trainings.failing(begun[3].id, "Given up.", res.now_ms())])
    go_on.set()
    for one in begun[:3]:
        assert (await until(res.db, one)).reason == "It is over."
    assert (await until(res.db, begun[3])).reason == "Given up."
    assert most == 2


async def test_a_fault_is_told_without_the_text_that_it_holds(
    blog: Blog, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def broken(*_: object) -> None:
        "what Ada wrote \ud800".encode()

    monkeypatch.setattr(training_of, "_train", broken)
    begun = await start_training(blog.res, blog.site, "refit")
    with pytest.raises(UnicodeEncodeError):
        await train_model(blog.res, blog.site, begun, Workshop(None, tmp_path, b""))  # type: ignore[arg-type]
    reason = (await until(blog.res.db, begun)).reason or ""
    assert "Ada" not in reason
    assert reason.startswith("It went wrong: UnicodeEncodeError in test_trainer.py, line ")
    said = b"Traceback (most recent call last):\n  File ...\nValueError: what Ada wrote"
    assert "(ValueError)" in training_processes._words(1, said)
