"""Ids: text, ordered by time, made here and nowhere else. Not secret: what they name is guarded by who asks."""

from collections.abc import Callable

_RANDOM_BITS = 40
_WIDTH = 22  # hex digits: 48 bits of milliseconds and 40 of chance


class Ids:
    """Makes ids that sort in the order of their making, also when the clock goes backwards.

    The layout is that of UUID version 7 (RFC 9562, section 5.7) shortened: milliseconds first, chance after.
    """

    def __init__(self, now_ms: Callable[[], int], random_bits: Callable[[int], int]) -> None:
        self._now_ms = now_ms
        self._random_bits = random_bits
        self._last = 0

    def new(self) -> str:
        """A new id, greater than all before it."""
        value = (self._now_ms() << _RANDOM_BITS) | self._random_bits(_RANDOM_BITS)
        if value <= self._last:
            value = self._last + 1
        self._last = value
        return f"{value:022x}"


def first_id_at(time_ms: int) -> str:
    """The smallest id that can be made at this time: a lower bound for "since"."""
    return f"{max(time_ms, 0) << _RANDOM_BITS:0{_WIDTH}x}"


def made_at(made: str) -> int:
    """When an id was made (milliseconds UTC)."""
    return int(made, 16) >> _RANDOM_BITS
