"""Reads what a member has asked to be told of."""

from typing import NamedTuple

from service.actions.resources import Resources
from service.domain.member import Member
from service.domain.subscription import Subscription
from service.domain.thread import Thread
from service.storage import subscriptions, threads


class Subscribed(NamedTuple):
    """A subscription with its page."""

    subscription: Subscription
    thread: Thread


async def own_subscriptions(
    res: Resources, member: Member, after: str | None, limit: int
) -> tuple[list[Subscribed], str | None]:
    """A member's subscriptions, confirmed or not, and the id that the next page begins after."""
    found = await subscriptions.of_member(res.db, member.site_id, member.id, after or "", limit + 1)
    pages = await threads.many(res.db, member.site_id, sorted({one.thread_id for one in found}))
    shown = [Subscribed(one, pages[one.thread_id]) for one in found[:limit] if one.thread_id in pages]
    return shown, found[limit - 1].id if len(found) > limit else None


async def subscribed(res: Resources, one: Subscription) -> Subscribed:
    """The subscription with its page."""
    return Subscribed(one, (await threads.many(res.db, one.site_id, [one.thread_id]))[one.thread_id])
