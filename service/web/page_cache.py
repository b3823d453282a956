"""Public answers kept ready to send until something in them changes. They are what visitors see,
and members none of whose comments waits."""

import time
from hashlib import blake2b
from typing import NamedTuple

from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy

from service.actions.changes import Change

_MOST_BYTES = 32 * 1024 * 1024
_MOST_CHANGES = 5_000
_OVERHEAD = 1_000  # what a page costs beside its body, about
_KEPT_S = 60.0  # a thread can close by the calendar, which no change announces


class Page(NamedTuple):
    """An answer ready to send: its headers are built once."""

    headers: CIMultiDictProxy[str]
    body: bytes
    etag: str
    until: float


def page(body: bytes, headers: dict[str, str]) -> Page:
    """Makes an answer of this body: its ETag (RFC 9110, section 8.8.3) is a hash of the body."""
    etag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    every = CIMultiDict({**headers, "ETag": etag})
    return Page(CIMultiDictProxy(every), body, etag, time.monotonic() + _KEPT_S)


def for_one_alone(ready: Page) -> Page:
    """The same answer, not to be kept by anybody between us and the one who asked."""
    return ready._replace(
        headers=CIMultiDictProxy(CIMultiDict({**ready.headers, "Cache-Control": "private, no-cache"}))
    )


def answer(ready: Page, request: web.Request) -> web.Response:
    """The answer, or 304 without a body for a reader who has it already."""
    known = request.headers.get("If-None-Match")
    if known is not None and (known == "*" or ready.etag in known):
        return web.Response(status=304, headers=ready.headers)
    return web.Response(body=ready.body, headers=ready.headers)


class PageCache:
    """Answers by raw path and query, with what each was made from, so that a change drops just those it concerns."""

    def __init__(self) -> None:
        self._pages: dict[str, Page] = {}  # the least recently used first
        self._bytes = 0
        self._paths = 0  # added to _made_from since it was empty
        self._made_from: dict[str, set[str]] = {}  # tag -> paths
        self._changes = 0
        self._changed: dict[str, int] = {}  # tag -> number of its last change
        self._all_changed = 0  # the last change that concerned everything, as far as is remembered

    def get(self, path: str) -> Page | None:
        """The answer that is ready for this raw path and query."""
        ready = self._pages.pop(path, None)
        if ready is None:
            return None
        if ready.until < time.monotonic():
            self._bytes -= _size(path, ready)
            return None
        self._pages[path] = ready
        return ready

    def now(self) -> int:
        """To be asked before reading what an answer is made from, and given to `put`."""
        return self._changes

    def put(self, path: str, ready: Page, tags: tuple[str, ...], since: int) -> None:
        """Keeps an answer, unless something that it was made from has changed since the reading began."""
        if self._all_changed > since or any(self._changed.get(tag, 0) > since for tag in tags):
            return
        self._let_go(path)
        self._pages[path] = ready
        self._bytes += _size(path, ready)
        while self._bytes > _MOST_BYTES:
            self._let_go(next(iter(self._pages)))
        for tag in tags:
            self._made_from.setdefault(tag, set()).add(path)
        self._paths += len(tags)
        if self._paths > _MOST_CHANGES * 10:  # paths of pages long gone are not looked for one by one
            self.clear()

    def hear(self, change: Change | None) -> None:
        """Drops what a change concerns: a thread's pages and the site's lists, all of a site's, or everything."""
        if change is None:
            self.clear()
        elif not change.seen:
            return
        elif change.thread_id is None:
            self._drop(site_tag(change.site_id))
            self._drop(lists_tag(change.site_id))
        else:
            self._drop(change.thread_id)
            self._drop(lists_tag(change.site_id))

    def clear(self) -> None:
        """Forgets everything."""
        self._pages.clear()
        self._bytes = self._paths = 0
        self._made_from.clear()
        self._changes += 1
        self._all_changed = self._changes
        self._changed.clear()

    def _drop(self, tag: str) -> None:
        if len(self._changed) >= _MOST_CHANGES:
            self.clear()
        self._changes += 1
        self._changed[tag] = self._changes
        for path in self._made_from.pop(tag, ()):
            self._let_go(path)

    def _let_go(self, path: str) -> None:
        gone = self._pages.pop(path, None)
        if gone is not None:
            self._bytes -= _size(path, gone)


def _size(path: str, ready: Page) -> int:
    return len(path) + len(ready.body) + _OVERHEAD


def site_tag(site_id: str) -> str:
    """Stands on all answers about a site."""
    return f"site {site_id}"


def lists_tag(site_id: str) -> str:
    """Stands on the answers that any new comment of a site can change."""
    return f"lists {site_id}"
