"""When to try again. Pure."""

from hashlib import blake2b

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
_FIRST_MS, _MOST_MS, _TIMES = MINUTE_MS, 6 * HOUR_MS, 3
GIVEN_UP_MS = 72 * HOUR_MS  # after the event
_TWIST = 0.2


def wait_ms(row_id: str, attempts: int) -> int:
    """How long to wait after so many attempts: 1, 3, 9 minutes, ... 6 hours, a fifth more or less.

    The twist comes from the row's id, so that what failed together is not tried again all at one moment.
    """
    plain = min(_FIRST_MS * _TIMES ** min(attempts - 1, 10), _MOST_MS)
    return int(plain * (1 + _TWIST * (2 * fraction(f"{row_id}:{attempts}") - 1)))


def fraction(text: str) -> float:
    """A number from 0 to 1, always the same for the same text."""
    return int.from_bytes(blake2b(text.encode(), digest_size=4).digest(), "big") / 2**32
