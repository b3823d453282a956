"""Letters about published comments: to addresses that the owner names, and to who asked for them; and that question."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from service.actions.letter_links import confirming_link, ending_link, stopping_link
from service.domain.capability import LETTERS, address_hash
from service.domain.comment import Comment
from service.domain.subscription import Subscription
from service.outbox.kinds import MOST_SHOWN, Draft, Page, Spread, Writing, page_of
from service.outbox.mail import one_line
from service.outbox.moderators import address_of, addresses
from service.outbox.rendering import counted, disarmed, shortened
from service.storage import comments, subscriptions, threads
from service.storage.outbox import Event

_PORTION = 200
_LONGEST = 500
_SUBSCRIPTION = "subscription:"


class Published(NamedTuple):
    """A published comment as it stands in the letter."""

    author: str
    text: str
    at: int
    page: Page


class _Told(msgspec.Struct, frozen=True):
    """The mark in an event's detail: subscriptions up to this one have got their row."""

    after: str


async def spread_published(writing: Writing, event: Event) -> Spread:
    """The addresses that the owner has named first, then the page's subscribers, a portion at a time."""
    res, site = writing.res, writing.site
    comment = await comments.find(res.db, site.id, event.about_id)
    if comment is None or not comment.is_public:
        return Spread(())
    after = msgspec.json.decode(event.detail, type=_Told).after if event.detail is not None else ""
    named = addresses(writing, site.policy.comment_mail) if event.detail is None else []
    found = await subscriptions.of_thread(res.db, site.id, comment.thread_id, after, _PORTION)
    recipients = [*named, *[f"{_SUBSCRIPTION}{one.id}" for one in found]]
    more = msgspec.json.encode(_Told(found[-1].id)).decode() if len(found) == _PORTION else None
    return Spread(recipients, more)


async def compose_published(writing: Writing, recipient: str, events: Sequence[Event]) -> Draft | None:
    """What of these comments is still published, on pages that are shown, by others than the recipient."""
    subscription_id = recipient.removeprefix(_SUBSCRIPTION)
    if subscription_id == recipient:
        return await _to_named(writing, recipient, events)
    subscription = await subscriptions.find(writing.res.db, writing.site.id, subscription_id)
    if subscription is None or not subscription.holds:
        return None
    return await _to_subscriber(writing, subscription, events)


async def _to_subscriber(writing: Writing, one: Subscription, events: Sequence[Event]) -> Draft | None:
    shown = await _published(writing, events, one)
    if not shown:
        return None
    end = writing.public_url + ending_link(writing.res, one)
    told = {"site": writing.site.id, "shown": shown[:MOST_SHOWN], "more": len(shown[MOST_SHOWN:]), "end": end}
    return Draft(one.email, _subject(writing, shown), "published", {**told, "subscribed": True}, end)


async def _to_named(writing: Writing, recipient: str, events: Sequence[Event]) -> Draft | None:
    res, site = writing.res, writing.site
    to = address_of(writing, recipient, site.policy.comment_mail)
    if to is None:
        return None
    if await subscriptions.is_stopped(res.db, site.id, address_hash(res.seal.key(LETTERS), to), "published"):
        return None
    shown = await _published(writing, events, None)
    if not shown:
        return None
    end = writing.public_url + stopping_link(res, site.id, to, "published")
    told = {"site": site.id, "shown": shown[:MOST_SHOWN], "more": len(shown[MOST_SHOWN:]), "end": end}
    return Draft(to, _subject(writing, shown), "published", {**told, "subscribed": False}, end)


def _subject(writing: Writing, shown: list[Published]) -> str:
    pages = {one.page.title for one in shown}
    where = f"“{pages.pop()}”" if len(pages) == 1 else writing.site.id
    return f"[{writing.site.id}] {counted(len(shown), 'new comment')} on {where}"


async def _published(writing: Writing, events: Sequence[Event], reader: Subscription | None) -> list[Published]:
    res, site = writing.res, writing.site
    found = await comments.many(res.db, site.id, list(dict.fromkeys(one.about_id for one in events)))
    shown = []
    for comment in sorted(found.values(), key=lambda one: one.id):
        if comment.is_public and not (reader and await _is_own(writing, comment, reader)):
            page = await _page(writing, comment)
            shown += [_words(comment.as_published(), page)] if page is not None else []
    return shown


async def _is_own(writing: Writing, comment: Comment, reader: Subscription) -> bool:
    if comment.author.id is not None and comment.author.id == reader.member_id:
        return True
    address = await subscriptions.address_of_author(writing.res.db, writing.site.id, comment.id)
    return address is not None and address.lower() == reader.email


async def _page(writing: Writing, comment: Comment) -> Page | None:
    """The page, if readers may see it."""
    res, site = writing.res, writing.site
    thread = (await threads.many(res.db, site.id, [comment.thread_id])).get(comment.thread_id)
    if thread is None or thread.state_now(site.policy, res.now_ms()) == "hidden":
        return None
    return page_of(writing, thread, comment.id)


def _words(comment: Comment, page: Page) -> Published:
    name, text = disarmed(one_line(comment.author.name)), disarmed(shortened(comment.text, _LONGEST))
    return Published(name, text, comment.created_at, page)


async def compose_question(writing: Writing, recipient: str, events: Sequence[Event]) -> Draft | None:
    """Does whoever reads this address want to be told? With the page's name and no comment's."""
    res, site = writing.res, writing.site
    one = await subscriptions.find(res.db, site.id, events[0].about_id)
    if one is None or one.confirmed_at is not None or one.ended_at is not None:
        return None
    if await subscriptions.is_stopped(res.db, site.id, address_hash(res.seal.key(LETTERS), one.email), "subscription"):
        return None
    thread = (await threads.many(res.db, site.id, [one.thread_id])).get(one.thread_id)
    if thread is None:
        return None
    never = writing.public_url + stopping_link(res, site.id, one.email, "subscription")
    confirm = writing.public_url + confirming_link(res, one)
    told = {"site": site.id, "page": page_of(writing, thread), "confirm": confirm, "never": never}
    return Draft(one.email, f"[{site.id}] Do you want to be told of new comments?", "subscription", told)
