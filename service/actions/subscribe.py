"""Takes the wish to be told of new comments on a page: nothing is sent there until the address itself has said so."""

import msgspec

from service.actions.identify import Who
from service.actions.resources import Resources
from service.domain.capability import LETTERS, address_hash
from service.domain.errors import Fault, Invalid, NotFound, NotSignedIn
from service.domain.names import check_email
from service.domain.subscription import Subscription
from service.domain.thread import Thread, canonical_key, lookup_key
from service.storage import outbox, subscriptions
from service.storage.subscriptions import AskedLately

_DAY_MS = 86_400_000
NEW_COMMENTS = "published"  # the kind of the letters, as outbox and mail_stops name it


async def subscribe(res: Resources, who: Who, key: str, email: str | None) -> Subscription | None:
    """Queues a mail that asks for confirmation, at most one a day for each address and page.

    Returns the member's subscription; None for guests, who are told nothing of what is known of an address.
    Raises NotSignedIn where not anyone may comment, NotFound for a page without comments, Invalid, RateLimited.
    """
    address = _address(who, email)
    thread = await _thread(res, who, key)
    if res.limits.on:
        await res.limits.spend({"address": who.address}, _nothing_posted)
    wanted = _wanted(res, who, thread, address)
    known_as = address_hash(res.seal.key(LETTERS), address)
    if not await subscriptions.is_stopped(res.db, who.site.id, known_as, "subscription"):
        await _ask(res, wanted)
    if who.member is None:
        return None
    found = await subscriptions.find_by_email(res.db, who.site.id, thread.id, address)
    return found if found is not None and found.member_id == who.member.id else wanted


async def _ask(res: Resources, wanted: Subscription) -> None:
    """The subscription and the question, or neither."""
    asked = outbox.Event(res.ids.new(), wanted.site_id, "subscription", wanted.id, wanted.asked_at, wanted.asked_at)
    kept = await subscriptions.find_by_email(res.db, wanted.site_id, wanted.thread_id, wanted.email)
    if kept is not None:
        asked = msgspec.structs.replace(asked, about_id=kept.id)
    try:
        await res.db.write([subscriptions.asking(wanted, wanted.asked_at - _DAY_MS), outbox.adding(asked)])
    except AskedLately:
        return
    res.changes.announce_queued()


def _address(who: Who, email: str | None) -> str:
    """The address to tell. A member's own is used where it is known."""
    own = who.member.email if who.member is not None else None
    if who.member is None and who.site.policy.who_may_comment != "anyone":
        raise NotSignedIn
    if own is not None and email is not None and check_email(email) != own:
        raise Invalid([Fault("/email", "You are signed in: letters go to your own address; leave email out.")])
    checked = own or check_email(email)
    if checked is None:
        raise Invalid([Fault("/email", "A mail address is needed to which the letters are to go.")])
    return checked


async def _thread(res: Resources, who: Who, key: str) -> Thread:
    thread = await res.cache.thread(who.site.id, lookup_key(canonical_key(key)))
    if thread is None or thread.state_now(who.site.policy, res.now_ms()) == "hidden":
        raise NotFound("Nobody has commented on this page yet.")
    return thread


def _wanted(res: Resources, who: Who, thread: Thread, address: str) -> Subscription:
    now = res.now_ms()
    member_id = who.member.id if who.member is not None else None
    return Subscription(res.ids.new(), who.site.id, thread.id, member_id, address, now, now)


async def _nothing_posted(since_ms: int, limit: int) -> int:
    return 0
