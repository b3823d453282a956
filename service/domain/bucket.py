"""A token bucket: so many in a window, refilled evenly. Pure: the time is passed in."""

from math import ceil
from typing import NamedTuple

import msgspec

_ROUNDING = 1e-6  # what adding up parts of seconds may cost


class Rate(NamedTuple):
    """At most `limit` in `window_s` seconds."""

    limit: int
    window_s: int


class Bucket(msgspec.Struct):
    """How much is left of a rate for one key. Times are milliseconds."""

    left: float
    at_ms: int

    def refill(self, rate: Rate, now_ms: int) -> None:
        """Gives back what the time since has earned."""
        earned = max(now_ms - self.at_ms, 0) * rate.limit / (rate.window_s * 1000)
        self.left = min(self.left + earned, rate.limit)
        self.at_ms = now_ms

    def spend_elsewhere(self, rate: Rate, amount: int, at_ms: int) -> None:
        """Takes what another process let pass at that moment; no more than there is."""
        if at_ms > self.at_ms:
            self.refill(rate, at_ms)
        self.left = min(max(self.left - amount, 0.0), rate.limit)

    def wait_s(self, rate: Rate) -> int:
        """Seconds until one more is allowed, at least 1; 0 if one is allowed now."""
        missing = 1 - self.left
        if missing < _ROUNDING:
            return 0
        return max(1, ceil(missing * rate.window_s / rate.limit - _ROUNDING))
