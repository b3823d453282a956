"""Lets several processes count together what is limited: each tells the others once a second what it let pass.

So no request waits for the database because of a limit; N processes can let pass N times a limit within a second or
two, and not again after that. Only on an engine that serves several processes; one process counts for itself.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import blake2b

import msgspec

from service.actions.attempts import SIGN_IN_LIMITS, Spent
from service.actions.resources import Resources
from service.domain.errors import Refusal
from service.domain.ids import first_id_at, made_at
from service.storage import spending
from service.storage.spending import Told

_EVERY_S = 1.0
KEPT_MS = 3_600_000  # the longest window of a limit that is counted in memory
_LOOKED_BACK_MS = 10_000  # an id is made before its row can be seen
_LOG = logging.getLogger("greenroom.limits")


_SPENT = msgspec.json.Decoder(tuple[Spent, ...])


class Shared:
    """What this process has to tell, and what it has heard."""

    def __init__(self, res: Resources) -> None:
        self._res, self._secret = res, res.seal.key("limits")
        self._process = res.ids.new()
        self._own: dict[tuple[str, str], Spent] = {}
        self._heard: set[str] = set()
        self._since = first_id_at(res.now_ms() - KEPT_MS)
        res.limits.share(self._key, self._note)
        res.attempts.share(self._key, self._note)

    def _key(self, key: str) -> str:
        """What a key is known by: mail addresses are among them."""
        return blake2b(key.encode(), digest_size=16, key=self._secret).hexdigest()

    def _note(self, spent: Spent) -> None:
        known = self._own.get((spent.limit, spent.key))
        amount = spent.amount + (known.amount if known else 0)
        self._own[spent.limit, spent.key] = msgspec.structs.replace(spent, amount=amount)

    async def exchange(self) -> None:
        """Tells and hears. Raises StorageUnavailable; then it is told the next time."""
        own, self._own = self._own, {}
        told = tuple(spent for spent in own.values() if spent.amount)
        try:
            if told:
                line = Told(self._res.ids.new(), self._process, msgspec.json.encode(told).decode())
                await self._res.db.write([spending.telling(line)], quiet=True)
        except Refusal:
            for one in told:
                self._note(one)
            raise
        await self._hear()

    async def _hear(self) -> None:
        fresh = [one for one in await spending.since(self._res.db, self._since) if one.id not in self._heard]
        for line in fresh:
            if line.process != self._process:
                self._count(line)
        self._since = first_id_at(self._res.now_ms() - _LOOKED_BACK_MS)
        self._heard = {one for one in self._heard if one >= self._since} | {one.id for one in fresh}

    def _count(self, line: Told) -> None:
        for spent in _understood(line):
            if spent.limit in SIGN_IN_LIMITS:
                self._res.attempts.hear(spent, made_at(line.id))
            else:
                self._res.limits.hear(spent, made_at(line.id))


def _understood(line: Told) -> tuple[Spent, ...]:
    """What another process told; nothing where it is of a version that tells it otherwise."""
    try:
        return _SPENT.decode(line.spent)
    except msgspec.DecodeError:
        _LOG.warning("Another process tells its limits in words of another version; they are not counted here.")
        return ()


@asynccontextmanager
async def shared_limits(res: Resources) -> AsyncIterator[None]:
    """Exchanges once a second, until left."""
    if res.db.engine == "sqlite":
        yield
        return
    task = asyncio.create_task(_for_ever(Shared(res)))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _for_ever(shared: Shared) -> None:
    while True:
        try:
            await shared.exchange()
        except Refusal:
            _LOG.warning("The storage does not answer; limits are counted by each process for itself.")
        await asyncio.sleep(_EVERY_S)
