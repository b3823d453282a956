"""Reads what a reader of a page sees: comments in order, his own waiting ones among them; single comments, counts."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from service.actions.identify import Who
from service.actions.resources import Resources
from service.domain.comment import Comment
from service.domain.errors import NotFound
from service.domain.site import Site, ThreadState
from service.domain.thread import Thread, canonical_key, lookup_key
from service.storage import comments, threads

Sort = Literal["oldest", "newest"]
_LAST_ID = "~"  # sorts after every id
_EDGE: dict[str, str] = {"oldest": "", "newest": _LAST_ID}


class ThreadPage(msgspec.Struct, frozen=True):
    """One page of a thread. `next_id` begins the next page; None at the end."""

    thread: Thread | None  # None: nobody has written yet
    key: str
    state: ThreadState
    comments: list[Comment]
    next_id: str | None


class PageRequest(msgspec.Struct, frozen=True):
    """Which page of which thread: after this id in this order, so many."""

    key: str
    sort: Sort = "oldest"
    start: str | None = None
    limit: int = 100


async def thread_page(res: Resources, who: Who, wanted: PageRequest) -> ThreadPage:
    """The page as this reader sees it. Raises Invalid for what is no path, NotFound for a hidden thread."""
    key = canonical_key(wanted.key)
    thread = await res.cache.thread(who.site.id, lookup_key(key))
    state = _state(res, who.site, thread)
    if state == "hidden" and not who.moderates:
        raise NotFound
    if thread is None:
        return ThreadPage(None, key, state, [], None)
    found = await _comments(res, who, thread, wanted)
    more = len(found) > wanted.limit
    shown = found[: wanted.limit]
    return ThreadPage(await _counted(res, thread), thread.key, state, shown, shown[-1].id if more else None)


def _state(res: Resources, site: Site, thread: Thread | None) -> ThreadState:
    return thread.state_now(site.policy, res.now_ms()) if thread else site.policy.state


async def _comments(res: Resources, who: Who, thread: Thread, wanted: PageRequest) -> list[Comment]:
    """One comment more than asked for, if there are more."""
    start, limit = wanted.start or _EDGE[wanted.sort], wanted.limit + 1
    found = await comments.of_thread(res.db, thread.id, wanted.sort, start, limit)
    if who.member is None:
        return [one.as_published() for one in found]
    reader, moderates = who.member.id, who.moderates
    found = [one.as_seen_by(reader, moderates) for one in found]
    own = await comments.waiting_of_author(res.db, thread.id, who.member.id, wanted.sort, start, limit)
    each = {one.id: one for one in [*found, *own]}  # his edit that waits stands on the page and among his own
    return sorted(each.values(), key=lambda c: c.id, reverse=wanted.sort == "newest")[:limit] if own else found


async def nothing_waits(res: Resources, who: Who, key: str) -> bool:
    """Has this member no comment of his own that waits in this thread? Then he sees what visitors see."""
    thread = await res.cache.thread(who.site.id, lookup_key(canonical_key(key)))
    if thread is None or who.member is None:
        return True
    return not await comments.waiting_of_author(res.db, thread.id, who.member.id, "oldest", "", 1)


async def _counted(res: Resources, thread: Thread) -> Thread:
    """The cache does not keep up the count of a thread; the database does."""
    fresh = await threads.many(res.db, thread.site_id, [thread.id])
    return fresh.get(thread.id, thread)


async def one_comment(res: Resources, who: Who, comment_id: str) -> Comment:
    """A comment with the status that this reader sees. Raises NotFound where it does not exist to him."""
    found = await comments.find(res.db, who.site.id, comment_id)
    status = found.seen_by(who.member.id if who.member else None, who.moderates) if found else None
    if found is None or status is None:
        raise NotFound
    thread = (await threads.many(res.db, who.site.id, [found.thread_id])).get(found.thread_id)
    if _state(res, who.site, thread) == "hidden" and not who.moderates:
        raise NotFound
    return found


async def counts(res: Resources, site: Site, keys: Sequence[str]) -> dict[str, int]:
    """Approved comments of each page, by the keys as they were sent; 0 for hidden threads and unknown pages."""
    looked_up = {key: lookup_key(canonical_key(key, "/thread")) for key in keys}
    found = await threads.counts(res.db, site.id, sorted(set(looked_up.values()))) if keys else {}
    return {key: _shown_count(site, found.get(one)) for key, one in looked_up.items()}


def _shown_count(site: Site, found: tuple[int, ThreadState | None] | None) -> int:
    if found is None or (found[1] or site.policy.state) == "hidden":
        return 0
    return found[0]


async def recent(res: Resources, site: Site, limit: int) -> list[tuple[Comment, Thread]]:
    """The newest approved comments with their threads as they are now; those of hidden threads are left out."""
    newest = await comments.recent(res.db, site.id, limit)
    found = await threads.many(res.db, site.id, list({c.thread_id for c in newest}))
    pairs = [(c, found[c.thread_id]) for c in newest if c.thread_id in found]
    told = [(c, t.as_now(site.policy, res.now_ms())) for c, t in pairs]
    return [(c, t) for c, t in told if t.state != "hidden"]
