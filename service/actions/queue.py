"""Reads what moderators see: the queue with all that a decision needs, the log, the history of one comment."""

from typing import Literal

import msgspec

from service.actions.resources import Resources
from service.domain.comment import Comment, Status
from service.domain.errors import NotFound
from service.domain.member import Member
from service.domain.moderation import Action, Decision, allowed_actions
from service.domain.site import Site
from service.domain.thread import Thread, canonical_key, lookup_key
from service.storage import comments, decisions, members, queue, sites, threads
from service.storage.decisions import LogFilter
from service.storage.queue import Position

__all__ = ["LogFilter", "Position"]

Sort = Literal["oldest", "newest", "riskiest", "uncertain"]
_LATEST = 5
_LAST_ID = "~"


class AuthorRecord(msgspec.Struct, frozen=True):
    """What a moderator goes by about an author: since when, how often what, and the last few."""

    member: Member
    latest: list[Comment]


class Item(msgspec.Struct, frozen=True):
    """A comment with all that a decision about it needs."""

    comment: Comment
    thread: Thread | None
    author_record: AuthorRecord | None  # None: a guest
    neighbours: list[Comment]
    decisions: list[Decision]
    allowed_actions: tuple[Action, ...]


class QueuePage(msgspec.Struct, frozen=True):
    """One page of the queue and the numbers on the tabs."""

    items: list[Item]
    counts: dict[str, int]
    next: Position | None


class QueueRequest(msgspec.Struct, frozen=True):
    """Which page of the queue."""

    status: Status = "pending"
    sort: Sort = "oldest"
    after: Position | None = None
    limit: int = 50


async def queue_page(res: Resources, site: Site, wanted: QueueRequest) -> QueuePage:
    """A page of the queue, with one look at the database for each kind of thing on it, however long it is."""
    found = await queue.page(res.db, site.id, wanted.status, wanted.sort, wanted.after, wanted.limit + 1)
    more = len(found) > wanted.limit
    found = found[: wanted.limit]
    items = await items_of(res, site, [one for one, _ in found])
    counts = await sites.status_counts(res.db, site.id)
    return QueuePage(items, counts, found[-1][1] if more else None)


async def items_of(res: Resources, site: Site, found: list[Comment]) -> list[Item]:
    """These comments with all that decisions about them need."""
    authors = sorted({c.author.id for c in found if c.author.id is not None})
    people = await members.many(res.db, site.id, authors)
    latest = await queue.latest_of_authors(res.db, authors, _LATEST)
    around = await queue.neighbours(res.db, found)
    where = await threads.many(res.db, site.id, sorted({c.thread_id for c in found}))
    past = await decisions.histories(res.db, site.id, [c.id for c in found])
    records = {one: AuthorRecord(people[one].at(res.now_ms()), latest[one]) for one in authors if one in people}
    return [
        Item(c, where.get(c.thread_id), records.get(c.author.id or ""), near, log, allowed_actions(c))
        for c, near, log in zip(found, around, past, strict=True)
    ]


async def log_page(
    res: Resources, site: Site, wanted: LogFilter, before: str | None, limit: int
) -> tuple[list[Decision], str | None]:
    """The site's decisions, newest first, and the id that the next page begins before."""
    found = await decisions.log(res.db, site.id, wanted, before or _LAST_ID, limit + 1)
    return found[:limit], found[limit - 1].id if len(found) > limit else None


async def history(res: Resources, site: Site, comment_id: str) -> list[Decision]:
    """Every decision about a comment, oldest first. Raises NotFound."""
    if await comments.find(res.db, site.id, comment_id) is None:
        raise NotFound
    return await decisions.history(res.db, site.id, comment_id)


async def thread_id_of(res: Resources, site: Site, key_or_id: str | None) -> str | None:
    """The id of the thread that is named by its page's key, or by its id already."""
    if key_or_id is None or "/" not in key_or_id:
        return key_or_id
    thread = await res.cache.thread(site.id, lookup_key(canonical_key(key_or_id)))
    return thread.id if thread else key_or_id
