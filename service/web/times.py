"""Times over HTTP: RFC 3339 in UTC with Z, milliseconds inside."""

from datetime import UTC, datetime

from service.domain.errors import Fault, Invalid


def rfc3339(time_ms: int) -> str:
    """Milliseconds since 1970 as 2026-11-23T08:15:00.120Z."""
    moment = datetime.fromtimestamp(time_ms // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{time_ms % 1000:03d}Z"


def from_rfc3339(text: str, pointer: str) -> int:
    """A time with its offset as milliseconds since 1970. Raises Invalid."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None or "T" not in text.upper():
            raise ValueError
        return round(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        raise Invalid([Fault(pointer, "A time as in RFC 3339 is needed, like 2026-11-23T08:15:00Z.")]) from None
