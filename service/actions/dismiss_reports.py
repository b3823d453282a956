"""Closes the open reports of a comment that stays as it is. Decisions close them by themselves: decide_comments.py."""

from service.actions.changes import Change, Changed
from service.actions.resources import Resources
from service.domain.comment import Comment
from service.domain.errors import NotFound
from service.domain.member import Member
from service.domain.moderation import Decision
from service.storage import comments, decisions, reports


async def dismiss_reports(res: Resources, actor: Member, comment_id: str) -> Decision:
    """Dismisses all open reports of a comment, for the log to tell. Raises NotFound; NotAllowedNow if none is open."""
    comment = await comments.find(res.db, actor.site_id, comment_id)
    if comment is None:
        raise NotFound
    labels = await decisions.labels(res.db, actor.site_id, [comment_id])
    label = labels.get(comment_id)
    decision = Decision(
        id=res.ids.new(),
        decision_id=res.ids.new(),
        site_id=actor.site_id,
        comment_id=comment_id,
        thread_id=comment.thread_id,
        actor_id=actor.id,
        actor_name=actor.name,
        action="dismiss",
        from_status=comment.status,
        to_status=comment.status,
        from_label=label,
        to_label=label,
        reason=None,
        version=comment.version,
        undoes=None,
        created_at=res.now_ms(),
    )
    closing = reports.dismissing(actor.site_id, comment_id, decision.created_at)
    await res.db.write([*closing, decisions.adding(decision)])
    _tell(res, comment)
    return decision


def _tell(res: Resources, comment: Comment) -> None:
    changed = Changed(comment.id, comment.status, comment.version)
    res.changes.announce(Change(comment.site_id, comment.thread_id, changed, seen=False))
