"""Limits on attempts to sign in: fixed rates, in memory. Limits on comments are set by the operator, in limits.py."""

from typing import NamedTuple

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


class Attempts:
    """Buckets by limit and key; the oldest are forgotten when there are too many."""

    def __init__(self) -> None:
        self._buckets: dict[str, dict[str, Bucket]] = {}

    def spend(self, limit: Limit, key: str, now_ms: int) -> None:
        """Takes one, or raises RateLimited and takes none."""
        shelf = self._buckets.setdefault(limit.name, {})
        bucket = shelf.setdefault(key, Bucket(float(limit.rate.limit), now_ms))
        if len(shelf) > _MOST:
            del shelf[next(iter(shelf))]
        bucket.refill(limit.rate, now_ms)
        wait_s = bucket.wait_s(limit.rate)
        if wait_s:
            raise RateLimited(limit.name, limit.rate.limit, limit.rate.window_s, wait_s)
        bucket.left -= 1
