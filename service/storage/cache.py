"""What was read lately of sites, threads, members, tokens and keys, so that a submission need not ask for it again.

Whoever changes one of these forgets it here; a change by another process forgets everything. What is cached is
never trusted alone: the guards of each unit of work check it again in the database.
"""

from collections.abc import Callable, Coroutine
from typing import Generic, TypeVar

import msgspec

from service.domain.key import Key
from service.domain.member import Member
from service.domain.site import Site
from service.domain.thread import Thread
from service.domain.thread import lookup_key as own_key
from service.domain.token import Token
from service.storage import keys, members, sites, subscriptions, threads, tokens
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
        if len(self._entries) >= self._size and key not in self._entries:
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
        self._keys: _Shelf[str, Key] = _Shelf(5_000)
        self._epoch = 0
        self._doubters: list[Callable[[], None]] = []
        db.on_foreign_change(self.forget_all)

    async def site(self, site_id: str) -> Site | None:
        """The site of this name."""
        return self._sites.get(site_id) or await self._read(self._sites, site_id, sites.find(self._db, site_id))

    async def thread(self, site_id: str, lookup_key: str) -> Thread | None:
        """The thread of this page, or the one that moved away from it."""
        known = self._threads.get((site_id, lookup_key))
        if known is not None:
            return known
        epoch = self._epoch
        found = await threads.find(self._db, site_id, lookup_key)
        # What was found by a former key is not kept under it: whoever changes a thread forgets it at its own.
        if found is not None and own_key(found.key) == lookup_key and epoch == self._epoch:
            self._threads.put((site_id, lookup_key), found)
        return found

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

    async def key(self, key_hash: str) -> Key | None:
        """The key of this hash, whatever its state."""
        found = self._keys.get(key_hash)
        return found or await self._read(self._keys, key_hash, keys.find(self._db, key_hash))

    def on_doubt(self, callback: Callable[[], None]) -> None:
        """Calls back whenever what somebody may do, or whether his session lasts, is to be asked again."""
        self._doubters.append(callback)

    def _doubt(self) -> None:
        self._epoch += 1
        for callback in self._doubters:
            callback()

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
        self._members.drop((site_id, member_id))
        self._doubt()

    def forget_token(self, token_hash: str) -> None:
        self._tokens.drop(token_hash)
        self._doubt()

    def forget_key(self, key_hash: str) -> None:
        self._keys.drop(key_hash)
        self._doubt()

    def renew_key(self, key: Key, used_at: int) -> None:
        """Lets what is kept of a key say when it was used last; one that is not kept any more stays out."""
        if self._keys.get(key.hash) is key:
            self._keys.put(key.hash, msgspec.structs.replace(key, last_used_at=used_at))

    def forget_subscribers(self, thread_id: str) -> None:
        self._epoch += 1
        self._followed.drop(thread_id)

    def forget_every_subscriber(self) -> None:
        self._epoch += 1
        self._followed.clear()

    def forget_session(self, session_id: str) -> None:
        self._tokens.drop_where(lambda token: token.session_id == session_id)
        self._doubt()

    def forget_tokens_of(self, member_id: str) -> None:
        self._tokens.drop_where(lambda token: token.member_id == member_id)
        self._doubt()

    def forget_all(self) -> None:
        for shelf in (self._sites, self._threads, self._members, self._tokens, self._keys, self._followed):
            shelf.clear()
        self._doubt()
