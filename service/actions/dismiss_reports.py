"""Closes the open reports of a comment that stays as it is. Decisions close them by themselves: decide_comments.py."""

from service.actions.keep_comment import keep_comment
from service.actions.resources import Resources
from service.domain.member import Member
from service.domain.moderation import Decision
from service.storage import reports


async def dismiss_reports(res: Resources, actor: Member, comment_id: str, version: int | None = None) -> Decision:
    """Dismisses all open reports of a comment, for the log to tell. `version`: the one that was looked at.

    Raises NotFound; StaleDecision; NotAllowedNow if none is open.
    """
    return await keep_comment(
        res, actor, "dismiss", comment_id, version, lambda now: reports.dismissing(actor.site_id, comment_id, now)
    )
