"""Times over HTTP: RFC 3339 in UTC with Z, milliseconds inside."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated

import msgspec

from service.domain.errors import Fault, Invalid

_LAST_MS = 253_370_764_800_000  # the year 9999: what is stored can be told again in every zone

Time = Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"}, examples=["2026-11-23T08:15:00.120Z"])]


def rfc3339(time_ms: int) -> str:
    """Milliseconds since 1970 as 2026-11-23T08:15:00.120Z."""
    return f"{_second(time_ms // 1000)}.{time_ms % 1000:03d}Z"


def rfc3339_or_none(time_ms: int | None) -> str | None:
    """The same, where there may be no time to tell."""
    return None if time_ms is None else rfc3339(time_ms)


@lru_cache(maxsize=4_096)
def _second(time_s: int) -> str:
    return datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def from_rfc3339(text: str, pointer: str) -> int:
    """A time with its offset as milliseconds since 1970. Raises Invalid."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None or "T" not in text.upper():
            raise ValueError
        time_ms = round(moment.timestamp() * 1000)
        if not 0 <= time_ms <= _LAST_MS:
            raise ValueError
        return time_ms
    except (ValueError, OverflowError):
        raise Invalid(
            [Fault(pointer, "A time as in RFC 3339 from 1970 on is needed, like 2026-11-23T08:15:00Z.")]
        ) from None
