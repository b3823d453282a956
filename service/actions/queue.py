"""Reads what moderators see: the queue with all that a decision needs, the log, the history of one comment."""

import asyncio
from typing import Literal

import msgspec

from service.actions.resources import Resources
from service.actions.waiting import Group
from service.domain.comment import STATUSES, Comment, Status
from service.domain.errors import NotFound
from service.domain.member import Member, MemberStatus
from service.domain.moderation import Action, Decision, allowed_actions
from service.domain.report import Report
from service.domain.search import Search
from service.domain.site import Site
from service.domain.thread import Thread, canonical_key, lookup_key
from service.storage import comments, decisions, guests, members, queue, reports, revisions, search, sites, threads
from service.storage.database import Reads
from service.storage.decisions import LogFilter, Tallied
from service.storage.queue import Position
from service.storage.revisions import Revision
from service.storage.together import Together

__all__ = ["LogFilter", "Position", "Revision", "Tallied"]

Sort = Literal["oldest", "newest", "riskiest", "uncertain"]
Tab = Status | Literal["reported", "audit"]
_AMONG: dict[Tab, Literal["reported", "audit"]] = {"reported": "reported", "audit": "audit"}  # few, of any status
_LATEST = 5
_MOST_REPORTS = 100  # told of one comment
_LAST_ID = "~"


class AuthorRecord(msgspec.Struct, frozen=True):
    """What a moderator goes by about an author: since when, how often what, and the last few.

    Of a guest it tells what came from his address, as long as that is known.
    """

    since: int  # milliseconds UTC
    status: MemberStatus | Literal["guest"]
    approved: int
    rejected: int
    spam: int
    latest: list[Comment]


class Item(msgspec.Struct, frozen=True):
    """A comment with all that a decision about it needs; its reasons tell what moved its score, too."""

    comment: Comment
    thread: Thread | None
    author_record: AuthorRecord | None  # None: a guest of whose address nothing is known
    neighbours: list[Comment]  # as readers see them
    decisions: list[Decision]
    reports: list[Report]  # open ones, the oldest first
    allowed_actions: tuple[Action, ...]
    group: Group | None = None  # comments that wait and are nearly the same; None: there is no other


class QueuePage(msgspec.Struct, frozen=True):
    """One page of the queue and the numbers on the tabs."""

    items: list[Item]
    counts: dict[str, int]
    next: Position | None


class QueueRequest(msgspec.Struct, frozen=True):
    """Which page of the queue."""

    status: Tab = "pending"
    sort: Sort = "oldest"
    after: Position | None = None
    limit: int = 50
    search: Search | None = None  # its own statuses, where it names some, count in place of `status`


async def queue_page(res: Resources, site: Site, wanted: QueueRequest) -> QueuePage:
    """A page of the queue. What is on it is read at once, all of one moment, however long it is."""
    found = await _found(res, site, wanted)
    more = len(found) > wanted.limit
    found = found[: wanted.limit]
    items, counts = await asyncio.gather(
        items_of(res, site, [one for one, _ in found]), sites.status_counts(res.db, site.id)
    )
    return QueuePage(items, counts, found[-1][1] if more else None)


def order_of(wanted: QueueRequest) -> Sort:
    """The order that the page really has: what is published, or reported, is kept in that of time only."""
    statuses = wanted.search.statuses if wanted.search else ()
    if wanted.sort in ("oldest", "newest"):
        return wanted.sort
    if wanted.status in ("reported", "audit") and not statuses:
        return "oldest"  # by their first report, or by their coming
    return "newest" if "approved" in (statuses or (wanted.status,)) else wanted.sort


async def _found(res: Resources, site: Site, wanted: QueueRequest) -> list[tuple[Comment, Position]]:
    """One more than is wanted, if there are more."""
    wanted = msgspec.structs.replace(wanted, sort=order_of(wanted), limit=wanted.limit + 1)
    if wanted.search is not None:
        return await _searched(res, site, wanted, wanted.search)
    if wanted.status == "reported":
        return await queue.reported_page(res.db, site.id, wanted.sort == "newest", wanted.after, wanted.limit)
    if wanted.status == "audit":
        return await queue.audit_page(res.db, site.id, wanted.sort == "newest", wanted.after, wanted.limit)
    return await queue.page(res.db, site.id, wanted.status, wanted.sort, wanted.after, wanted.limit)


async def _searched(res: Resources, site: Site, wanted: QueueRequest, look: Search) -> list[tuple[Comment, Position]]:
    """Whom and which threads the search means, then what it finds."""
    authors = [await search.members_named(res.db, site.id, name) for name in look.authors]
    threads_meant = [await thread_id_of(res, site, key) for key in look.threads]
    meant = search.Wanted(
        site_id=site.id,
        search=look,
        statuses=_statuses(wanted, look),
        among=None if look.statuses else _AMONG.get(wanted.status),
        author_ids=tuple(dict.fromkeys(one for some in authors for one in some)),
        thread_ids=tuple(one for one in threads_meant if one is not None),
    )
    return await search.page(res.db, meant, search.Page(wanted.sort, wanted.after, wanted.limit))


