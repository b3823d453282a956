"""Tells whoever keeps something in memory what has just changed, and whoever sends that something waits.

No history, no delivery beyond this process.
"""

from collections.abc import Callable

import msgspec

from service.domain.comment import Status


class Changed(msgspec.Struct, frozen=True):
    """How a comment stands after a change."""

    id: str
    status: Status
    version: int


class Change(msgspec.Struct, frozen=True):
    """Something has changed: one thread of a site, or with thread_id None, anything of the site's.

    `comment` is the one that it happened to, where it was one. `seen` is False for what no reader sees: a
    comment that is held, a report.
    """

    site_id: str
    thread_id: str | None = None
    comment: Changed | None = None
    seen: bool = True


Listener = Callable[[Change | None], None]


class Changes:
    """Listeners hear of each change once it is durable; None means that anything at all may have changed."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._senders: list[Callable[[], None]] = []

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def announce(self, change: Change | None) -> None:
        for listener in self._listeners:
            listener(change)

    def listen_for_queued(self, sender: Callable[[], None]) -> None:
        self._senders.append(sender)

    def announce_queued(self) -> None:
        """Something was queued in the outbox, durably: it need not wait until the sender looks by himself."""
        for sender in self._senders:
            sender()
