"""Limits on attempts to sign in: fixed rates, in memory. Limits on comments are set by the operator, in limits.py.

Several processes count together by share_limits.py.
"""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from service.domain.bucket import Bucket, Rate
from service.domain.errors import RateLimited

_MOST = 50_000  # keys remembered for each limit
_HOUR_S = 3_600


class Limit(NamedTuple):
    """A rate under a name, which callers see."""

    name: str
    rate: Rate


SESSIONS = Limit("sign-in", Rate(30, 60))  # by the caller's address
CODES = Limit("sign-in-codes", Rate(30, 60))  # by the member
LINKS = Limit("sign-in-links", Rate(10, _HOUR_S))  # by the caller's address
LETTERS = Limit("sign-in-letters", Rate(5, _HOUR_S))  # by the mail address
SITE_LETTERS = Limit("site-sign-in-letters", Rate(300, _HOUR_S))  # by the site
SIGN_IN_LIMITS = {one.name for one in (SESSIONS, CODES, LINKS, LETTERS, SITE_LETTERS)}


class Spent(msgspec.Struct, frozen=True, array_like=True):
    """So much of a limit, by its key."""

    limit: str
    key: str
    rate: Rate
    amount: int


Note = Callable[[Spent], None]


def nobody(_: Spent) -> None:
    """One process counts for itself."""


class Attempts:
    """Buckets by limit and key; the oldest are forgotten when there are too many."""

    def __init__(self) -> None:
        self._buckets: dict[str, dict[str, Bucket]] = {}
        self._key: Callable[[str], str] = str
        self._note: Note = nobody

    def share(self, key: Callable[[str], str], note: Note) -> None:
        """Counts by other keys from now on, and lets whoever shares what is spent know of it."""
        self._key, self._note = key, note

    def hear(self, spent: Spent, at_ms: int) -> None:
        """Counts what another process let pass at that moment."""
        shelf = self._buckets.setdefault(spent.limit, {})
        bucket = shelf.setdefault(spent.key, Bucket(float(spent.rate.limit), at_ms))
        bucket.spend_elsewhere(spent.rate, spent.amount, at_ms)
        if len(shelf) > _MOST:
            del shelf[next(iter(shelf))]

    def spend(self, limit: Limit, key: str, now_ms: int) -> None:
        """Takes one, or raises RateLimited and takes none."""
        shelf, key = self._buckets.setdefault(limit.name, {}), self._key(key)
        bucket = shelf.setdefault(key, Bucket(float(limit.rate.limit), now_ms))
        if len(shelf) > _MOST:
            del shelf[next(iter(shelf))]
        bucket.refill(limit.rate, now_ms)
        wait_s = bucket.wait_s(limit.rate)
        if wait_s:
            raise RateLimited(limit.name, limit.rate.limit, limit.rate.window_s, wait_s)
        bucket.left -= 1
        self._note(Spent(limit.name, key, limit.rate, 1))
