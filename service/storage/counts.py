"""Every number that counts comments, moved together when one changes: the tabs, the author's record, the thread."""

from service.domain.comment import Comment, Status
from service.storage import members, sites, threads
from service.storage.database import Statement


def moving(before: Comment, after: Comment) -> list[Statement]:
    """What keeps all numbers right when a comment goes from one state to another."""
    moved: list[Statement] = []
    if before.status != after.status:
        moved += [
            sites.counting(before.site_id, before.status, -1),
            sites.counting(before.site_id, after.status, 1),
        ]
    if _recorded(before) != _recorded(after):
        moved += members.recording(before.author.id, _recorded(before), -1)
        moved += members.recording(before.author.id, _recorded(after), 1)
    if before.is_public != after.is_public:
        moved.append(threads.counting(before.thread_id, 1 if after.is_public else -1))
    return moved


def _recorded(comment: Comment) -> Status:
    """The status by which a comment counts in its author's record: as the public sees it."""
    return "approved" if comment.is_public else comment.status
