"""What was read lately of sites, threads, members and tokens, so that a submission need not ask for it again.

Whoever changes one of these forgets it here; a change by another process forgets everything. What is cached is
never trusted alone: the guards of each unit of work check it again in the database.
"""

from collections.abc import Callable, Coroutine
from typing import Generic, TypeVar

import msgspec

from service.domain.member import Member
from service.domain.site import Site
from service.domain.thread import Thread
from service.domain.token import Token
from service.storage import members, sites, subscriptions, threads, tokens
from service.storage.database import Database

_K = TypeVar("_K")
_V = TypeVar("_V", bound=msgspec.Struct)


class _Shelf(Generic[_K, _V]):
    """A bounded map that drops its oldest entries."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._entries: dict[_K, _V] = {}

    def get(self, key: _K) -> _V | None:
        return self._entries.get(key)

    def put(self, key: _K, value: _V) -> None:
        if len(self._entries) >= self._size:
            del self._entries[next(iter(self._entries))]
        self._entries[key] = value

    def drop(self, key: _K) -> None:
        self._entries.pop(key, None)

    def drop_where(self, holds: Callable[[_V], bool]) -> None:
        self._entries = {key: value for key, value in self._entries.items() if not holds(value)}

    def clear(self) -> None:
        self._entries.clear()


class _Followed(msgspec.Struct, frozen=True):
    """Is anybody to be told of new comments on a page?"""

    by_anybody: bool


class Cache:
    """Read-through memory in front of the database. Absent things are not remembered."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._sites: _Shelf[str, Site] = _Shelf(1_000)
        self._threads: _Shelf[tuple[str, str], Thread] = _Shelf(20_000)
        self._members: _Shelf[tuple[str, str], Member] = _Shelf(20_000)
        self._tokens: _Shelf[str, Token] = _Shelf(20_000)
        self._followed: _Shelf[str, _Followed] = _Shelf(20_000)
        self._epoch = 0
        db.on_foreign_change(self.forget_all)

    async def site(self, site_id: str) -> Site | None:
        """The site of this name."""
        return self._sites.get(site_id) or await self._read(self._sites, site_id, sites.find(self._db, site_id))

    async def thread(self, site_id: str, lookup_key: str) -> Thread | None:
        """The thread of this page."""
        key = (site_id, lookup_key)
        found = self._threads.get(key)
        return found or await self._read(self._threads, key, threads.find(self._db, *key))

    async def member(self, site_id: str, member_id: str) -> Member | None:
        """The member of this id, on this site only."""
        key = (site_id, member_id)
        found = self._members.get(key)
        return found or await self._read(self._members, key, members.find(self._db, *key))

    async def token(self, token_hash: str) -> Token | None:
        """The token of this hash, whatever its state."""
        found = self._tokens.get(token_hash)
        return found or await self._read(self._tokens, token_hash, tokens.find(self._db, token_hash))

    async def is_followed(self, site_id: str, thread_id: str) -> bool:
        """Is anybody subscribed to this thread?"""
        found = self._followed.get(thread_id)
        found = found or await self._read(self._followed, thread_id, self._find_followed(site_id, thread_id))
        return found is not None and found.by_anybody

    async def _find_followed(self, site_id: str, thread_id: str) -> _Followed:
        return _Followed(bool(await subscriptions.of_thread(self._db, site_id, thread_id, "", 1)))

    async def _read(self, shelf: _Shelf[_K, _V], key: _K, reading: Coroutine[None, None, _V | None]) -> _V | None:
        epoch = self._epoch
        found = await reading
        if found is not None and epoch == self._epoch:
            shelf.put(key, found)
        return found

    # Every forgetting begins a new epoch, so that a read which was under way cannot bring the old state back.

    def forget_site(self, site_id: str) -> None:
        self._epoch += 1
        self._sites.drop(site_id)

    def forget_thread(self, site_id: str, lookup_key: str) -> None:
        self._epoch += 1
        self._threads.drop((site_id, lookup_key))

    def forget_member(self, site_id: str, member_id: str) -> None:
        self._epoch += 1
        self._members.drop((site_id, member_id))

    def forget_token(self, token_hash: str) -> None:
        self._epoch += 1
        self._tokens.drop(token_hash)

    def forget_subscribers(self, thread_id: str) -> None:
        self._epoch += 1
        self._followed.drop(thread_id)

    def forget_session(self, session_id: str) -> None:
        self._epoch += 1
        self._tokens.drop_where(lambda token: token.session_id == session_id)

    def forget_tokens_of(self, member_id: str) -> None:
        self._epoch += 1
        self._tokens.drop_where(lambda token: token.member_id == member_id)

    def forget_all(self) -> None:
        self._epoch += 1
        for shelf in (self._sites, self._threads, self._members, self._tokens, self._followed):
            shelf.clear()
