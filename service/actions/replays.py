"""Idempotency: a second call with the same key waits for the first and gets its answer, also after a restart.

The kept answer is written in the unit of work that it answers for, so there is never one without the other. Only what
takes many units, or none, has it written after them (`keep_apart`).
Source: draft-ietf-httpapi-idempotency-key-header-07.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from service.actions.resources import Resources
from service.domain.errors import KeyReused
from service.storage import replays
from service.storage.database import Statement
from service.storage.replays import KeyTaken, Replay

__all__ = ["Key", "KeyTaken", "Replay", "Replays", "Statement"]

_KEPT_MS = 24 * 3_600_000
_PORTION = 500
Key = tuple[str, str, str]  # site, owner, key


async def keep_apart(res: Resources, keeping: list[Statement]) -> None:
    """Keeps an answer, if it is to be kept, in a unit of its own. Raises KeyTaken."""
    if keeping:
        await res.db.write(keeping, quiet=True)


class Replays:
    """Kept answers, and the calls under way in this process that others may be waiting for."""

    def __init__(self, res: Resources) -> None:
        self._res = res
        self._under_way: dict[Key, asyncio.Event] = {}

    @asynccontextmanager
    async def turn(self, key: Key) -> AsyncIterator[None]:
        """Holds the key while one call works under it; others with the same key wait here."""
        while (ahead := self._under_way.get(key)) is not None:
            await ahead.wait()
        mine = self._under_way[key] = asyncio.Event()
        try:
            yield
        finally:
            del self._under_way[key]
            mine.set()

    async def find(self, key: Key, request_hash: str) -> Replay | None:
        """The answer given before. Raises KeyReused if it answered another request."""
        site_id, owner, name = key
        found = await replays.find(self._res.db, site_id, owner, name, self._since())
        if found is not None and found.request_hash != request_hash:
            raise KeyReused
        return found

    def keeping(self, key: Key, replay: Replay) -> Statement:
        """What keeps this answer, to be part of the unit of work that it answers for."""
        return replays.keeping(key, replay, self._res.now_ms(), self._since())

    async def sweep(self) -> None:
        """Forgets what is older than a day, in portions, so that nobody waits behind it."""
        with suppress(replays.NothingLeft):
            while True:
                await self._res.db.write([replays.sweeping(self._since(), _PORTION)])

    def _since(self) -> int:
        return self._res.now_ms() - _KEPT_MS
