"""A report: a reader's complaint about a published comment. It hides nothing by itself."""

import msgspec

from service.domain.errors import Fault, Invalid

MAX_REASON = 500  # code points


class Report(msgspec.Struct, frozen=True):
    """What a reader complained of. The times are milliseconds UTC."""

    id: str
    comment_id: str
    reason: str
    created_at: int
    reporter_id: str | None  # None: a visitor, or a member whose data was erased
    reporter_name: str | None


def check_reason(reason: str) -> str:
    """The reason without spaces around it. Raises Invalid for an empty, an overlong or an unreadable one."""
    reason = reason.strip()
    if not 1 <= len(reason) <= MAX_REASON or "\x00" in reason:
        raise Invalid([Fault("/reason", f"Say what is wrong with the comment, in 1 to {MAX_REASON} characters.")])
    return reason
