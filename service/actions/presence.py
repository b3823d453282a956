"""Which moderators are at the desk just now, and at which comment each looks. In memory, in each process by itself:
it is a courtesy; that nobody overrules a colleague unknowingly is the version guard's business."""

from collections.abc import Callable
from typing import NamedTuple

from service.domain.member import Member

STAYS_MS = 40_000  # without a word for so long, somebody has gone
_MOST = 200  # of one site


class Looker(NamedTuple):
    """A moderator, the comment that he looks at (None: at none), and when he said so (milliseconds UTC)."""

    member_id: str
    name: str
    comment_id: str | None
    at: int


class Presence:
    """Who is at the desk of which site."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._sites: dict[str, dict[str, Looker]] = {}

    def look(self, member: Member, comment_id: str | None) -> bool:
        """Notes where this moderator looks. True: that is news to the others."""
        now = self._now_ms()
        here = self._sites.setdefault(member.site_id, {})
        gone = [one for one in here.values() if now - one.at > STAYS_MS]
        for one in gone:
            del here[one.member_id]
        before = here.pop(member.id, None)  # so that the order is that of the last word
        if len(here) >= _MOST:
            del here[next(iter(here))]
        here[member.id] = Looker(member.id, member.name, comment_id, now)
        return bool(gone) or before is None or before.comment_id != comment_id

    def others(self, member: Member) -> list[Looker]:
        """Where the others of his site look."""
        return [one for one in self._sites.get(member.site_id, {}).values() if one.member_id != member.id]

    def leave(self, member: Member) -> None:
        """He says himself that he goes."""
        here = self._sites.get(member.site_id, {})
        here.pop(member.id, None)
        if not here:
            self._sites.pop(member.site_id, None)
