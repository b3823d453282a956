"""Threads over the wire: a page of comments, the threads of a site, counts and the newest comments."""

from collections.abc import Iterable
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from service.actions.identify import Who
from service.actions.move_thread import Moved
from service.actions.thread_page import ThreadPage
from service.domain.comment import Comment
from service.domain.site import Moderation, Policy, ThreadState
from service.domain.thread import Thread
from service.web.bodies import Body, Line, Url
from service.web.shapes.comments import CommentTold, comment_as, listed_comment
from service.web.shapes.lists import NextCursor
from service.web.times import Time, rfc3339, rfc3339_or_none


class ThreadBody(Body, frozen=True):
    """What to set of a thread; what is left out stays.

    Null as state or moderation lets the site's policy speak again, null as published_at the first sight of the page.
    """

    state: ThreadState | UnsetType | None = UNSET
    moderation: Moderation | UnsetType | None = UNSET
    title: Line | UnsetType | None = UNSET
    url: Url | UnsetType | None = UNSET
    published_at: Annotated[str, Meta(extra_json_schema={"format": "date-time"})] | UnsetType | None = UNSET


class MoveBody(Body, frozen=True):
    """Where a thread is to go: its page's path from now on. A dry run only tells what would become of it."""

    key: Annotated[Line, Meta(description="The page's new path, like /posts/2020/06/post/.")]
    dry_run: bool = False


class ThreadTold(Struct, frozen=True):
    """A thread: one page's discussion. `count` is that of its approved comments."""

    id: str
    key: str
    url: str | None
    title: str | None
    state: ThreadState
    count: int


class OwnThreadTold(ThreadTold, frozen=True, kw_only=True):
    """A thread as moderators see it: `state` and `moderation` hold now, the own ones only where they are set."""

    moderation: Moderation
    own_state: ThreadState | None
    own_moderation: Moderation | None
    published_at: Time | None
    created_at: Time
    version: int


class MovedTold(Struct, frozen=True):
    """What became, or would become, of a thread; where it was merged, how many comments, of all statuses, went over."""

    outcome: Literal["moved", "merged", "same"]
    dry_run: bool
    comments: int
    thread: OwnThreadTold


class PageTold(Struct, frozen=True):
    """The thread that a page of comments is of: known by its key before anybody has written."""

    key: str
    url: str | None
    title: str | None
    state: ThreadState
    count: int


class ThreadPageTold(Struct, frozen=True):
    """A page of a thread: comments, flat, in order of time; a parent may come on another page."""

    thread: PageTold
    comments: list[CommentTold]
    next_cursor: NextCursor


class ThreadsTold(Struct, frozen=True):
    """Threads of a site."""

    threads: list[OwnThreadTold]
    next_cursor: NextCursor


class CountsTold(Struct, frozen=True):
    """How many approved comments each page has, by the keys as they were sent."""

    counts: Annotated[dict[str, int], Meta(examples=[{"/2020/06/post.html": 3}])]


class RecentComment(CommentTold, frozen=True, kw_only=True):
    """A comment with its thread."""

    thread: ThreadTold


class RecentTold(Struct, frozen=True):
    """The newest approved comments of a site."""

    comments: list[RecentComment]


def thread_told(thread: Thread, policy: Policy) -> ThreadTold:
    """A thread with its own state, or else its site's."""
    return ThreadTold(thread.id, thread.key, thread.url, thread.title, thread.state or policy.state, thread.count)


def own_thread_told(thread: Thread, policy: Policy, now_ms: int) -> OwnThreadTold:
    """A thread for those who moderate."""
    return OwnThreadTold(
        thread.id,
        thread.key,
        thread.url,
        thread.title,
        thread.state_now(policy, now_ms),
        thread.count,
        moderation=thread.moderation_now(policy),
        own_state=thread.state,
        own_moderation=thread.moderation,
        published_at=rfc3339_or_none(thread.published_at),
        created_at=rfc3339(thread.created_at),
        version=thread.version,
    )


def moved_told(moved: Moved, dry_run: bool, policy: Policy, now_ms: int) -> MovedTold:
    """What became of a thread that was to be moved."""
    return MovedTold(moved.outcome, dry_run, moved.comments, own_thread_told(moved.thread, policy, now_ms))


def thread_page_told(found: ThreadPage, who: Who, next_cursor: str | None) -> ThreadPageTold:
    """A page of a thread as this reader sees it."""
    thread = found.thread
    told = (thread.url, thread.title, found.state, thread.count) if thread else (None, None, found.state, 0)
    return ThreadPageTold(
        PageTold(found.key, *told), [listed_comment(comment, who) for comment in found.comments], next_cursor
    )


def recent_told(found: Iterable[tuple[Comment, Thread]], policy: Policy) -> RecentTold:
    """The newest comments, each with its thread."""
    return RecentTold([comment_as(RecentComment, c, "approved", thread=thread_told(t, policy)) for c, t in found])
