"""Work that one process at a time does: taken by a lease in the database, prolonged while it goes on, then given back.

A process that dies is followed by another when its lease has run out. One that was only thought dead (it stood still
for longer than its lease) learns of it by `lost`, and its units are refused if they begin with `guard()`.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from service.actions.resources import Resources
from service.domain.errors import Refusal
from service.storage import leases
from service.storage.database import Statement
from service.storage.leases import LeaseHeld

LEASE_MS = 30_000  # the clocks of the processes may differ by some seconds of it
_LOG = logging.getLogger("greenroom.owning")


class Owned:
    """A lease that is held."""

    def __init__(self, name: str, holder: str) -> None:
        self.name, self._holder = name, holder
        self.lost = asyncio.Event()

    def guard(self) -> Statement:
        """To begin a unit with that only the owner may write. Refused with LeaseLost."""
        return leases.holding(self.name, self._holder)


@asynccontextmanager
async def owning(res: Resources, name: str) -> AsyncIterator[Owned | None]:
    """Holds the lease of this name while the block runs; None where another process holds it: leave it to that one."""
    holder = res.ids.new()
    if not await _take(res, name, holder):
        yield None
        return
    owned = Owned(name, holder)
    prolonging = asyncio.create_task(_prolong(res, owned, holder))
    try:
        yield owned
    finally:
        prolonging.cancel()
        await asyncio.gather(prolonging, return_exceptions=True)
        with suppress(Refusal):  # it runs out by itself
            await res.db.write([leases.giving_up(name, holder)], quiet=True)


async def _take(res: Resources, name: str, holder: str) -> bool:
    now = res.now_ms()
    try:
        await res.db.write([leases.taking(name, holder, now, now + LEASE_MS)], quiet=True)
    except LeaseHeld:
        return False
    return True


async def _prolong(res: Resources, owned: Owned, holder: str) -> None:
    """Again and again, long before it runs out. Where the database does not answer, the time goes on running."""
    until = res.now_ms() + LEASE_MS
    while not owned.lost.is_set():
        await asyncio.sleep(LEASE_MS / 3_000)
        try:
            began = res.now_ms()
            if not await _take(res, owned.name, holder):
                owned.lost.set()
            until = began + LEASE_MS
        except Refusal:
            if res.now_ms() >= until:
                owned.lost.set()
    _LOG.warning("the lease %s was lost", owned.name)
