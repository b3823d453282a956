"""Closes the open reports of a comment that stays as it is. Decisions close them by themselves: decide_comments.py."""

from service.actions.keep_comment import With, keep_comment, nothing
from service.actions.resources import Resources
from service.domain.member import Member
from service.domain.moderation import Decision
from service.storage import reports
from service.storage.database import Statement


async def dismiss_reports(
    res: Resources, actor: Member, comment_id: str, version: int | None = None, keep: With = nothing
) -> Decision:
    """Dismisses all open reports of a comment, for the log to tell. `version`: the one that was looked at.

    Raises NotFound; KeyTaken; StaleDecision; NotAllowedNow if none is open.
    """

    def closing(decision: Decision) -> list[Statement]:
        return [*reports.dismissing(actor.site_id, comment_id, decision.created_at), *keep(decision)]

    return await keep_comment(res, actor, "dismiss", comment_id, version, closing)
