"""Readers who follow what changes: one look at the database for each change of a site, shared by all its followers.

What changed in this process is told by Changes; what another process changed is looked for in the database. A site
that nobody follows costs nothing.
"""

import re

from service.actions.changes import Change
from service.actions.follower import Follower, Interest, News
from service.actions.resources import Resources
from service.actions.watch import LOOKED_BACK_MS, Watch, is_hidden, lookback
from service.domain.errors import NotFound, TooManyStreams
from service.domain.site import Site
from service.domain.thread import canonical_key, lookup_key
from service.storage import activity, threads

_MOST_STREAMS = 500
_MOST_OF_ONE = 20
_RESUMABLE_MS = 24 * 3_600_000
_MOST_MISSED = 200
_POSITION = re.compile(r"[0-9a-f]{22}")


class Following:
    """All who follow, in this process."""

    def __init__(self, res: Resources, most: int = _MOST_STREAMS, most_of_one: int = _MOST_OF_ONE) -> None:
        self._res, self._most, self._most_of_one = res, most, most_of_one
        self._watches: dict[str, Watch] = {}
        self._by_address: dict[str, int] = {}
        self._closed = False
        res.changes.listen(self._hear)
        res.cache.on_doubt(self._doubt)

    def __len__(self) -> int:
        return sum(self._by_address.values())

    async def follow(self, site: Site, interest: Interest, since: str | None) -> Follower:
        """Begins to follow; from `since` (the position told last) on, if that is known.

        To be ended by `leave`. Raises TooManyStreams, and NotFound for a page that this reader does not see.
        """
        key, address = interest.key, interest.address
        if self._closed or len(self) >= self._most or self._by_address.get(address, 0) >= self._most_of_one:
            raise TooManyStreams
        self._by_address[address] = self._by_address.get(address, 0) + 1
        follower = Follower(interest, self._res.ids.new())
        try:
            thread = await self._res.cache.thread(site.id, key) if key is not None else None
            if key is not None and is_hidden(site, thread) and not interest.moderates:
                raise NotFound
            watch = self._watches.get(site.id)
            if watch is None:
                watch = self._watches[site.id] = Watch(self._res, site.id)
            await watch.join(follower)
            if since is not None:
                await self._catch_up(site, follower, since)
        except BaseException:
            self.leave(follower)
            raise
        return follower

    def leave(self, follower: Follower) -> None:
        """Ends it. To be called once for each `follow`."""
        address, site_id = follower.interest.address, follower.interest.site_id
        self._by_address[address] -= 1
        if not self._by_address[address]:
            del self._by_address[address]
        watch = self._watches.get(site_id)
        if watch is not None and watch.part(follower):
            del self._watches[site_id]

    def tell_looking(self, site_id: str) -> None:
        """To the moderators of this site who follow it: who else is at the desk has changed."""
        if site_id in self._watches:
            self._watches[site_id].tell_looking()

    def close(self) -> None:
        """Ends all, at once; nobody can follow any more."""
        self._closed = True
        for watch in self._watches.values():
            watch.end()

    async def _catch_up(self, site: Site, follower: Follower, since: str) -> None:
        """Tells what was missed; a little of what was told may come again. Too old, or too much: a reset."""
        now = self._res.now_ms()
        at = int(since, 16) >> 40 if _POSITION.fullmatch(since) else 0
        if not now - _RESUMABLE_MS < at < now + LOOKED_BACK_MS:
            return follower.tell_reset(follower.position)
        key, thread = follower.interest.key, None
        if key is not None:
            thread = await self._res.cache.thread(site.id, key)  # as of now: it may just have begun
            if thread is None:
                return None
            happened = await activity.of_thread(self._res.db, thread.id, lookback(since), _MOST_MISSED + 1)
        else:
            happened = await activity.of_site(self._res.db, site.id, lookback(since), _MOST_MISSED + 1)
        if len(happened) > _MOST_MISSED:
            return follower.tell_reset(follower.position)
        touched = {one.thread_id for one in happened} | ({thread.id} if thread else set())
        found = await threads.many(self._res.db, site.id, sorted(touched))
        for one in found.values():
            ids = dict.fromkeys(h.comment_id for h in happened if h.thread_id == one.id and h.status == "approved")
            if not is_hidden(site, one) or key is not None:
                follower.tell(News(one.key, one.count, tuple(ids)), follower.position)
        return None

    def _hear(self, change: Change | None) -> None:
        if not self._watches:
            return
        if change is None:
            for watch in self._watches.values():
                watch.hear(None)
        elif (of_site := self._watches.get(change.site_id)) is not None:
            of_site.hear(change)

    def _doubt(self) -> None:
        for watch in self._watches.values():
            watch.doubt()


def followed_key(raw: str | None) -> str | None:
    """The lookup key of the page that is named; None: all of the site. Raises Invalid for what is no path."""
    return None if raw is None else lookup_key(canonical_key(raw))
