"""A session of the widget: how long it lasts, and how long each of its tokens does. Pages have tokens of their own."""

import msgspec

_MINUTE_MS = 60_000
_DAY_MS = 86_400_000

TOKEN_MS = 15 * _MINUTE_MS
IDLE_MS = 30 * _DAY_MS  # a session that is not used for so long is over
LONGEST_MS = 180 * _DAY_MS  # and so is one that began so long ago, however much it is used


class Session(msgspec.Struct, frozen=True):
    """One signing in, on one site, from a page of one origin. Times are milliseconds UTC."""

    id: str
    site_id: str
    member_id: str
    origin: str | None
    created_at: int
    last_used_at: int
    expires_at: int
    ended_at: int | None = None

    def lives(self, now_ms: int) -> bool:
        """Is it neither ended nor over?"""
        return self.ended_at is None and now_ms < self.expires_at

    def is_for(self, origin: str | None) -> bool:
        """May a page of this origin go on with it? None: no browser says from where."""
        return None in (origin, self.origin) or origin == self.origin


def over_at(created_at: int, now_ms: int) -> int:
    """When a session that is used now will be over."""
    return min(now_ms + IDLE_MS, created_at + LONGEST_MS)
