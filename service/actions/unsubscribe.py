"""Ends letters: one subscription, or all letters of a kind to an address. What has ended already stays so."""

from service.actions.letter_links import Ending, Stopping
from service.actions.resources import Resources
from service.domain.capability import LETTERS, opened
from service.domain.errors import NotFound
from service.domain.member import Member
from service.domain.site import Site
from service.domain.subscription import Subscription
from service.storage import subscriptions

Right = Ending | Stopping


def ending_right(res: Resources, site: Site, token: str) -> Right:
    """What the link ends on this site. Raises NotFound where it is not ours."""
    right = opened(res.seal.key(LETTERS), token, Ending) or opened(res.seal.key(LETTERS), token, Stopping)
    if right is None or right.site != site.id:
        raise NotFound
    return right


async def unsubscribe(res: Resources, site: Site, token: str) -> None:
    """Ends what the link names. Raises NotFound."""
    right = ending_right(res, site, token)
    if isinstance(right, Stopping):
        await res.db.write([subscriptions.stopping(site.id, right.address, right.kind, res.now_ms())])
        return
    found = await subscriptions.find(res.db, site.id, right.subscription)
    if found is not None:
        await _end(res, found)


async def end_subscription(res: Resources, member: Member, subscription_id: str) -> None:
    """Ends a member's own subscription. Raises NotFound for another's, and for one that has ended."""
    found = await subscriptions.find(res.db, member.site_id, subscription_id)
    if found is None or found.member_id != member.id or found.ended_at is not None:
        raise NotFound
    await _end(res, found)


async def _end(res: Resources, found: Subscription) -> None:
    await res.db.write([subscriptions.ending(found, res.now_ms())])
    res.cache.forget_subscribers(found.thread_id)
