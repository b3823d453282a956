"""How many letters anybody may get: so many of a kind an hour to an address, and so many in all."""

from service.actions.resources import Resources
from service.domain.capability import LETTERS, address_hash
from service.outbox.kinds import Kind
from service.outbox.retrying import HOUR_MS, MINUTE_MS
from service.storage import sent_letters

AN_HOUR = 600  # letters of all kinds, to everybody
_SPACE_MS = 5 * MINUTE_MS


class Limited(Exception):
    """Enough for now; to be looked at again at `until` (milliseconds UTC)."""

    def __init__(self, until: int) -> None:
        super().__init__()
        self.until = until


async def free_at(res: Resources, name: str, kind: Kind, to: str) -> int | None:
    """When a letter of this kind may go to this address; None: now."""
    now = res.now_ms()
    mine, alike, every = await sent_letters.since(res.db, address_hash(res.seal.key(LETTERS), to), name, now - HOUR_MS)
    if len(mine) >= kind.an_hour:
        return mine[-kind.an_hour] + HOUR_MS
    if alike >= kind.in_all or every >= AN_HOUR:
        return now + _SPACE_MS
    return None
