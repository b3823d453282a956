"""Says of a comment that was picked for a look that it is right: it stays, and teaches ham. Decisions close samples by
themselves: decide_comments.py.
"""

from service.actions.changes import Change, Changed
from service.actions.resources import Resources
from service.domain.errors import NotFound
from service.domain.member import Member
from service.domain.moderation import Decision
from service.storage import audits, comments, decisions


async def pass_audit(res: Resources, actor: Member, comment_id: str) -> Decision:
    """Closes a sample, for the log to tell. Raises NotFound; NotAllowedNow where none of this comment waits."""
    comment = await comments.find(res.db, actor.site_id, comment_id)
    if comment is None:
        raise NotFound
    label = (await decisions.labels(res.db, actor.site_id, [comment_id])).get(comment_id)
    decision = Decision(
        id=res.ids.new(),
        decision_id=res.ids.new(),
        site_id=actor.site_id,
        comment_id=comment_id,
        thread_id=comment.thread_id,
        actor_id=actor.id,
        actor_name=actor.name,
        action="audit",
        from_status=comment.status,
        to_status=comment.status,
        from_label=label,
        to_label=label or "ham",
        reason=None,
        version=comment.version,
        undoes=None,
        created_at=res.now_ms(),
    )
    taught = [] if label else [decisions.labelling(decision)]
    passing = audits.passing(actor.site_id, comment_id, decision.created_at)
    await res.db.write([*passing, decisions.adding(decision), *taught])
    changed = Changed(comment.id, comment.status, comment.version)
    res.changes.announce(Change(comment.site_id, comment.thread_id, changed, seen=False))
    return decision
