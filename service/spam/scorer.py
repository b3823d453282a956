"""Scores for the event loop: one thread, fed with batches of whatever waits, a deadline and a breaker.

All state lives on the loop; the thread gets a list of samples and hands back a list of scores. What a missing score
means for a comment is decided elsewhere.
"""

import asyncio
import itertools
import math
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Literal, NamedTuple, Protocol

from service.spam.breaker import Breaker
from service.spam.facts import Sample


class Scores(Protocol):
    """What the scorer asks of a model."""

    @property
    def version(self) -> str: ...

    @property
    def hold_at(self) -> float: ...

    @property
    def spam_at(self) -> float: ...

    def score(self, samples: Sequence[Sample]) -> list[float]: ...


class Scored(NamedTuple):
    """A probability of spam and the version of the model that gave it."""

    score: float
    model_version: str


class Limits(NamedTuple):
    """What the scorer allows itself. Times in seconds."""

    deadline_s: float = 1.0  # from asking to answering None
    batch: int = 64
    waiting: int = 4096  # more are answered None at once
    failures: int = 5  # in a row, failed batches and missed deadlines alike, open the breaker
    rest_s: float = 5.0
    linger_s: float = 0.002  # what several wait for one another: a batch costs little more than a single score


_USUAL = Limits()
State = Literal["ready", "degraded", "missing"]


class _Request(NamedTuple):
    sample: Sample
    model: Scores  # which one is to score it is settled when it is asked for
    answer: "asyncio.Future[Scored | None]"
    due: float  # on the loop's clock


class _Batch(NamedTuple):
    requests: list[_Request]


