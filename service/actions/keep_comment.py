"""A comment stays as it was looked at, and the log tells why. For pass_audit.py and dismiss_reports.py."""

from collections.abc import Callable, Sequence
from typing import Literal

from service.actions.changes import Change, Changed
from service.actions.decide_comments import stale
from service.actions.resources import Resources
from service.domain.comment import Comment
from service.domain.errors import NotFound, StaleDecision
from service.domain.member import Member
from service.domain.moderation import Decision, Label
from service.storage import comments, decisions
from service.storage.database import Statement

KeptAs = Literal["audit", "dismiss"]
With = Callable[[Decision], Sequence[Statement]]  # the statements that go into one unit with this decision


def nothing(_: Decision) -> Sequence[Statement]:
    """For calls whose answer need not be kept."""
    return ()


async def keep_comment(
    res: Resources,
    actor: Member,
    action: KeptAs,
    comment_id: str,
    version: int | None,
    closing: With,
) -> Decision:
    """Logs it together with what it closes; `closing` keeps the answer, too.

    `version`: the one that the moderator saw; None: as it is now. Raises NotFound, StaleDecision and what `closing`
    refuses.
    """
    seen = await comments.find(res.db, actor.site_id, comment_id)
    if seen is None:
        raise NotFound
    if version is not None and version != seen.version:
        raise await stale(res, actor.site_id, comment_id)
    label = (await decisions.labels(res.db, actor.site_id, [comment_id])).get(comment_id)
    decision = _decision(res, actor, action, seen, label)
    taught = [decisions.labelling(decision)] if decision.to_label != label else []
    try:
        await res.db.write([comments.unchanged(seen), *closing(decision), decisions.adding(decision), *taught])
    except StaleDecision:
        raise await stale(res, actor.site_id, comment_id) from None
    changed = Changed(seen.id, seen.status, seen.version)
    res.changes.announce(Change(seen.site_id, seen.thread_id, changed, seen=False))
    return decision


def _decision(res: Resources, actor: Member, action: KeptAs, seen: Comment, label: Label | None) -> Decision:
    return Decision(
        id=res.ids.new(),
        decision_id=res.ids.new(),
        site_id=actor.site_id,
        comment_id=seen.id,
        thread_id=seen.thread_id,
        actor_id=actor.id,
        actor_name=actor.name,
        action=action,
        from_status=seen.status,
        to_status=seen.status,
        from_label=label,
        to_label=label or "ham" if action == "audit" else label,
        reason=None,
        version=seen.version,
        undoes=None,
        created_at=res.now_ms(),
    )
