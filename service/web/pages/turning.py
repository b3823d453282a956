"""Turning the pages of a long thread: cursors forward and back, the links, and words for the range shown."""

from collections.abc import Sequence
from typing import NamedTuple

from aiohttp import web

from service.actions.thread_page import PageRequest, ThreadPage
from service.domain.comment import Comment
from service.web.pages.rendering import readable
from service.web.paging import cursor_of, cursor_text
from service.web.problems import BadCursor

PER_PAGE = 100
_AFTER, _BEFORE = "oldest", "newest"  # the API's two orders: forward from an id, and back from one
_END = "f" * 22  # comes after every id


class Turns(NamedTuple):
    """Cursors of the pages around this one. None: there is no such page. The first page has an empty one."""

    oldest: str | None
    older: str | None
    newer: str | None
    newest: str | None
    range: str | None


def wanted(request: web.Request, key: str, at_end: bool) -> PageRequest:
    """The page that the cursor asks for; without one the first, or the last. Raises BadCursor."""
    try:
        cursor = cursor_of(request, _AFTER)
    except BadCursor:
        cursor = cursor_of(request, _BEFORE)
        assert cursor is not None
        return PageRequest(key, "newest", cursor.id, PER_PAGE)
    if cursor is None and at_end:
        return PageRequest(key, "newest", _END, PER_PAGE)
    return PageRequest(key, "oldest", cursor.id if cursor else None, PER_PAGE)


def in_time(found: ThreadPage, page: PageRequest) -> list[Comment]:
    """The page's comments, oldest first, whichever way it was read."""
    return found.comments if page.sort == "oldest" else found.comments[::-1]


def turns(found: ThreadPage, page: PageRequest) -> Turns:
    """The ways from this page to the others."""
    shown = in_time(found, page)
    back = page.sort == "newest"
    has_older = found.next_id is not None if back else page.start is not None
    has_newer = page.start != _END if back else found.next_id is not None
    if not shown or not (has_older or has_newer):
        return Turns("" if not shown and page.start else None, None, None, None, None)
    return Turns(
        oldest="" if has_older else None,
        older=cursor_text(_BEFORE, shown[0].id) if has_older else None,
        newer=cursor_text(_AFTER, shown[-1].id) if has_newer else None,
        newest=cursor_text(_BEFORE, _END) if has_newer else None,
        range=_range(shown, found.thread.count if found.thread else 0),
    )


def cursor_at(comment_id: str) -> str | None:
    """The cursor of a page that begins with this comment."""
    return cursor_text(_AFTER, f"{max(int(comment_id, 16) - 1, 0):022x}")


def _range(shown: Sequence[Comment], count: int) -> str:
    """By dates, which stay true while comments come and go; numbers of places would not."""
    approved = sum(one.status == "approved" for one in shown)
    return f"{approved} of {count} comments: {readable(shown[0].created_at)} to {readable(shown[-1].created_at)}."
