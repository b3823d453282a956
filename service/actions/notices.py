"""Who is to be told when a comment's status changes: rows for the outbox, part of the unit of work of that change.

Ids only; what the letters say is found out when they are sent. Where nobody is to be told, nothing is added.
"""

from service.actions.resources import Resources
from service.domain.comment import Comment
from service.domain.site import Policy, Site
from service.storage import outbox
from service.storage.database import Statement

HELD, PUBLISHED, DECIDED = "held", "published", "decided"
_PERIODS_MS = {"hour": 3_600_000, "day": 86_400_000}


async def of_change(res: Resources, site: Site, after: Comment, before: Comment | None) -> list[Statement]:
    """What to queue when a comment becomes what it is `after`; None: it is new."""
    if after.status == "approved":
        kinds = [PUBLISHED] if _is_news(before) and await _is_awaited(res, site, after) else []
        return _queue(res, after, [*kinds, *await _decided(res, after, before)])
    if after.status == "pending" and (before is None or _is_edited(after, before)):
        return of_held(res, site, after)
    return _queue(res, after, await _decided(res, after, before)) if after.status == "rejected" else []


def _is_news(before: Comment | None) -> bool:
    """Has nobody been told of it before? What a moderator restores, or readers saw already, is no news."""
    return before is None or not (before.is_public or before.status == "removed")


def _is_edited(after: Comment, before: Comment) -> bool:
    """Does it wait for its new text? What a moderator puts back to waiting he knows of."""
    return before.status != "pending" and after.text != before.text


def of_held(res: Resources, site: Site, comment: Comment) -> list[Statement]:
    """What to queue when something in a comment begins to wait for a moderator."""
    if not site.policy.moderation_mail:
        return []
    due = _due(site.policy, res.now_ms())
    return [outbox.adding(outbox.Event(res.ids.new(), site.id, HELD, comment.id, res.now_ms(), due))]


def _due(policy: Policy, now_ms: int) -> int:
    """At once, or at the end of the hour or day (UTC): what is due together goes into one letter."""
    period = _PERIODS_MS.get(policy.moderation_mail_every)
    return now_ms if period is None else (now_ms // period + 1) * period


def _queue(res: Resources, comment: Comment, kinds: list[str]) -> list[Statement]:
    now = res.now_ms()
    status = f'"{comment.status}"'  # as JSON: what is told has to be true still when it is sent
    return [
        outbox.adding(
            outbox.Event(
                res.ids.new(), comment.site_id, kind, comment.id, now, now, status if kind == DECIDED else None
            )
        )
        for kind in kinds
    ]


async def _is_awaited(res: Resources, site: Site, comment: Comment) -> bool:
    return bool(site.policy.comment_mail) or await res.cache.is_followed(site.id, comment.thread_id)


async def _decided(res: Resources, after: Comment, before: Comment | None) -> list[str]:
    """A member with an address learns what became of a comment that waited; to him one in spam waited, too."""
    if before is None or before.status not in ("pending", "spam") or after.author.id is None:
        return []
    author = await res.cache.member(after.site_id, after.author.id)
    return [DECIDED] if author is not None and author.email is not None else []
