"""Reads what waits to be sent and what was given up."""

from service.actions.resources import Resources
from service.storage import outbox
from service.storage.outbox import Queued

__all__ = ["Queued", "unsent"]


async def unsent(res: Resources, most: int) -> tuple[list[Queued], list[Queued]]:
    """What waits, the next first; what was given up, the newest first; so many of each at most."""
    return await outbox.waiting(res.db, most), await outbox.given_up(res.db, most)
