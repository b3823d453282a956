"""What a policy would have made of comments that are there already, and what moderators have made of those since.

Pure sums over evidence; gathering it is not here (actions/preview_policy.py).
"""

from collections import Counter
from collections.abc import Sequence
from typing import Literal, TypeVar

import msgspec

from service.domain.comment import Reason, Status, VerdictWord
from service.domain.verdict import REFUSALS, Evidence, judge

Foreseen = Literal["approved", "pending", "spam", "refused"]
FORESEEN: tuple[Foreseen, ...] = ("approved", "pending", "spam", "refused")
_WAS: dict[VerdictWord, Foreseen] = {"ham": "approved", "unsure": "pending", "spam": "spam"}
_EXAMPLES = 20
T = TypeVar("T")


class Past(msgspec.Struct, frozen=True):
    """A comment as it was judged when it came, what is known of it as evidence, and how it stands now."""

    id: str
    thread: str  # the page's key
    verdict: VerdictWord
    status: Status
    decided: bool  # has a moderator, or its author, decided about it since?
    evidence: Evidence  # under the policy that is tried


class Example(msgspec.Struct, frozen=True):
    """One comment that would have fared otherwise, with the reasons, the deciding one first."""

    id: str
    thread: str
    was: Foreseen
    would: Foreseen
    status: Status
    reasons: tuple[Reason, ...]


class Hindsight(msgspec.Struct, frozen=True):
    """What came of these comments and what would have come of them; no count stands for none."""

    considered: int
    was: dict[Foreseen, int]
    would: dict[Foreseen, int]
    changes: dict[Foreseen, dict[Foreseen, int]]  # from what it was to what it would have been, where these differ
    decided: dict[Foreseen, dict[Status, int]]  # by what would have been: what people have made of those since
    examples: tuple[Example, ...]


def in_hindsight(comments: Sequence[Past]) -> Hindsight:
    """The sums over these comments, newest first."""
    each = [_one(past) for past in comments]
    changed = [one for one in each if one.was != one.would]
    decided = [(one.would, one.status) for one, past in zip(each, comments, strict=True) if past.decided]
    return Hindsight(
        considered=len(each),
        was=_counts([one.was for one in each]),
        would=_counts([one.would for one in each]),
        changes=_nested([(one.was, one.would) for one in changed]),
        decided=_nested(decided),
        examples=tuple(changed[:_EXAMPLES]),
    )


def _one(past: Past) -> Example:
    would, reasons = _foresee(past.evidence)
    return Example(past.id, past.thread, _WAS[past.verdict], would, past.status, reasons)


def _foresee(evidence: Evidence) -> tuple[Foreseen, tuple[Reason, ...]]:
    refused = tuple(finding.reason for check in REFUSALS if (finding := check(evidence)) is not None)
    if refused:
        return "refused", refused
    verdict = judge(evidence)
    assert verdict.status in FORESEEN
    return verdict.status, verdict.reasons


def _counts(outcomes: Sequence[Foreseen]) -> dict[Foreseen, int]:
    return {one: outcomes.count(one) for one in FORESEEN}


def _nested(pairs: Sequence[tuple[Foreseen, T]]) -> dict[Foreseen, dict[T, int]]:
    """How often each pair stands there, by its first and then its second."""
    counts: dict[Foreseen, dict[T, int]] = {}
    for (outer, inner), times in Counter(pairs).items():
        counts.setdefault(outer, {})[inner] = times
    return counts
