"""Forgets what has had its time: letters given up, who was written to, subscriptions without a word or ended."""

from collections.abc import Callable
from contextlib import suppress

from service.actions.letter_links import CONFIRMING_MS
from service.actions.resources import Resources
from service.outbox.retrying import HOUR_MS
from service.storage import outbox, sent_letters, subscriptions
from service.storage.database import Statement

_PORTION = 500
_MONTH_MS = 30 * 24 * HOUR_MS
_KEPT: tuple[tuple[Callable[[int, int], Statement], int], ...] = (
    (outbox.sweeping, _MONTH_MS),
    (sent_letters.sweeping, 2 * HOUR_MS),
    (subscriptions.sweeping_unconfirmed, CONFIRMING_MS),
    (subscriptions.sweeping_ended, _MONTH_MS),
)


async def tidy(res: Resources) -> None:
    """In portions, so that nobody waits behind it."""
    for sweeping, kept_ms in _KEPT:
        with suppress(outbox.NothingLeft):
            while True:
                await res.db.write([sweeping(res.now_ms() - kept_ms, _PORTION)])
