"""Letters to moderators: comments that wait, each with links to a page that asks what is to be done."""

from collections.abc import Sequence
from typing import NamedTuple

from service.actions.letter_links import deciding_link
from service.domain.capability import LETTERS, address_hash
from service.domain.comment import Comment
from service.domain.member import Member
from service.domain.thread import Thread
from service.outbox.kinds import MOST_SHOWN, Draft, Page, Spread, Writing, page_of
from service.outbox.mail import one_line
from service.outbox.rendering import counted, disarmed, shortened
from service.storage import comments, members, sites, threads
from service.storage.outbox import Event

_LONGEST = 1_500


class Waiting(NamedTuple):
    """A comment that waits, as it stands in the letter: with all addresses in it broken."""

    author: str
    text: str
    at: int
    reasons: list[str]
    page: Page | None
    url: str
    edits: bool  # a text that is public: readers go on seeing that one


async def spread_held(writing: Writing, event: Event) -> Spread:
    """To every address that the owner has named."""
    return Spread(addresses(writing, writing.site.policy.moderation_mail))


def addresses(writing: Writing, named: Sequence[str]) -> list[str]:
    """Addresses of the policy as recipients: by hash, so that no address stands in the outbox."""
    return [f"address:{address_hash(writing.res.seal.key(LETTERS), one)}" for one in named]


def address_of(writing: Writing, recipient: str, named: Sequence[str]) -> str | None:
    """The address of the policy that is meant, if it is still named there."""
    return dict(zip(addresses(writing, named), named, strict=True)).get(recipient)


async def compose_held(writing: Writing, recipient: str, events: Sequence[Event]) -> Draft | None:
    """What of these comments still waits. Nothing in spam is ever mailed."""
    res, site = writing.res, writing.site
    to = address_of(writing, recipient, site.policy.moderation_mail)
    found = await comments.many(res.db, site.id, list(dict.fromkeys(one.about_id for one in events)))
    held = sorted((one for one in found.values() if one.status == "pending"), key=lambda one: one.id)
    if to is None or not held:
        return None
    pages = await threads.many(res.db, site.id, sorted({one.thread_id for one in held[:MOST_SHOWN]}))
    moderator = await _moderator(writing, to)
    shown = [_waiting(writing, one, pages.get(one.thread_id), moderator) for one in held[:MOST_SHOWN]]
    told = {
        "site": site.id,
        "shown": shown,
        "more": len(held) - len(shown),
        "waiting": (await sites.status_counts(res.db, site.id)).get("pending", 0),
        "desk": f"{writing.public_url}/sites/{site.id}/desk",
        "every": site.policy.moderation_mail_every,
        "moderator": moderator.name if moderator is not None else None,
    }
    return Draft(to, _subject(site.id, len(held)), "held", told)


def _subject(site_id: str, count: int) -> str:
    """Without a word of the comments: nobody has looked at them yet."""
    return f"[{site_id}] {counted(count, 'comment')} {'waits' if count == 1 else 'wait'} for you"


async def _moderator(writing: Writing, to: str) -> Member | None:
    found = await members.find_by_email(writing.res.db, writing.site.id, to)
    return found if found is not None and found.moderates(writing.res.now_ms()) else None


def _waiting(writing: Writing, one: Comment, thread: Thread | None, moderator: Member | None) -> Waiting:
    return Waiting(
        author=disarmed(one_line(one.author.name)),
        text=disarmed(shortened(one.text, _LONGEST)),
        at=one.created_at,
        reasons=[disarmed(reason.detail) for reason in one.reasons],
        page=page_of(writing, thread) if thread is not None else None,
        url=writing.public_url + deciding_link(writing.res, one, moderator),
        edits=one.stands,
    )
