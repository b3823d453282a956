"""What other servers publish, remembered: fetched once for all who ask, again after a while, kept on for a time when
the server does not answer."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

from service.domain.errors import Unreachable
from service.outward.client import Outward

FRESH_MS = 600_000
STALE_MS = 3_600_000  # what was withdrawn there is dead here by then, whatever happens
AGAIN_MS = 30_000
_MOST = 1_000

T = TypeVar("T")


class _Kept(Generic[T]):
    """One document as last seen. Times are milliseconds UTC."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.content: T | None = None
        self.fetched_at = 0
        self.failed_at: int | None = None
        self.missed_at: int | None = None


class Documents(Generic[T]):
    """Documents by URL. `read` turns bytes into what is kept, and raises ValueError for what is none."""

    def __init__(self, outward: Outward, now_ms: Callable[[], int], read: Callable[[bytes], T]) -> None:
        self._outward, self._now_ms, self._read = outward, now_ms, read
        self._kept: dict[str, _Kept[T]] = {}

    async def get(self, url: str) -> T:
        """The document, at most ten minutes old while its server answers, at most an hour in any case.
        Raises Unreachable."""
        kept = self._entry(url)
        async with kept.lock:
            now = self._now_ms()
            if kept.content is None or now - kept.fetched_at >= FRESH_MS:
                await self._fetch(url, kept, now)
            return self._content(kept, now)

    async def newer(self, url: str, than: T) -> T:
        """The document after something was not found in the one given: fetched again, but not more often than every
        30 seconds, however many things are not found. Raises Unreachable."""
        kept = self._entry(url)
        async with kept.lock:
            now = self._now_ms()
            if kept.content is than and not _lately(kept.missed_at, now):
                kept.missed_at = now
                await self._fetch(url, kept, now)
            return self._content(kept, now)

    def _entry(self, url: str) -> _Kept[T]:
        kept = self._kept.get(url)
        if kept is None:
            if len(self._kept) >= _MOST:
                del self._kept[next(iter(self._kept))]
            kept = self._kept[url] = _Kept()
        return kept

    async def _fetch(self, url: str, kept: _Kept[T], now: int) -> None:
        """A server that did not answer is left alone for a while, and what it said before stays."""
        if _lately(kept.failed_at, now):
            return
        try:
            kept.content = self._read(await self._outward.get(url))
        except (Unreachable, ValueError):
            kept.failed_at = now
        else:
            kept.fetched_at, kept.failed_at = now, None

    def _content(self, kept: _Kept[T], now: int) -> T:
        if kept.content is None or now - kept.fetched_at >= STALE_MS:
            raise Unreachable
        return kept.content


def _lately(at: int | None, now: int) -> bool:
    return at is not None and now - at < AGAIN_MS
