"""When a site's model is trained without being asked: after decisions, once a day, never where the owner says so."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from service.actions import learn_by_itself
from service.actions.decide_comments import Choice, decide_comments
from service.actions.resources import Resources
from service.actions.set_policy import set_policy
from service.domain.training import Training
from service.storage import trainings
from tests.conftest import Blog, Clock


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_QUIET_S", "_LONGEST_S", "_FIRST_LOOK_S", "_LOOK_S"):
        monkeypatch.setattr(learn_by_itself, name, 0.01)


@pytest.fixture
async def learning(res: Resources) -> AsyncIterator[None]:
    async with learn_by_itself.learning_by_itself(res):
        yield


async def teach(blog: Blog, each: int = 3) -> None:
    for number in range(2 * each):
        comment = (await blog.post(f"score 0.6 number {number}")).comment
        action = "approve" if number % 2 else "mark_spam"
        await decide_comments(blog.res, blog.moderator, action, [Choice(comment.id, comment.version)], None)


async def begun(res: Resources, count: int = 1) -> list[Training]:
    """Waits until so many trainings have begun; the newest first."""
    async with asyncio.timeout(10):
        while len(found := await trainings.latest(res.db, "blog", 9)) < count:  # noqa: ASYNC110 - rows have no event
            await asyncio.sleep(0.01)
    return found


async def end(res: Resources, training: Training) -> None:
    await res.db.write([trainings.failing(training.id, "A test has ended it.", res.now_ms())])


@pytest.mark.usefixtures("learning")
async def test_decisions_begin_a_training_and_one_at_a_time(res: Resources, blog: Blog) -> None:
    await set_policy(res, blog.site, {"retraining": "after_decisions"})
    await teach(blog)
    (first,) = await begun(res)
    assert first.cause in ("decisions", "schedule")
    await teach(blog)
    assert len(await trainings.latest(res.db, "blog", 9)) == 1
    await end(res, first)
    assert {one.cause for one in await begun(res, 2)} <= {"decisions", "schedule"}


@pytest.mark.usefixtures("learning")
async def test_where_the_owner_trains_by_hand_nothing_begins_by_itself(res: Resources, blog: Blog) -> None:
    await set_policy(res, blog.site, {"retraining": "by_hand"})
    await teach(blog)
    await set_policy(res, blog.site, {"retraining": "daily"})
    (first,) = await begun(res)  # by now decisions would have begun theirs long ago
    assert (first.cause, first.kind) == ("schedule", "full")


@pytest.mark.usefixtures("learning")
async def test_once_a_day_if_anything_came(res: Resources, blog: Blog, clock: Clock) -> None:
    await set_policy(res, blog.site, {"retraining": "daily"})
    await teach(blog)
    (first,) = await begun(res)
    clock.pass_s(90_000)  # its process was never heard of again
    second = (await begun(res, 2))[0]
    assert second.cause == "schedule"
    assert second.created_at - first.created_at >= 86_400_000
