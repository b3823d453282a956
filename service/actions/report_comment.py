"""Takes a reader's complaint about a published comment. It hides nothing: moderators look, and decide."""

from collections.abc import Callable
from hashlib import blake2b

from service.actions.changes import Change, Changed
from service.actions.identify import Who
from service.actions.resources import Resources
from service.actions.thread_page import one_comment
from service.domain.bucket import Rate
from service.domain.comment import Comment
from service.domain.errors import NotFound, StorageUnavailable
from service.domain.report import Report, check_reason
from service.storage import reports
from service.storage.database import Outdated, Statement

_RATE = Rate(10, 3_600)
_TRIES = 4

# Given the report that is about to be stored, the statements that keep the answer to this call.
Keep = Callable[[Report], list[Statement]]


async def report_comment(res: Resources, who: Who, comment_id: str, reason: str, keep: Keep) -> Report:
    """Stores a report; whoever has one open about this comment gets that one again.

    Raises NotFound where this reader sees no published comment, Invalid, RateLimited.
    """
    reason = check_reason(reason)
    comment = await one_comment(res, who, comment_id)
    reporter_id, reporter_key = _reporter(who, comment_id)
    for attempt in range(_TRIES):
        if not comment.is_public:
            raise NotFound
        earlier = await reports.find_open(res.db, comment_id, reporter_id, reporter_key)
        if earlier is not None:
            return earlier
        if attempt == 0:
            res.limits.spend_one("reports", who.address, _RATE)
        report = Report(res.ids.new(), comment_id, reason, res.now_ms(), reporter_id, None)
        first = not await reports.is_reported(res.db, comment_id)
        try:
            await res.db.write([*reports.adding(report, who.site.id, reporter_key, first), *keep(report)])
        except Outdated:
            comment = await one_comment(res, who, comment_id)
        else:
            _tell(res, comment)
            return report
    raise StorageUnavailable


def _reporter(who: Who, comment_id: str) -> tuple[str | None, str | None]:
    """The member's id; or for a visitor a key that is the same for this address and this comment only."""
    if who.member is not None:
        return who.member.id, None
    return None, blake2b(f"{who.address}\n{comment_id}".encode(), digest_size=16).hexdigest()


def _tell(res: Resources, comment: Comment) -> None:
    """Moderators who follow the queue learn of it, and nobody else."""
    changed = Changed(comment.id, comment.status, comment.version)
    res.changes.announce(Change(comment.site_id, comment.thread_id, changed, seen=False))
