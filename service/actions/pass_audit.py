"""Says of a comment that was picked for a look that it is right: it stays, and teaches ham. Decisions close samples by
themselves: decide_comments.py.
"""

from service.actions.keep_comment import With, keep_comment, nothing
from service.actions.resources import Resources
from service.domain.member import Member
from service.domain.moderation import Decision
from service.storage import audits
from service.storage.database import Statement


async def pass_audit(
    res: Resources, actor: Member, comment_id: str, version: int | None = None, keep: With = nothing
) -> Decision:
    """Closes a sample, for the log to tell. `version`: the one that was looked at.

    Raises NotFound; KeyTaken; StaleDecision; NotAllowedNow where none of this comment waits.
    """

    def closing(decision: Decision) -> list[Statement]:
        return [*audits.passing(actor.site_id, comment_id, decision.created_at), *keep(decision)]

    return await keep_comment(res, actor, "audit", comment_id, version, closing)
