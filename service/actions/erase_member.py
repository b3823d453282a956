"""Erases a member: his row, his comments' texts, and everything that other tables and the files hold of him.

It begins with one unit of work after which he is gone for everybody; the rest follows in portions, and is gone on with
after a restart (sweep.py) until nothing is left.
"""

import asyncio
from contextlib import suppress

import msgspec

from service.actions.changes import Change
from service.actions.resources import Resources
from service.domain.comment import Comment
from service.domain.errors import NotFound, StaleDecision, StorageUnavailable
from service.domain.member import Member
from service.domain.site import Site
from service.storage import (
    audits,
    codes,
    comments,
    counts,
    decisions,
    erasures,
    identities,
    invitations,
    keys,
    members,
    models,
    outbox,
    replays,
    reports,
    requests,
    revisions,
    sessions,
    sign_in_requests,
    sites,
    subscriptions,
    texts,
    tokens,
)
from service.storage.database import Outdated, Statement

_PORTION = 100
_TRIES = 8


async def erase_member(res: Resources, site: Site, member_id: str) -> None:
    """Erases the member for good. Raises NotFound, and NotAllowedNow for the last owner."""
    for _ in range(_TRIES):
        member = await members.find(res.db, site.id, member_id)
        if member is None or member.status == "left":
            raise NotFound
        with suppress(Outdated):  # the policy was set at the same moment
            await res.db.write(await _leaving(res, member))
            break
    else:
        raise StorageUnavailable
    res.cache.forget_all()  # his tokens are known by their hashes only
    await clear(res, site.id, member_id)
    await scrub(res, may_take_long=False)


async def _leaving(res: Resources, member: Member) -> list[Statement]:
    """What is to go at once. Each module that holds something of a member has its `erasing`."""
    site = await sites.find(res.db, member.site_id)
    return [
        *members.erasing(member),
        *(sites.erasing(site, member.email) if site and member.email else ()),
        erasures.beginning(member.site_id, member.id, res.now_ms()),
        *sessions.erasing(member.site_id, member.id),
        *tokens.erasing(member.id),
        *replays.erasing(member.site_id, member.id, await _answers_about(res, member)),
        *codes.erasing(member.site_id, member.id),
        *identities.erasing(member.site_id, member.id),
        *invitations.erasing(member),
        *requests.erasing(member),
        *(sign_in_requests.erasing(member.site_id, member.email) if member.email else ()),
        *outbox.erasing(member.site_id, member.id),
        *subscriptions.erasing(member.site_id, member.id, member.email),
        *reports.erasing(member.site_id, member.id),
        *keys.erasing(member.site_id, member.id, res.now_ms()),
    ]


async def _answers_about(res: Resources, member: Member) -> list[tuple[str, str]]:
    """Kept answers to other people's calls in which he stands: they made him a member, or invited him."""
    own = [f"members/{member.id}"]
    invited = [f"invitations/{one}" for one in await invitations.of_member(res.db, member)]
    base = f"/api/v1/sites/{member.site_id}/"
    led_to = [key for path in (*own, *invited) for key in await replays.naming(res.db, member.site_id, base + path)]
    return [*led_to, *await replays.telling_of(res.db, member.site_id, member.id)]


async def clear(res: Resources, site_id: str, member_id: str) -> None:
    """Takes out all that is left of a member in the database. To be called again is no harm."""
    waiting = True
    while waiting:  # what changed while it was being cleared is cleared in the next round
        waiting = await _clear_once(res, member_id)
        res.changes.announce(Change(site_id))
    await res.db.write([erasures.clearing(member_id, res.now_ms())])


async def _clear_once(res: Resources, member_id: str) -> bool:
    """Goes through all his comments once. Says whether one has to be looked at again."""
    after, again = "", False
    while portion := await texts.of_author(res.db, member_id, after, _PORTION):
        done = await asyncio.gather(*[_clear_comment(res, one) for one in portion])
        after, again = portion[-1].id, again or not all(done)
    return again


async def _clear_comment(res: Resources, seen: Comment) -> bool:
    about = [
        *revisions.erasing(seen.id),
        *decisions.erasing(seen.id),
        models.erasing(seen.id),
        *outbox.erasing(seen.site_id, seen.id),
        *reports.unsaying(seen.site_id, seen.id),
    ]
    with suppress(StaleDecision):  # a moderator was faster
        await res.db.write(about if _is_bare(seen) else [*await _taking_down(res, seen), *about])
        return True
    return False


def _is_bare(comment: Comment) -> bool:
    return comment.status == "removed" and comment.removed_by == "author" and not comment.text


async def _taking_down(res: Resources, seen: Comment) -> list[Statement]:
    after = msgspec.structs.replace(seen, status="removed", removed_by="author", removed_from=None)
    above = await comments.ancestors(res.db, seen.parent_id)
    return [
        texts.erasing(seen),
        *[comments.showing(one) for one in (seen.id, *above)],
        *counts.moving(seen, after),
        *reports.resolving(seen.site_id, seen.id, "remove", res.now_ms()),
        *audits.looking(seen.site_id, seen.id, "gone", res.now_ms()),
    ]


async def scrub(res: Resources, may_take_long: bool) -> None:
    """Takes what was erased out of the files, where that can be done now; sweeping comes back to it otherwise."""
    cleared = [one for one in await erasures.unfinished(res.db) if one.cleared]
    if cleared and await res.db.scrub(may_take_long):
        await res.db.write([erasures.finishing(one.member_id) for one in cleared])


async def finish_erasures(res: Resources) -> None:
    """Goes on with what was interrupted, and scrubs the files for all of it at once."""
    waiting = await erasures.unfinished(res.db)
    for one in waiting:
        if not one.cleared:
            await clear(res, one.site_id, one.member_id)
    if waiting:
        await scrub(res, may_take_long=True)
