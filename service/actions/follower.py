"""One reader who waits for news of a site. What he has not taken yet is merged, so that it never grows past a bound."""

import asyncio
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from service.actions.changes import Changed

_MOST_THREADS = 100
_MOST_COMMENTS = 200  # ids in one piece of news, changes of the queue


class Interest(NamedTuple):
    """What somebody follows: all of a site, or one page by its lookup key; the queue too, if he moderates."""

    site_id: str
    key: str | None
    moderates: bool
    address: str  # an opaque key, for the limit by address
    named: bool = False  # by a token or a session, which may end


class News(msgspec.Struct, frozen=True):
    """A thread has changed: its key, its approved comments now, and the ids of those that were approved just now."""

    thread: str
    count: int
    ids: tuple[str, ...]


class Taken(NamedTuple):
    """All that waited for a reader. `reset`: too much to tell, he should look afresh."""

    position: str  # goes on from here: an id, later than all that is told
    reset: bool
    news: tuple[News, ...]
    counts: dict[str, int] | None  # of the queue's tabs; None: nothing new for moderators
    queue: tuple[Changed, ...]
    looking: bool = False  # who else is at the desk, and where, has changed


class Follower:
    """Filled by following.py, emptied by whoever writes to the reader. `wake` is set while there is something to do."""

    def __init__(self, interest: Interest, position: str) -> None:
        self.interest, self.position = interest, position
        self.wake = asyncio.Event()
        self.ended = False
        self.doubted = False  # what he may see is to be asked again
        self._reset = False
        self._news: dict[str, News] = {}
        self._counts: dict[str, int] | None = None
        self._queue: dict[str, Changed] = {}
        self._looking = False

    def tell(self, news: News, position: str) -> None:
        """A thread that he follows has changed."""
        earlier = self._news.get(news.thread)
        ids = tuple(dict.fromkeys((*earlier.ids, *news.ids))) if earlier else news.ids
        if len(ids) > _MOST_COMMENTS or (earlier is None and len(self._news) >= _MOST_THREADS):
            self.tell_reset(position)
        elif not self._reset:
            self._news[news.thread] = msgspec.structs.replace(news, ids=ids)
        self._wake(position)

    def tell_queue(self, counts: dict[str, int], changed: Iterable[Changed], position: str) -> None:
        """The queue has changed: its numbers now, and the comments that it happened to."""
        self._counts = counts
        self._queue.update((one.id, one) for one in changed)
        if len(self._queue) > _MOST_COMMENTS:
            self.tell_reset(position)
        self._wake(position)

    def tell_looking(self) -> None:
        """Moderators at the desk came, went, or look at other comments now."""
        self._looking = True
        self.wake.set()

    def tell_reset(self, position: str) -> None:
        """More has changed than can be told one by one."""
        self._reset = True
        self._news.clear()
        self._queue.clear()
        self._wake(position)

    def doubt(self) -> None:
        """His session may have ended, or his powers may have changed."""
        self.doubted = True
        self.wake.set()

    def end(self) -> None:
        """There will be no more."""
        self.ended = True
        self.wake.set()

    def take(self) -> Taken:
        """All that waits, once."""
        waiting = self._reset, tuple(self._news.values()), self._counts, tuple(self._queue.values()), self._looking
        taken = Taken(self.position, *waiting)
        self._reset, self._counts, self._looking = False, None, False
        self._news.clear()
        self._queue.clear()
        self.wake.clear()
        return taken

    def _wake(self, position: str) -> None:
        self.position = position
        self.wake.set()
