"""Is the model in service still what it was when it came? Figures over the newest comments, and alarms in words."""

from collections.abc import Sequence
from math import log

import msgspec

from service.domain.intervals import Share, share_of

DRIFT_ALARM = 0.25  # a population stability index above this is by convention a shift that matters
_DRIFT_BINS = (0.01, 0.03, 0.1, 0.3, 0.5, 0.7, 0.9)
_ENOUGH = 100  # comments, for an alarm about drift or the held share
_ENOUGH_DECISIONS = 30
_HELD_ALARM = 0.5  # half of all comments wait: the queue does the model's work
_REVERSAL_ALARM = 0.3
_CALIBRATION_ALARM = 0.15


class Watch(msgspec.Struct, frozen=True):
    """What was found. `drift`: a population stability index of the scores, None without enough of them."""

    comments: int
    drift: float | None
    held: Share  # of the newest comments, those scored where the site holds
    reversed: Share  # of the newest decisions about what the model published or took for spam, those against it
    calibration_error: float | None
    missed_spam: Share  # of the published comments picked at random and looked at
    alarms: tuple[str, ...]


class Seen(msgspec.Struct, frozen=True):
    """What a watch looks at, the newest of each."""

    scores: Sequence[float]
    reference: Sequence[float]  # scores of the comments before those
    held: int
    comments: int
    overturned: int
    decisions: int
    calibration_error: float | None
    audited_spam: int
    audited: int
    unsure: str | None  # why comments are not scored by the model that should, in words


def watch(seen: Seen) -> Watch:
    """The figures and, in words, what somebody should look at."""
    drift = stability(seen.reference, seen.scores)
    held = share_of(seen.held, seen.comments)
    overturned = share_of(seen.overturned, seen.decisions)
    missed = share_of(seen.audited_spam, seen.audited)
    alarms = [
        seen.unsure,
        _drift_alarm(drift),
        _held_alarm(held),
        _reversal_alarm(overturned),
        _calibration_alarm(seen.calibration_error, seen.decisions),
    ]
    told = tuple(alarm for alarm in alarms if alarm is not None)
    return Watch(seen.comments, drift, held, overturned, seen.calibration_error, missed, told)


def stability(before: Sequence[float], now: Sequence[float]) -> float | None:
    """Population stability index of two sets of scores; a little in each range keeps it finite."""
    if len(before) < _ENOUGH or len(now) < _ENOUGH:
        return None
    pairs = zip(_shares(before), _shares(now), strict=True)
    return round(sum((b - a) * log(b / a) for a, b in pairs), 4)


def _shares(scores: Sequence[float]) -> list[float]:
    counts = [0.005 * len(scores)] * (len(_DRIFT_BINS) + 1)
    for score in scores:
        counts[sum(score >= edge for edge in _DRIFT_BINS)] += 1
    return [count / sum(counts) for count in counts]


def _drift_alarm(drift: float | None) -> str | None:
    if drift is None or drift <= DRIFT_ALARM:
        return None
    return f"Scores are not spread as they were (stability index {drift:.2f}, above {DRIFT_ALARM}): see what comes in."


def _held_alarm(held: Share) -> str | None:
    if held.of < _ENOUGH or held.low <= _HELD_ALARM:
        return None
    return f"{held.count} of the last {held.of} comments are scored to be held: more than half waits for a person."


def _reversal_alarm(overturned: Share) -> str | None:
    if overturned.of < _ENOUGH_DECISIONS or overturned.low <= _REVERSAL_ALARM:
        return None
    return (
        f"{overturned.count} of the last {overturned.of} decisions went against the model's verdict: retrain it, or"
        " look at hold_at and spam_at."
    )


def _calibration_alarm(error: float | None, decisions: int) -> str | None:
    if error is None or decisions < _ENOUGH_DECISIONS or error <= _CALIBRATION_ALARM:
        return None
    return f"Scores are {error:.2f} off on average: of those said to be spam with 0.9, not nine in ten are."
