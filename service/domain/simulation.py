"""What two cuts on the score would have made of comments whose outcome is known, and the figures behind it. Pure."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Literal

import msgspec

from service.domain.intervals import Share, share_of

Truth = Literal["ham", "spam"]
BINS = 20
_RELIABILITY_BINS = 10
_CURVE_POINTS = 60


class Judged(msgspec.Struct, frozen=True):
    """A comment of the site: what it is, and what a model says of it that has not seen it.

    `decided`: people said so. Else it was published and nobody objected, which counts as ham only where the share of
    honest comments is in question.
    """

    id: str
    truth: Truth
    score: float
    decided: bool


class Band(msgspec.Struct, frozen=True):
    """How many of one kind fall between two cuts, of all of that kind, and which."""

    share: Share
    ids: tuple[str, ...]  # the newest, MOST_IDS at most


class Bands(msgspec.Struct, frozen=True):
    """Where the comments of one kind would have gone."""

    published: Band
    held: Band
    spam: Band


MOST_IDS = 50


class Point(msgspec.Struct, frozen=True):
    """What holding from this score on would mean: of the held so many are spam, of the spam so much is held."""

    threshold: float
    precision: float | None  # None: nothing is held
    recall: float
    held_ham: float


class Bin(msgspec.Struct, frozen=True):
    """Comments scored in a range: what was said and what was true."""

    low: float
    high: float
    count: int
    mean_score: float | None
    spam: Share


class Histogram(msgspec.Struct, frozen=True):
    """How many of each kind were scored in each of BINS ranges of equal width."""

    edges: tuple[float, ...]
    ham: tuple[int, ...]
    spam: tuple[int, ...]
    published: tuple[int, ...]  # by nobody's decision


class Figures(msgspec.Struct, frozen=True):
    """How a model does on a site's own comments."""

    ham: int
    spam: int
    auc: float | None
    calibration_error: float | None
    curve: tuple[Point, ...]
    histogram: Histogram
    calibration: tuple[Bin, ...]


class Simulation(msgspec.Struct, frozen=True):
    """What a pair of cuts would have done. Ham and spam by people's decisions; undecided: published, untouched."""

    hold_at: float
    spam_at: float
    considered: int
    ham: Bands
    spam: Bands
    undecided: Bands


def simulate(judged: Sequence[Judged], hold_at: float, spam_at: float) -> Simulation:
    """Sorts comments, the newest first, by two cuts; `hold_at` must not be above `spam_at`."""
    kinds = (
        [one for one in judged if one.decided and one.truth == "ham"],
        [one for one in judged if one.decided and one.truth == "spam"],
        [one for one in judged if not one.decided],
    )
    return Simulation(hold_at, spam_at, len(judged), *[_bands(kind, hold_at, spam_at) for kind in kinds])


class Ladder(msgspec.Struct, frozen=True):
    """How many of each kind are scored below each of STEPS + 1 lines, the first at 0 and the last at 1."""

    ham: tuple[int, ...]
    spam: tuple[int, ...]
    undecided: tuple[int, ...]


STEPS = 200


def ladder(judged: Sequence[Judged]) -> Ladder:
    """What every line would publish, for a page that moves one without asking again."""
    kinds: dict[str, list[float]] = {"ham": [], "spam": [], "undecided": []}
    for one in judged:
        kinds[one.truth if one.decided else "undecided"].append(one.score)
    return Ladder(**{kind: _rungs(sorted(scores)) for kind, scores in kinds.items()})


def _rungs(scores: Sequence[float]) -> tuple[int, ...]:
    return tuple(bisect_left(scores, step / STEPS) for step in range(STEPS + 1))


def _bands(kind: Sequence[Judged], hold_at: float, spam_at: float) -> Bands:
    cuts = ((-1.0, hold_at), (hold_at, spam_at), (spam_at, 2.0))
    return Bands(*[_band([one.id for one in kind if low <= one.score < high], len(kind)) for low, high in cuts])


def _band(ids: Sequence[str], of: int) -> Band:
    return Band(share_of(len(ids), of), tuple(ids[:MOST_IDS]))


def figures(judged: Sequence[Judged]) -> Figures:
    """Everything that a page about a model draws."""
    decided = [one for one in judged if one.decided]
    ham = sorted(one.score for one in decided if one.truth == "ham")
    spam = sorted(one.score for one in decided if one.truth == "spam")
    bins = reliability(decided)
    return Figures(
        ham=len(ham),
        spam=len(spam),
        auc=_auc(ham, spam),
        calibration_error=calibration_error(bins),
        curve=_curve(ham, spam),
        histogram=_histogram(judged),
        calibration=bins,
    )


def _auc(ham: Sequence[float], spam: Sequence[float]) -> float | None:
    """How often spam scores above ham, ties counted half; both ascending."""
    if not ham or not spam:
        return None
    below = sum(bisect_left(ham, score) + 0.5 * _ties(ham, score) for score in spam)
    return round(below / (len(ham) * len(spam)), 4)


def _ties(ham: Sequence[float], score: float) -> int:
    first = bisect_left(ham, score)
    last = first
    while last < len(ham) and ham[last] == score:
        last += 1
    return last - first


def _curve(ham: Sequence[float], spam: Sequence[float]) -> tuple[Point, ...]:
    """At scores that occur, so many at most, the lowest first."""
    if not spam:
        return ()
    scores = sorted({*ham, *spam})
    step = max(-(-len(scores) // _CURVE_POINTS), 1)
    return tuple(_point(ham, spam, scores[i]) for i in sorted({*range(0, len(scores), step), len(scores) - 1}))


def _point(ham: Sequence[float], spam: Sequence[float], threshold: float) -> Point:
    caught, held = len(spam) - bisect_left(spam, threshold), len(ham) - bisect_left(ham, threshold)
    precision = caught / (caught + held) if caught + held else None
    return Point(threshold, precision, caught / len(spam), held / len(ham) if ham else 0.0)


def _histogram(judged: Sequence[Judged]) -> Histogram:
    kinds: dict[str, list[int]] = {"ham": [0] * BINS, "spam": [0] * BINS, "published": [0] * BINS}
    for one in judged:
        kinds[one.truth if one.decided else "published"][_bin(one.score, BINS)] += 1
    edges = tuple(i / BINS for i in range(BINS + 1))
    return Histogram(edges, tuple(kinds["ham"]), tuple(kinds["spam"]), tuple(kinds["published"]))


def _bin(score: float, bins: int) -> int:
    return min(int(score * bins), bins - 1)


def reliability(decided: Sequence[Judged]) -> tuple[Bin, ...]:
    """Ranges of equal width, each with what was said and what was true."""
    ranges: list[list[Judged]] = [[] for _ in range(_RELIABILITY_BINS)]
    for one in decided:
        ranges[_bin(one.score, _RELIABILITY_BINS)].append(one)
    return tuple(_reliability_bin(i, found) for i, found in enumerate(ranges))


def _reliability_bin(i: int, found: Sequence[Judged]) -> Bin:
    mean = sum(one.score for one in found) / len(found) if found else None
    spam = share_of(sum(one.truth == "spam" for one in found), len(found))
    return Bin(i / _RELIABILITY_BINS, (i + 1) / _RELIABILITY_BINS, len(found), mean, spam)


def calibration_error(bins: Sequence[Bin]) -> float | None:
    """How far what was said is from what was true, on average (expected calibration error)."""
    count = sum(one.count for one in bins)
    if not count:
        return None
    return round(sum(abs((b.mean_score or 0.0) - (b.spam.share or 0.0)) * b.count for b in bins) / count, 4)
