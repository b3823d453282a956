"""The scorer: batches, a deadline, a breaker, and no caller that waits for ever."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import pytest

from service.spam.facts import Sample
from service.spam.scorer import Limits, Scored, Scorer

HURRIED = Limits(deadline_s=0.02, failures=2, rest_s=30.0)


class Fake:
    """A model whose score is the length of the text; it can be made to wait and to fail."""

    def __init__(self, version: str = "one") -> None:
        self.version = version
        self.batches: list[int] = []
        self.fault: BaseException | None = None
        self.open = threading.Event()
        self.open.set()

    def score(self, samples: Sequence[Sample]) -> list[float]:
        self.batches.append(len(samples))
        self.open.wait(10)
        if self.fault is not None:
            raise self.fault
        return [float(len(sample.text)) for sample in samples]


class Clock:
    """A clock that a test turns."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 10))


async def until(holds: Callable[[], bool]) -> None:
    """Turn the loop until something holds that another thread brings about."""
    while not holds():  # noqa: ASYNC110 - what is waited for has no event
        await asyncio.sleep(0)


def test_everybody_gets_their_own_score_in_few_batches() -> None:
    async def test() -> None:
        model = Fake()
        scorer = Scorer(model)
        scorer.start()
        answers = await asyncio.gather(*(scorer.score(Sample("x" * n)) for n in range(200)))
        assert answers == [Scored(float(n), "one") for n in range(200)]
        assert model.batches == [64, 64, 64, 8]
        assert (scorer.state, scorer.reason) == ("ready", "")
        await scorer.stop()

    run(test)


def test_without_a_model_there_is_no_score() -> None:
    async def test() -> None:
        scorer = Scorer(None, "the file is gone")
        scorer.start()
        assert await scorer.score(Sample("x")) is None
        assert (scorer.state, scorer.reason, scorer.model) == ("missing", "the file is gone", None)
        scorer.replace(Fake())
        assert await scorer.score(Sample("x")) == Scored(1.0, "one")
        assert scorer.state == "ready"
        await scorer.stop()

    run(test)


def test_before_the_start_and_after_the_stop_there_is_no_score() -> None:
    async def test() -> None:
        scorer = Scorer(Fake())
        assert await scorer.score(Sample("x")) is None
        scorer.start()
        await scorer.stop()
        await scorer.stop()
        assert await scorer.score(Sample("x")) is None
        assert (scorer.state, scorer.reason) == ("degraded", "the scorer is not running")

    run(test)


def test_a_slow_model_is_not_waited_for_and_opens_the_breaker() -> None:
    async def test() -> None:
        model, clock = Fake(), Clock()
        scorer = Scorer(model, limits=HURRIED, clock=clock)
        scorer.start()
        model.open.clear()
        assert await scorer.score(Sample("x")) is None
        assert scorer.state == "ready"
        assert await scorer.score(Sample("x")) is None
        assert scorer.state == "degraded"
        assert "0.02 s" in scorer.reason
        assert model.batches == [1]  # the second never reached it
        model.open.set()
        clock.now = HURRIED.rest_s
        await until(lambda: scorer._flying is None)
        assert await scorer.score(Sample("xy")) == Scored(2.0, "one")
        assert scorer.state == "ready"
        await scorer.stop()

    run(test)


@pytest.mark.parametrize("fault", [ValueError("broken"), MemoryError(), SystemExit(1), KeyboardInterrupt()])
def test_a_broken_model_opens_the_breaker_and_heals(fault: BaseException) -> None:
    async def test() -> None:
        model, clock = Fake(), Clock()
        scorer = Scorer(model, limits=Limits(failures=2, rest_s=30.0), clock=clock)
        scorer.start()
        model.fault = fault
        assert [await scorer.score(Sample("x")) for _ in range(5)] == [None] * 5
        assert (scorer.state, len(model.batches)) == ("degraded", 2)
        assert type(fault).__name__ in scorer.reason
        clock.now = 30.0
        assert [await scorer.score(Sample("x")) for _ in range(3)] == [None] * 3
        assert len(model.batches) == 3  # one try, then the next rest
        model.fault = None
        clock.now = 60.0
        assert await scorer.score(Sample("x")) == Scored(1.0, "one")
        assert (scorer.state, scorer.reason) == ("ready", "")
        await scorer.stop()

    run(test)


