"""When a site's model is trained without being asked: after decisions, once a day, never where the owner says so."""

import asyncio
import sys
from collections.abc import AsyncIterator

import pytest

from service.actions import learn_by_itself
from service.actions.decide_comments import Choice, decide_comments
from service.actions.resources import Resources
from service.actions.set_member import MemberChange, set_member
from service.actions.set_policy import set_policy
from service.actions.set_thresholds import renew_thresholds
from service.domain.errors import StorageUnavailable
from service.domain.moderation import Action
from service.domain.site import Site
from service.domain.training import Trained, Training
from service.storage import trainings
from tests.conftest import Blog, Clock

_NEVER_S = 3_600.0


@pytest.fixture(autouse=True)
def after_decisions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Decisions are looked at once, the clock never."""
    for name in ("_QUIET_S", "_LONGEST_S", "_LOOK_S"):
        monkeypatch.setattr(learn_by_itself, name, 0.01)
    monkeypatch.setattr(learn_by_itself, "_FIRST_LOOK_S", _NEVER_S)


@pytest.fixture
def daily(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock is looked at, too."""
    monkeypatch.setattr(learn_by_itself, "_FIRST_LOOK_S", 0.01)


@pytest.fixture
async def learning(res: Resources) -> AsyncIterator[None]:
    async with learn_by_itself.learning_by_itself(res):
        yield


async def teach(blog: Blog, of: str = "the first") -> None:
    """Six decisions, three of each kind, about comments that say something else for each `of`."""
    for number in range(6):
        comment = (await blog.post(f"score 0.6 number {number} of {of}")).comment
        action: Action = "approve" if number % 2 else "mark_spam"
        choices = [Choice(comment.id, comment.version)]
        _, (done,) = await decide_comments(blog.res, blog.moderator, action, choices, None)
        assert done.refusal is None


async def begun(res: Resources, count: int = 1) -> list[Training]:
    """Waits until so many trainings have begun; the newest first."""
    async with asyncio.timeout(10):
        while len(found := await trainings.latest(res.db, "blog", 9)) < count:  # noqa: ASYNC110 - rows have no event
            await asyncio.sleep(0.01)
    return found


async def end(res: Resources, training: Training) -> None:
    await res.db.write([trainings.failing(training.id, "A test has ended it.", res.now_ms())])


@pytest.mark.usefixtures("learning")
async def test_decisions_begin_a_training_and_one_at_a_time(res: Resources, blog: Blog, clock: Clock) -> None:
    await set_policy(res, blog.site, {"retraining": "after_decisions"})
    await teach(blog)
    (first,) = await begun(res)
    clock.pass_s(1)
    await teach(blog, "the second")
    assert len(await trainings.latest(res.db, "blog", 9)) == 1
    await end(res, first)
    assert [(one.cause, one.kind) for one in await begun(res, 2)] == [("decisions", "refit")] * 2


@pytest.mark.usefixtures("learning")
@pytest.mark.parametrize("fault", [StorageUnavailable(), RuntimeError("Of a kind that nobody thought of")])
async def test_what_goes_wrong_once_does_not_end_learning(
    res: Resources, blog: Blog, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    await set_policy(res, blog.site, {"retraining": "after_decisions"})
    site, failed = res.cache.site, asyncio.Event()

    async def failing(site_id: str) -> Site | None:
        """Fails for whoever learns, not for who decides, until it was asked."""
        frame = sys._getframe(1)
        if frame.f_globals["__name__"] == learn_by_itself.__name__ and not failed.is_set():
            failed.set()
            raise fault
        return await site(site_id)

    monkeypatch.setattr(res.cache, "site", failing)
    await teach(blog)
    await failed.wait()
    assert (await begun(res))[0].cause == "decisions"


@pytest.mark.usefixtures("daily", "learning")
async def test_a_site_that_goes_wrong_does_not_end_the_daily_look(
    res: Resources, blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    await set_policy(res, blog.site, {"retraining": "daily"})
    failed = asyncio.Event()

    async def failing(res: Resources, site: Site, older_ms: int) -> None:
        if not failed.is_set():
            failed.set()
            raise RuntimeError("Of a kind that nobody thought of")
        await renew_thresholds(res, site, older_ms)

    monkeypatch.setattr(learn_by_itself, "renew_thresholds", failing)
    await failed.wait()
    await teach(blog)
    assert (await begun(res))[0].cause == "schedule"


@pytest.mark.usefixtures("daily", "learning")
async def test_where_the_owner_trains_by_hand_nothing_begins_by_itself(res: Resources, blog: Blog) -> None:
    await set_policy(res, blog.site, {"retraining": "by_hand"})
    await teach(blog)
    await set_policy(res, blog.site, {"retraining": "daily"})
    (first,) = await begun(res)  # by now decisions would have begun theirs long ago
    assert (first.cause, first.kind) == ("schedule", "full")


@pytest.mark.usefixtures("daily", "learning")
async def test_once_a_day_if_anything_came(res: Resources, blog: Blog, clock: Clock) -> None:
    await set_policy(res, blog.site, {"retraining": "daily"})
    await teach(blog)
    (first,) = await begun(res)
    clock.pass_s(90_000)  # its process was never heard of again
    second = (await begun(res, 2))[0]
    assert second.cause == "schedule"
    assert second.created_at - first.created_at >= 86_400_000


async def finish(res: Resources, begun: Training, label_count: int) -> None:
    """Writes what its process would write at its end."""
    now = res.now_ms()
    made = Trained("m", "blog", "v", begun.id, "hash", "refused", "It is no better.", now, {}, now, None)
    await res.db.write([trainings.finishing(made, label_count, now)])


@pytest.mark.usefixtures("daily", "learning")
async def test_what_a_banned_moderator_taught_makes_a_training_due(res: Resources, blog: Blog, clock: Clock) -> None:
    await set_policy(res, blog.site, {"retraining": "daily"})
    blog.moderator, mo = await blog.join("Rogue", "moderator"), blog.moderator
    await teach(blog)
    blog.moderator, rogue = mo, blog.moderator
    await teach(blog, "others")
    (first,) = await begun(res)
    clock.pass_s(1)
    await finish(res, first, 12)
    await set_member(res, blog.owner, blog.site, rogue.id, MemberChange(status="banned"))
    clock.pass_s(2 * 86_400)
    second = (await begun(res, 2))[0]
    assert (second.cause, second.kind) == ("schedule", "full")