def _statuses(wanted: QueueRequest, look: Search) -> tuple[Status, ...]:
    if look.statuses:
        return tuple(dict.fromkeys(look.statuses))
    if wanted.status == "audit":
        return ("approved",)
    return STATUSES if wanted.status == "reported" else (wanted.status,)


async def items_of(res: Resources, site: Site, found: list[Comment]) -> list[Item]:
    """These comments with all that decisions about them need."""
    db, ids = Together(res.db), [c.id for c in found]
    records, where, around, past, complaints, groups = await asyncio.gather(
        _records(res, db, site, found),
        _threads(res, db, site, found),
        queue.neighbours(db, found),
        decisions.histories(db, site.id, ids),
        reports.open_of(db, [c.id for c in found if c.is_public], _MOST_REPORTS),
        res.waiting.groups(db, site.id, found),
    )
    explained = await res.explanations.of(res.models, res.scorer.model, found)
    return [
        Item(
            comment=msgspec.structs.replace(c, reasons=(*c.reasons, *explained[c.id])),
            thread=where.get(c.thread_id),
            author_record=records.get(c.id),
            neighbours=_published(near),
            decisions=log,
            reports=complaints.get(c.id, []),
            allowed_actions=allowed_actions(c),
            group=groups.get(c.id),
        )
        for c, near, log in zip(found, around, past, strict=True)
    ]


async def _threads(res: Resources, db: Reads, site: Site, found: list[Comment]) -> dict[str, Thread]:
    """The threads of these comments, by their ids, as they are now."""
    stored = await threads.many(db, site.id, sorted({c.thread_id for c in found}))
    return {one: thread.as_now(site.policy, res.now_ms()) for one, thread in stored.items()}


def _published(near: list[Comment]) -> list[Comment]:
    return [one.as_published() for one in near]


async def _records(res: Resources, db: Reads, site: Site, found: list[Comment]) -> dict[str, AuthorRecord]:
    """The records of these comments' authors, by the comments' ids."""
    authors = sorted({c.author.id for c in found if c.author.id is not None})
    people, latest, of_guests = await asyncio.gather(
        members.many(db, site.id, authors), queue.latest_of_authors(db, authors, _LATEST), _guests(db, site, found)
    )
    known = {one: _record(member.at(res.now_ms()), latest[one]) for one, member in people.items()}
    return {**{c.id: known[c.author.id] for c in found if c.author.id in known}, **of_guests}


def _record(member: Member, latest: list[Comment]) -> AuthorRecord:
    numbers = (member.approved_count, member.rejected_count, member.spam_count)
    return AuthorRecord(member.created_at, member.status, *numbers, latest)


async def _guests(db: Reads, site: Site, found: list[Comment]) -> dict[str, AuthorRecord]:
    """The records of those comments that guests wrote."""
    written = [c.id for c in found if c.author.id is None]
    keys = await guests.addresses(db, site.id, written) if written else {}
    known = await guests.records(db, site.id, sorted(set(keys.values())), _LATEST) if keys else {}
    records = {
        key: AuthorRecord(r.since, "guest", r.approved, r.rejected, r.spam, r.latest) for key, r in known.items()
    }
    return {one: records[key] for one, key in keys.items() if key in records}


async def log_page(
    res: Resources, site: Site, wanted: LogFilter, before: str | None, limit: int
) -> tuple[list[Decision], str | None]:
    """The site's decisions, newest first, and the id that the next page begins before."""
    found = await decisions.log(res.db, site.id, wanted, before or _LAST_ID, limit + 1)
    return found[:limit], found[limit - 1].id if len(found) > limit else None


async def decided_about(res: Resources, site: Site, decided: list[Decision]) -> dict[str, Comment]:
    """The comments that these decisions are about, as they stand now; without those that were erased."""
    return await comments.many(res.db, site.id, list(dict.fromkeys(one.comment_id for one in decided)))


async def tally(res: Resources, actor: Member, decision_id: str) -> list[Tallied]:
    """What a call of this moderator did, summed."""
    return await decisions.tally(res.db, actor.site_id, actor.id, decision_id)


async def tabs(res: Resources, site: Site) -> dict[str, int]:
    """The numbers on the tabs."""
    return await sites.status_counts(res.db, site.id)


async def history(res: Resources, site: Site, comment_id: str) -> tuple[list[Decision], list[Revision]]:
    """Every decision about a comment, and every text it had before, oldest first. Raises NotFound."""
    if await comments.find(res.db, site.id, comment_id) is None:
        raise NotFound
    decided = await decisions.history(res.db, site.id, comment_id)
    return decided, await revisions.of_comment(res.db, site.id, comment_id)


async def thread_id_of(res: Resources, site: Site, key_or_id: str | None) -> str | None:
    """The id of the thread that is named by its page's key, or by its id already."""
    if key_or_id is None or "/" not in key_or_id:
        return key_or_id
    thread = await res.cache.thread(site.id, lookup_key(canonical_key(key_or_id)))
    return thread.id if thread else key_or_id
