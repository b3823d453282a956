"""From the flat list of a thread to replies under what they answer. Pure; how it looks is for the template."""

from collections.abc import Sequence
from typing import NamedTuple

from service.domain.comment import Comment

DEEPEST = 3


class Entry(NamedTuple):
    """A comment in its place: how far it is indented, and the comment that it answers, if that is on this page."""

    comment: Comment
    depth: int
    answers: Comment | None


def nested(comments: Sequence[Comment]) -> list[Entry]:
    """Each comment followed by the replies to it, otherwise in the order given; at most three levels deep."""
    known = {one.id: one for one in comments}
    replies: dict[str | None, list[Comment]] = {}
    for one in comments:
        replies.setdefault(one.parent_id if one.parent_id in known else None, []).append(one)
    entries, waiting = [], [(one, 0) for one in reversed(replies.get(None, []))]
    while waiting:  # not by recursion: a chain of replies may be as long as the page
        one, depth = waiting.pop()
        entries.append(Entry(one, depth, known.get(one.parent_id or "")))
        deeper = min(depth + 1, DEEPEST)
        waiting.extend((reply, deeper) for reply in reversed(replies.get(one.id, [])))
    return entries
