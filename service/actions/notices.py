"""Who is to be told when a comment's status changes: rows for the outbox, part of the unit of work of that change.

Ids only; what the letters say is found out when they are sent. Where nobody is to be told, nothing is added.
"""

from service.actions.resources import Resources
from service.domain.comment import Comment, Status
from service.domain.site import Policy, Site
from service.storage import outbox
from service.storage.database import Statement

HELD, PUBLISHED, DECIDED = "held", "published", "decided"
_PERIODS_MS = {"hour": 3_600_000, "day": 86_400_000}


async def of_change(res: Resources, site: Site, comment: Comment, before: Status | None) -> list[Statement]:
    """What to queue when a comment goes from `before` (None: it is new) to the status it has now."""
    now = comment.status
    if now == "approved":
        kinds = [PUBLISHED] if await _is_awaited(res, site, comment) else []
        return _queue(res, comment, [*kinds, *await _decided(res, comment, before)])
    if now == "pending" and before is None:
        return of_held(res, site, comment)
    return _queue(res, comment, await _decided(res, comment, before)) if now == "rejected" else []


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


async def _decided(res: Resources, comment: Comment, before: Status | None) -> list[str]:
    """A member with an address learns what became of a comment that waited; to him one in spam waited, too."""
    if before not in ("pending", "spam") or comment.author.id is None:
        return []
    author = await res.cache.member(comment.site_id, comment.author.id)
    return [DECIDED] if author is not None and author.email is not None else []
