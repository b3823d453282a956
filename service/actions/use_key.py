"""Notes that a key was used, at most once an hour, and never in the way of the one who uses it."""

import asyncio
from contextlib import suppress

from service.actions.resources import Resources
from service.domain.errors import Refusal
from service.domain.key import Key
from service.storage import keys

_EVERY_MS = 3_600_000
_under_way: dict[str, asyncio.Task[None]] = {}  # by id of the key


def use_key(res: Resources, key: Key) -> None:
    """Has it noted, soon, unless it was within the last hour."""
    now = res.now_ms()
    if key.id in _under_way or (key.last_used_at is not None and now - key.last_used_at < _EVERY_MS):
        return
    task = asyncio.get_running_loop().create_task(_note(res, key, now))
    _under_way[key.id] = task
    task.add_done_callback(lambda _: _under_way.pop(key.id, None))


async def _note(res: Resources, key: Key, now_ms: int) -> None:
    with suppress(Refusal):  # it will be noted at another time
        await res.db.write([keys.using(key.id, now_ms)])
        res.cache.renew_key(key, now_ms)
