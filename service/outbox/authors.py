"""Letters to authors: what became of a comment that waited for a moderator."""

from collections.abc import Sequence

import msgspec

from service.actions.letter_links import stopping_link
from service.domain.capability import LETTERS, address_hash
from service.domain.comment import Comment
from service.domain.member import Member
from service.outbox.kinds import Draft, Writing, page_of
from service.outbox.rendering import disarmed, shortened
from service.storage import comments, decisions, members, subscriptions, threads
from service.storage.outbox import Event

_LONGEST = 500


async def compose_decided(writing: Writing, recipient: str, events: Sequence[Event]) -> Draft | None:
    """The decision, if it still stands. A rejected text is not mailed, not even to its author."""
    res, site = writing.res, writing.site
    comment = await comments.find(res.db, site.id, events[0].about_id)
    if comment is None or comment.status != _status(events[0]) or comment.author.id is None:
        return None
    author = await members.find(res.db, site.id, comment.author.id)
    if author is None or author.email is None or author.standing(res.now_ms()) in ("banned", "left"):
        return None
    if await subscriptions.is_stopped(res.db, site.id, address_hash(res.seal.key(LETTERS), author.email), "decided"):
        return None
    return await _draft(writing, comment, author, author.email)


def _status(event: Event) -> str:
    """The status that the author was to be told of."""
    return msgspec.json.decode(event.detail, type=str) if event.detail is not None else ""


async def _draft(writing: Writing, comment: Comment, author: Member, to: str) -> Draft | None:
    res, site = writing.res, writing.site
    thread = (await threads.many(res.db, site.id, [comment.thread_id])).get(comment.thread_id)
    if thread is None:
        return None
    approved = comment.status == "approved"
    end = writing.public_url + stopping_link(res, site.id, to, "decided")
    told = {
        "site": site.id,
        "name": author.name,
        "approved": approved,
        "at": comment.created_at,
        "page": page_of(writing, thread, comment.id if approved else None),
        "text": disarmed(shortened(comment.text, _LONGEST)) if approved else None,
        "reason": None if approved else await _reason(writing, comment),
        "end": end,
    }
    became = "is published" if approved else "was not published"
    return Draft(to, f"[{site.id}] Your comment {became}", "decided", told, end)


async def _reason(writing: Writing, comment: Comment) -> str | None:
    """What the moderator wrote when he rejected it."""
    past = await decisions.history(writing.res.db, writing.site.id, comment.id)
    reason = next((one.reason for one in reversed(past) if one.to_status == "rejected"), None)
    return disarmed(reason) if reason else None
