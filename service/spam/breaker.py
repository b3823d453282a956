"""When to stop asking a scorer that fails: a count of failures in a row, a rest, then one try. No clock of its own."""


class Breaker:
    """Closed while all is well; open for `rest_s` seconds after `failures` in a row; then one try decides."""

    def __init__(self, failures: int, rest_s: float) -> None:
        self._most = failures
        self._rest_s = rest_s
        self._failed = 0
        self._open_until: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether requests are refused, all but the one that tries again after the rest."""
        return self._open_until is not None

    def admits(self, now: float) -> bool:
        """Whether a request may be made now; when the rest is over, one is let through in each further rest."""
        if self._open_until is None:
            return True
        if now < self._open_until:
            return False
        self._open_until = now + self._rest_s
        return True

    def succeeded(self) -> None:
        """A request was answered well: close."""
        self._failed = 0
        self._open_until = None

    def failed(self, now: float) -> None:
        """A request failed or came too late: one more in a row, and open when they are too many."""
        self._failed += 1
        if self._failed >= self._most:
            self._open_until = now + self._rest_s
