"""Begins a subscription: somebody who reads the mail of that address has said so."""

from typing import NamedTuple

from service.actions.letter_links import CONFIRMING_MS, Confirming
from service.actions.resources import Resources
from service.domain.capability import LETTERS, opened
from service.domain.errors import NotFound
from service.domain.site import Site
from service.domain.subscription import Subscription
from service.domain.thread import Thread
from service.storage import subscriptions, threads


class Asked(NamedTuple):
    """What a link asks about: a subscription and its page."""

    subscription: Subscription
    thread: Thread


async def asked(res: Resources, site: Site, token: str) -> Asked:
    """What the link asks about. Raises NotFound where it is not ours, too old, or no longer meant."""
    right = opened(res.seal.key(LETTERS), token, Confirming)
    if right is None or right.site != site.id or right.asked_at + CONFIRMING_MS <= res.now_ms():
        raise NotFound
    found = await subscriptions.find(res.db, site.id, right.subscription)
    if found is None or found.ended_at is not None or found.asked_at != right.asked_at:
        raise NotFound
    thread = (await threads.many(res.db, site.id, [found.thread_id])).get(found.thread_id)
    if thread is None:
        raise NotFound
    return Asked(found, thread)


async def confirm_subscription(res: Resources, site: Site, token: str) -> Asked:
    """Begins the subscription; one that has begun stays so. Raises NotFound as `asked` does."""
    found = await asked(res, site, token)
    if not found.subscription.holds:
        try:
            await res.db.write([subscriptions.confirming(found.subscription, res.now_ms())])
        except NotFound:  # a double click was first, or an end
            found = await asked(res, site, token)
        res.cache.forget_subscribers(found.thread.id)
    return found
