"""What stands in the data of server-sent events."""

from msgspec import Struct

from service.actions.follower import News
from service.domain.comment import Status
from service.web.shapes.moderation import TabsTold


class CommentsEvent(Struct, frozen=True):
    """A thread has changed: its approved comments now, and the ids of those that were approved since the last event."""

    thread: str
    count: int
    ids: tuple[str, ...]


class QueuedTold(Struct, frozen=True):
    """A comment as it stands now."""

    id: str
    status: Status
    version: int


class QueueEvent(Struct, frozen=True):
    """The queue has changed: the numbers on its tabs, and the comments that it happened to."""

    counts: TabsTold
    comments: list[QueuedTold]


class LookingEvent(Struct, frozen=True):
    """Who else is at the desk, and at which comment, has changed: the desk's own page asks."""


class ResetEvent(Struct, frozen=True):
    """More was missed than can be told: look afresh."""

    thread: str | None


def comments_event(news: News) -> CommentsEvent:
    """A thread's news."""
    return CommentsEvent(news.thread, news.count, news.ids)
