"""Which published comments are picked for a look, so that spam which nobody held can be measured. Pure."""

from hashlib import blake2b
from typing import Literal

AuditOutcome = Literal["ham", "spam", "other", "gone"]
_WHOLE = 1 << 64


def is_drawn(comment_id: str, share: float) -> bool:
    """Is this one of the share? By its id, which is ours and half chance: nobody can choose not to be picked."""
    if share <= 0.0:
        return False
    digest = blake2b(comment_id.encode(), digest_size=8, person=b"audit").digest()
    return int.from_bytes(digest, "big") < share * _WHOLE


def outcome_of(action: str, to_status: str) -> AuditOutcome:
    """What a decision about a picked comment says of it."""
    if action == "mark_spam" or to_status == "spam":
        return "spam"
    return "ham" if to_status == "approved" else "other"
