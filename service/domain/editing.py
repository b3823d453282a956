"""Who may edit a comment and when, and what an edit makes of its status. The verdict on the text is verdict.py's."""

from service.domain.comment import Comment, Status
from service.domain.errors import EditWindowOver, NotAllowedNow

_EDITABLE: tuple[Status, ...] = ("pending", "approved", "spam")


def check_editable(comment: Comment, by_moderator: bool, window_s: int, now_ms: int) -> None:
    """Raises NotAllowedNow for what was rejected or removed, EditWindowOver for authors who come too late."""
    if comment.status not in _EDITABLE:
        raise NotAllowedNow("This comment was taken down; it cannot be edited.")
    if not by_moderator:
        check_in_time(comment, window_s, now_ms)


def check_in_time(comment: Comment, window_s: int, now_ms: int) -> None:
    """Raises EditWindowOver for an author who comes too late to edit or delete his comment."""
    if not in_time(comment, window_s, now_ms):
        raise EditWindowOver


def in_time(comment: Comment, window_s: int, now_ms: int) -> bool:
    """May an author still edit or delete this comment?"""
    return now_ms - comment.created_at <= window_s * 1000


def edited_status(comment: Comment, verdict: Status, by_moderator: bool) -> Status:
    """The status after an edit whose text got this verdict.

    What waits for a moderator is never published by editing it, and never leaves the spam for the queue. An edit of a
    published comment that does not pass is pending, however bad: what it would replace stays public meanwhile.
    """
    if by_moderator or (comment.status == "approved" and verdict == "approved"):
        return "approved"
    if comment.status == "spam" or (verdict == "spam" and not comment.is_public):
        return "spam"
    return "pending"
