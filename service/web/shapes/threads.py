"""Threads over the wire: a page of comments, the threads of a site, counts and the newest comments."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from service.actions.identify import Who
from service.actions.thread_page import ThreadPage
from service.domain.comment import Comment
from service.domain.site import Moderation, Policy, ThreadState
from service.domain.thread import Thread
from service.web.bodies import Body, Line
from service.web.shapes.comments import CommentTold, comment_as, listed_comment
from service.web.shapes.lists import NextCursor


class ThreadBody(Body, frozen=True):
    """What is to become of a thread; null lets the site's policy speak again."""

    state: ThreadState | UnsetType | None = UNSET
    moderation: Moderation | UnsetType | None = UNSET
    title: Line | UnsetType | None = UNSET


class ThreadTold(Struct, frozen=True):
    """A thread: one page's discussion. `count` is that of its approved comments."""

    id: str
    key: str
    url: str | None
    title: str | None
    state: ThreadState
    count: int


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

    threads: list[ThreadTold]
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


def threads_told(found: list[Thread], policy: Policy, next_cursor: str | None) -> ThreadsTold:
    """A page of a site's threads."""
    return ThreadsTold([thread_told(one, policy) for one in found], next_cursor)


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
