"""Watches one site for those who follow it: gathers what changed, looks once, tells each what concerns him."""

import asyncio
import logging
from collections.abc import Sequence
from typing import NamedTuple

from service.actions.changes import Change, Changed
from service.actions.follower import Follower, News
from service.actions.resources import Resources
from service.domain.errors import Refusal
from service.domain.ids import first_id_at
from service.domain.site import Site
from service.domain.thread import Thread, lookup_key
from service.storage import activity, sites, threads

LOOKED_BACK_MS = 10_000  # an id is made before its row can be seen: so far back may what is new have begun
_GAP_S = 0.1  # between two looks, so that many changes in a row cost few
_AGAIN_S = 1.0
_MOST_HAPPENED = 500
_MOST_REMEMBERED = 5_000
_KEYS_AT_ONCE = 100
_LOG = logging.getLogger("greenroom.following")


def lookback(position: str) -> str:
    """The id from which on to look for what came after a position."""
    return first_id_at((int(position, 16) >> 40) - LOOKED_BACK_MS)


def is_hidden(site: Site, thread: Thread | None) -> bool:
    """Is this page not for readers?"""
    return (thread.state if thread is not None and thread.state else site.policy.state) == "hidden"


class _Fact(NamedTuple):
    """A comment that something happened to. `public`: readers can see that it did."""

    changed: Changed
    thread_id: str
    public: bool