class Scorer:
    """Use on one event loop: `start()`, then `score()` from any task, then `stop()`."""

    def __init__(
        self,
        model: Scores | None,
        why_missing: str = "no model is loaded",
        limits: Limits = _USUAL,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._why_missing = why_missing
        self._limits = limits
        self._clock = clock
        self._breaker = Breaker(limits.failures, limits.rest_s)
        self._fault = ""
        self._waiting: deque[_Request] = deque()
        self._flying: _Batch | None = None
        self._planned = False
        self._busy = False  # the last batch had more than one: there is company to wait for
        self._timer: asyncio.TimerHandle | None = None
        self._jobs: queue.SimpleQueue[_Batch | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def model(self) -> Scores | None:
        """The model in service, None when there is none."""
        return self._model

    @property
    def state(self) -> State:
        """Whether comments are scored at present."""
        if self._model is None:
            return "missing"
        return "ready" if self._thread is not None and not self._breaker.is_open else "degraded"

    @property
    def reason(self) -> str:
        """Why the state is not "ready", in words; empty when it is."""
        if self._model is None:
            return self._why_missing
        if self._thread is None:
            return "the scorer is not running"
        return self._fault if self._breaker.is_open else ""

    def start(self) -> None:
        """Start the thread; call on the running loop."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._work, args=(self._loop,), name="scorer", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """Answer all who wait with None and end the thread; a batch that hangs is left behind."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._jobs.put(None)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._give_up(list(self._outstanding()))
        self._waiting.clear()
        await asyncio.to_thread(thread.join, self._limits.deadline_s)

    def replace(self, model: Scores | None, why_missing: str = "the model was taken out of service") -> None:
        """Switch to another model; batches that are under way are finished by the old one."""
        self._model = model
        self._why_missing = why_missing
        self._breaker.succeeded()

    async def score(self, sample: Sample, model: Scores | None = None) -> Scored | None:
        """Score one comment, by this model or else by the one in service.

        None: unscored, because the model is missing, slow or broken. Never raises for that.
        """
        loop, model = self._loop, model or self._model
        if loop is None or model is None or not self._admits():
            return None
        request = _Request(sample, model, loop.create_future(), loop.time() + self._limits.deadline_s)
        self._waiting.append(request)
        if not self._planned and self._flying is None:
            self._plan(loop)
        if self._timer is None:
            self._timer = loop.call_at(request.due, self._sweep)
        return await request.answer

    def _admits(self) -> bool:
        return (
            self._thread is not None
            and len(self._waiting) < self._limits.waiting
            and (not self._breaker.is_open or self._breaker.admits(self._clock()))
        )

    def _plan(self, loop: asyncio.AbstractEventLoop) -> None:
        """Send the next batch: at once to one who asks alone, a moment later where several ask at the same time."""
        self._planned = True
        if self._busy:
            loop.call_later(self._limits.linger_s, self._dispatch)
        else:
            loop.call_soon(self._dispatch)

    def _dispatch(self) -> None:
        """Hand the thread its next batch: all who wait now, up to the limit."""
        self._planned = False
        self._busy = len(self._waiting) > 1
        requests = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._limits.batch))]
        if requests:
            self._flying = _Batch(requests)
            self._jobs.put(self._flying)

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        """The thread: score batches until told to stop. Whatever a model raises is an answer like another."""
        while (batch := self._jobs.get()) is not None:
            answer: list[float] | BaseException
            try:
                answer = _scores(batch.requests)
            except BaseException as fault:  # noqa: BLE001, RUF100 - a thread that dies answers nobody
                answer = fault
            try:
                loop.call_soon_threadsafe(self._land, batch, answer)
            except RuntimeError:  # the loop was closed meanwhile: nobody waits any more
                return

    def _land(self, batch: _Batch, answer: list[float] | BaseException) -> None:
        """Back on the loop: resolve a batch and send the next."""
        self._flying = None
        if isinstance(answer, list) and len(answer) == len(batch.requests):
            if not all(request.answer.done() for request in batch.requests):  # an answer too late is no success
                self._breaker.succeeded()
            self._resolve(batch, answer)
        else:
            self._note(f"the model failed: {answer!r:.200}")
            self._give_up(batch.requests)
        if self._waiting and self._thread is not None and self._loop is not None:
            self._plan(self._loop)

    def _resolve(self, batch: _Batch, scores: list[float]) -> None:
        for request, score in zip(batch.requests, scores, strict=True):
            if not request.answer.done():
                request.answer.set_result(None if math.isnan(score) else Scored(score, request.model.version))

    def _give_up(self, requests: list[_Request]) -> None:
        for request in requests:
            if not request.answer.done():
                request.answer.set_result(None)

    def _outstanding(self) -> "itertools.chain[_Request]":
        return itertools.chain(self._flying.requests if self._flying else (), self._waiting)

    def _sweep(self) -> None:
        """Answer None to all whose time is up, and look again when the next one's is."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        late = [request for request in self._outstanding() if request.due <= now and not request.answer.done()]
        if late:
            self._note(f"no score within {self._limits.deadline_s} s")
            self._give_up(late)
        while self._waiting and self._waiting[0].answer.done():
            self._waiting.popleft()
        due = [request.due for request in self._outstanding() if not request.answer.done()]
        self._timer = loop.call_at(min(due), self._sweep) if due else None

    def _note(self, fault: str) -> None:
        self._fault = fault
        self._breaker.failed(self._clock())


def _scores(requests: list[_Request]) -> list[float]:
    """A score for each, by its own model: one call where all ask the same, else one for each model.

    Where one of several models fails, its comments alone go without a score (NaN).
    """
    first = requests[0].model
    if all(request.model is first for request in requests):
        return first.score([request.sample for request in requests])
    found = [math.nan] * len(requests)
    for model in {id(request.model): request.model for request in requests}.values():
        mine = [number for number, request in enumerate(requests) if request.model is model]
        with suppress(Exception):
            for number, score in zip(mine, model.score([requests[n].sample for n in mine]), strict=True):
                found[number] = score
    if all(map(math.isnan, found)):
        raise RuntimeError("none of several models gave a score")
    return found