@pytest.mark.parametrize("wrong", [[], [0.5, 0.5], [float("nan")]])
def test_an_answer_of_the_wrong_shape_is_no_score(wrong: list[float]) -> None:
    async def test() -> None:
        model = Fake()
        model.score = lambda _samples: wrong  # type: ignore[method-assign]
        scorer = Scorer(model)
        scorer.start()
        assert await scorer.score(Sample("x")) is None
        await scorer.stop()

    run(test)


def test_stopping_answers_all_who_wait() -> None:
    async def test() -> None:
        model = Fake()
        scorer = Scorer(model, limits=Limits(batch=1, deadline_s=5.0))
        scorer.start()
        model.open.clear()
        waiting = [asyncio.ensure_future(scorer.score(Sample("x"))) for _ in range(3)]
        await until(lambda: model.batches == [1])
        stopping = asyncio.ensure_future(scorer.stop())
        assert await asyncio.gather(*waiting) == [None] * 3
        model.open.set()
        await stopping

    run(test)


def test_models_are_switched_between_batches() -> None:
    async def test() -> None:
        old, new = Fake("old"), Fake("new")
        scorer = Scorer(old)
        scorer.start()
        old.open.clear()
        first = asyncio.ensure_future(scorer.score(Sample("x")))
        await until(lambda: bool(old.batches))
        scorer.replace(new)
        second = asyncio.ensure_future(scorer.score(Sample("x")))
        await asyncio.sleep(0)
        old.open.set()
        assert (await first, await second) == (Scored(1.0, "old"), Scored(1.0, "new"))
        assert scorer.model is new
        await scorer.stop()

    run(test)


def test_a_caller_who_leaves_disturbs_nobody() -> None:
    async def test() -> None:
        model = Fake()
        scorer = Scorer(model)
        scorer.start()
        model.open.clear()
        leaving, staying = (asyncio.ensure_future(scorer.score(Sample("x"))) for _ in range(2))
        await until(lambda: bool(model.batches))
        leaving.cancel()
        model.open.set()
        assert await staying == Scored(1.0, "one")
        await scorer.stop()

    run(test)


def test_a_crowd_beyond_the_limit_is_answered_at_once() -> None:
    async def test() -> None:
        model = Fake()
        scorer = Scorer(model, limits=Limits(batch=1, waiting=2))
        scorer.start()
        answers = await asyncio.gather(*(scorer.score(Sample("x")) for _ in range(5)))
        assert answers.count(None) == 3
        await scorer.stop()

    run(test)


def test_a_batch_of_several_sites_is_scored_by_the_model_of_each() -> None:
    async def test() -> None:
        usual, own = Fake("usual"), Fake("own")
        scorer = Scorer(usual)
        scorer.start()
        asked = [scorer.score(Sample("x" * n), own if n % 3 == 0 else None) for n in range(60)]
        answers = await asyncio.gather(*asked)
        assert answers == [Scored(float(n), "own" if n % 3 == 0 else "usual") for n in range(60)]
        assert (sum(usual.batches), sum(own.batches)) == (40, 20)
        assert len(own.batches) <= 2  # together, not one by one
        await scorer.stop()

    run(test)


def test_a_broken_model_of_one_site_leaves_the_others_scored() -> None:
    async def test() -> None:
        usual, own = Fake("usual"), Fake("own")
        own.fault = ValueError("broken")
        scorer = Scorer(usual)
        scorer.start()
        answers = await asyncio.gather(*(scorer.score(Sample("xx"), own if n else None) for n in range(2)))
        assert answers == [Scored(2.0, "usual"), None]
        assert scorer.state == "ready"
        await scorer.stop()

    run(test)