class Watch:
    """The followers of one site, and what has changed since they were told last."""

    def __init__(self, res: Resources, site_id: str) -> None:
        self._res, self._site_id = res, site_id
        self._followers: set[Follower] = set()
        self._counts: dict[str, int] = {}  # by lookup key, as told last
        self._tabs: dict[str, int] = {}  # the queue's numbers, as told last
        self._changed: dict[str, Change] = {}  # by id of the comment
        self._threads: set[str] = set()
        self._anything = False  # may have changed
        self._known: dict[str, int] = {}  # versions of comments, that is what was told already
        self._position = res.ids.new()
        self._wake = asyncio.Event()
        self._begun: asyncio.Task[None] | None = None
        self._task: asyncio.Task[None] | None = None

    async def join(self, follower: Follower) -> None:
        """Another one follows. What happened before the first joined is no news."""
        self._followers.add(follower)
        if self._begun is None:
            self._begun = asyncio.create_task(self._begin())
        await asyncio.shield(self._begun)
        follower.position = self._res.ids.new()
        key = follower.interest.key
        if key is not None and key not in self._counts:
            found = await threads.counts(self._res.db, self._site_id, [key])
            self._counts.setdefault(key, found[key][0] if key in found else 0)

    async def _begin(self) -> None:
        try:
            await self._happened()
            self._tabs = await sites.status_counts(self._res.db, self._site_id)
        except BaseException:
            self._begun = None
            raise
        self._task = asyncio.create_task(self._run())

    def part(self, follower: Follower) -> bool:
        """One follows no more. Says whether he was the last, and the watch is over."""
        self._followers.discard(follower)
        if self._followers:
            return False
        for task in (self._begun, self._task):
            if task is not None:
                task.cancel()
        return True

    def end(self) -> None:
        """All have to go."""
        for follower in self._followers:
            follower.end()

    def doubt(self) -> None:
        """Sessions or powers may have changed."""
        for follower in self._followers:
            if follower.interest.named:
                follower.doubt()

    def tell_looking(self) -> None:
        """To moderators: who else is at the desk has changed."""
        for follower in self._followers:
            if follower.interest.moderates:
                follower.tell_looking()

    def hear(self, change: Change | None) -> None:
        """Something has changed; None: perhaps anything."""
        if change is None or change.thread_id is None:
            self._anything = True
        elif change.seen:
            self._threads.add(change.thread_id)
        if change is not None and change.comment is not None and change.thread_id is not None:
            self._changed[change.comment.id] = change
            self._anything = self._anything or len(self._changed) > _MOST_HAPPENED
        self._wake.set()

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self._look()
                await asyncio.sleep(_GAP_S)
            except Exception as fault:
                if not isinstance(fault, Refusal):
                    _LOG.exception("following %s failed", self._site_id)
                self.hear(None)
                await asyncio.sleep(_AGAIN_S)

    async def _look(self) -> None:
        """One look at the database for all that has gathered, and everybody is told."""
        changes, self._changed = list(self._changed.values()), {}
        touched, self._threads = self._threads, set()
        anything, self._anything = self._anything, False
        position = self._res.ids.new()
        facts = [self._fact(one) for one in changes] + (await self._happened() if anything else [])
        site = await self._res.cache.site(self._site_id)
        if site is None:
            return self.end()
        touched |= {one.thread_id for one in facts if one.public}
        await self._tell_readers(site, touched, facts, position)
        if anything:
            await self._look_at_keys(site, position)
        await self._tell_moderators([one.changed for one in facts], position)
        self._position = position
        return None

    def _fact(self, change: Change) -> _Fact:
        assert change.comment is not None
        assert change.thread_id is not None
        self._remember(change.comment)
        return _Fact(change.comment, change.thread_id, change.seen)

    async def _happened(self) -> list[_Fact]:
        """What happened to comments lately and was not told yet, whoever did it."""
        found = await activity.of_site(self._res.db, self._site_id, lookback(self._position), _MOST_HAPPENED)
        if len(found) >= _MOST_HAPPENED and self._task is not None:
            for follower in self._followers:
                follower.tell_reset(self._position)
        fresh = {one.comment_id: one for one in found if self._known.get(one.comment_id) != one.version}
        facts = []
        for one in fresh.values():
            changed = Changed(one.comment_id, one.status, one.version)
            self._remember(changed)
            facts.append(_Fact(changed, one.thread_id, one.status == "approved" or bool(one.decided)))
        return facts

    def _remember(self, changed: Changed) -> None:
        self._known[changed.id] = changed.version
        if len(self._known) > _MOST_REMEMBERED:
            del self._known[next(iter(self._known))]

    async def _tell_readers(self, site: Site, touched: set[str], facts: Sequence[_Fact], position: str) -> None:
        for thread in (await threads.many(self._res.db, site.id, sorted(touched))).values():
            ids = [f.changed.id for f in facts if f.thread_id == thread.id and f.public]
            shown = {f.changed.id for f in facts if f.changed.status == "approved"}
            news = News(thread.key, thread.count, tuple(dict.fromkeys(one for one in ids if one in shown)))
            self._tell(lookup_key(thread.key), news, is_hidden(site, thread), position)

    def _tell(self, key: str, news: News, hidden: bool, position: str) -> None:
        if key in self._counts:
            self._counts[key] = news.count
        for follower in self._followers:
            if follower.interest.key not in (None, key):
                continue
            if not hidden or (follower.interest.moderates and follower.interest.key is not None):
                follower.tell(news, position)
            elif follower.interest.key is not None:
                follower.end()

    async def _look_at_keys(self, site: Site, position: str) -> None:
        """The pages that are followed, each by itself: has its number changed, is it hidden by now?"""
        keys = sorted({one.interest.key for one in self._followers if one.interest.key is not None})
        self._counts = {key: self._counts.get(key, 0) for key in keys}
        for i in range(0, len(keys), _KEYS_AT_ONCE):
            portion = keys[i : i + _KEYS_AT_ONCE]
            found = await threads.counts(self._res.db, site.id, portion)
            for key in portion:
                count, state = found.get(key, (0, None))
                hidden = (state or site.policy.state) == "hidden"
                if hidden or count != self._counts.get(key, count):
                    self._tell(key, News(key, count, ()), hidden, position)

    async def _tell_moderators(self, changed: Sequence[Changed], position: str) -> None:
        """The queue's numbers, and what changed in it; nothing where nothing did."""
        moderators = [one for one in self._followers if one.interest.moderates]
        if not moderators:
            return
        tabs = await sites.status_counts(self._res.db, self._site_id)
        if changed or tabs != self._tabs:
            for follower in moderators:
                follower.tell_queue(tabs, changed, position)
        self._tabs = tabs
