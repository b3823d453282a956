"""Sends what is due: claims a portion, composes, sends, and writes down what became of each row.

At least once: a row is let go of only after its letter was taken, and the letter has the same Message-ID every time.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import groupby

import msgspec

from service.actions.resources import Resources
from service.domain.errors import Unavailable
from service.outbox.letters import KINDS
from service.outbox.limits import Limited, free_at
from service.outbox.retrying import GIVEN_UP_MS, HOUR_MS, wait_ms
from service.outbox.sending import Office, compose, hand_over
from service.outbox.tidying import tidy
from service.outbox.transport import GivenUp, NotSent, ServerDown
from service.storage import outbox
from service.storage.database import Statement
from service.storage.outbox import ClaimLost, Event, Queued

_PORTION = 200
_CLAIM_MS = 90_000  # what is not done by then is another's to take
_MARGIN_MS = 60_000  # left of it when the last sending may begin
_LOOK_S = 1.0
_STOP_S = 5.0
_LOG = logging.getLogger("greenroom.outbox")


class Worker:
    """One at work in this process; others may be in other processes."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._awake = asyncio.Event()
        self._stopping = False

    @property
    def _res(self) -> Resources:
        return self._office.res

    def wake(self) -> None:
        """Something was queued."""
        self._awake.set()

    async def run(self) -> None:
        """Works until told to stop. Where the storage does not answer, it waits."""
        tidied = 0
        while not self._stopping:
            try:
                if self._res.now_ms() - tidied > HOUR_MS:
                    tidied = self._res.now_ms()
                    await tidy(self._res)
                worked = bool(self._office.public_url()) and await self.turn()
            except Unavailable:
                _LOG.warning("The storage does not answer; letters wait.")
                worked = False
            if not worked:
                await self._rest()

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_S):
                await self._awake.wait()
        self._awake.clear()

    def stop(self) -> None:
        """Finish what is being sent, begin nothing more."""
        self._stopping = True
        self._awake.set()

    async def turn(self) -> bool:
        """One portion. Says whether there was anything to do."""
        res, now = self._res, self._res.now_ms()
        if not await outbox.is_due(res.db, now):
            return False
        claim = res.ids.new()
        await res.db.write([outbox.claiming(claim, now, now + _CLAIM_MS, _PORTION)])
        mine = await outbox.claimed(res.db, claim)
        try:
            await self._work_off(mine, claim, now + _CLAIM_MS - _MARGIN_MS)
        finally:
            await self._office.transport.rest()
        return bool(mine)

    async def _work_off(self, mine: list[Queued], claim: str, until: int) -> None:
        """Letter by letter. What could not be sent is written down at the end, all at once."""
        down: ServerDown | None = None
        left: list[Statement] = []
        for group in _groups(mine):
            if self._stopping or self._res.now_ms() > until:
                left += [outbox.putting_off(one, claim, one.event.due_at) for one in group]
                continue
            try:
                await self._deliver(group, claim, down)
            except Unavailable:
                raise
            except Limited as limited:
                left += self._put_off(group, claim, limited.until)
            except NotSent as error:
                down = error if isinstance(error, ServerDown) else down
                left += self._failed(group, claim, error)
            except Exception as error:  # a fault in composing one letter must not stop the others
                _LOG.exception("a letter of kind %s could not be composed", group[0].event.kind)
                left += self._failed(group, claim, NotSent(type(error).__name__))
        await self._settle(left)

    async def _deliver(self, group: list[Queued], claim: str, down: ServerDown | None) -> None:
        """Sends one letter; or queues a row for each who is to get one. Raises NotSent, Limited."""
        first = group[0].event
        kind = KINDS.get(first.kind)
        if kind is None:
            raise GivenUp("no such kind of letter")
        if kind.spread is not None and first.recipient is None:
            await self._spread(first, claim)
            return
        if down is not None:
            raise down
        letter = await compose(self._office, kind, [one.event for one in group])
        done = [outbox.finishing(one.event.id, claim) for one in group]
        if letter is None:
            await self._settle(done)
            return
        free = await free_at(self._res, first.kind, kind, letter.to)
        if free is not None:
            raise Limited(free)
        await self._settle([*done, await hand_over(self._office, letter, first)])

    async def _spread(self, event: Event, claim: str) -> None:
        """A row for each who is to be told, in the place of the event: all in one unit."""
        spread = KINDS[event.kind].spread
        assert spread is not None
        writing = await self._office.writing(event.site_id)
        found = await spread(writing, event)
        going = msgspec.structs.replace(event, detail=found.go_on)
        guard = outbox.finishing(event.id, claim) if found.go_on is None else outbox.going_on(going, claim)
        rows = [
            outbox.adding(msgspec.structs.replace(event, id=self._res.ids.new(), detail=None, recipient=one))
            for one in found.recipients
        ]
        await self._settle([guard, *rows])

    def _failed(self, group: list[Queued], claim: str, error: NotSent) -> list[Statement]:
        """Tried again later; given up when it will never do, or has been tried for three days."""
        now, unit = self._res.now_ms(), []
        for one in group:
            tried = msgspec.structs.replace(one, attempts=one.attempts + 1, failure=str(error))
            if isinstance(error, GivenUp) or now - one.event.created_at > GIVEN_UP_MS:
                unit.append(outbox.giving_up(tried, claim, now))
                _LOG.warning("gave up a letter: %s %s, %s", one.event.kind, one.event.id, error)
            else:
                unit.append(outbox.putting_off(tried, claim, now + wait_ms(one.event.id, tried.attempts)))
        return unit

    def _put_off(self, group: list[Queued], claim: str, until: int) -> list[Statement]:
        """Waits for its turn under the limits, without counting as an attempt; not longer than all else, though."""
        if self._res.now_ms() - group[0].event.created_at > GIVEN_UP_MS:
            return self._failed(group, claim, GivenUp("more letters than may be sent"))
        return [outbox.putting_off(one, claim, until) for one in group]

    async def _settle(self, unit: Sequence[Statement]) -> None:
        """Writes what became of rows; what another has taken over meanwhile is his."""
        with suppress(ClaimLost):
            if unit:
                await self._res.db.write(unit)


def _groups(mine: list[Queued]) -> list[list[Queued]]:
    """Rows that make one letter: alone, or with others of their kind to the same recipient."""
    return [list(rows) for _, rows in groupby(sorted(mine, key=_letter), key=_letter)]


def _letter(one: Queued) -> tuple[str, str, str, str]:
    event = one.event
    kind = KINDS.get(event.kind)
    alone = kind is None or not kind.together or event.recipient is None
    return event.site_id, event.kind, event.recipient or "", event.id if alone else ""


@asynccontextmanager
async def at_work(office: Office, listen: Callable[[Callable[[], None]], None]) -> AsyncIterator[Worker]:
    """A worker until left; then it has a moment to finish what it is sending."""
    worker = Worker(office)
    listen(worker.wake)
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        worker.stop()
        await asyncio.wait([task], timeout=_STOP_S)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
