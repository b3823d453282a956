"""From labels to an adapted model: near-duplicates, whom not to believe, what each label is worth, the fit. No I/O.

Only the process that trains imports this: it brings scikit-learn.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec

from service.domain.learning import Distrust, Taught, Voice, contradicted, distrust, weights
from service.spam.adapting import Adapted, Label, adapt
from service.spam.facts import Sample
from service.spam.model import Model
from service.storage.labels import LabelRow

_LOOKED_INTO = 5  # moderators, those who gave most
_FEWEST = 5  # labels of a moderator, before he is looked into
_MOST_OTHERS = 3_000  # labels of the others that he is measured by
_CURVE = (20, 50, 100, 200, 500, 1_000)
_CURVE_AHEAD = 500

Tell = Callable[[str, float], None]


class Fitted(NamedTuple):
    """An adapted model and what it was made of; `taught`, `unseen` and the rows are in one order."""

    adapted: Adapted
    taught: list[Taught]
    weights: list[float]
    unseen: list[float]
    distrusted: list[Distrust]


class CurvePoint(msgspec.Struct, frozen=True):
    """What a model of the first so many labels says of those that came next."""

    labels: int
    tested: int
    caught: float | None  # of the spam, at or above one half
    held_ham: float | None


def sample_of(row: LabelRow) -> Sample:
    """What was submitted, to be scored."""
    return Sample(row.text, row.author_name, row.author_url)


def fit(base: Model, rows: Sequence[LabelRow], clusters: Sequence[int], now_ms: int, tell: Tell) -> Fitted:
    """Fits a model to all of these labels, after it has been found out whose are not to be believed."""
    taught = [msgspec.structs.replace(row.label, cluster=c) for row, c in zip(rows, clusters, strict=True)]
    samples = [sample_of(row) for row in rows]
    tell("looking for labels that contradict the others", 0.15)
    distrusted = distrust(_voices(base, taught, samples))
    worth = weights(taught, frozenset(one.moderator for one in distrusted), now_ms)
    tell(f"fitting the model to {len(taught)} labels", 0.35)
    adapted = adapt(base, _labels(taught, samples, worth))
    return Fitted(adapted, taught, worth, [float(score) for score in adapted.unseen], distrusted)


def _labels(taught: Sequence[Taught], samples: Sequence[Sample], worth: Sequence[float]) -> list[Label]:
    return [
        Label(sample, one.label == "spam", weight, str(one.cluster))
        for one, sample, weight in zip(taught, samples, worth, strict=True)
    ]


def _voices(base: Model, taught: Sequence[Taught], samples: Sequence[Sample]) -> list[Voice]:
    """Of those who gave most: how often their labels are contradicted by a model fitted to those of all others."""
    counts = Counter(one.moderator for one in taught if one.moderator is not None)
    if len(counts) < 2:
        return []
    most = [moderator for moderator, count in counts.most_common(_LOOKED_INTO) if count >= _FEWEST]
    return [_voice(base, taught, samples, moderator) for moderator in most]


def _voice(base: Model, taught: Sequence[Taught], samples: Sequence[Sample], moderator: str) -> Voice:
    mine = [i for i, one in enumerate(taught) if one.moderator == moderator]
    others = [i for i, one in enumerate(taught) if one.moderator != moderator][:_MOST_OTHERS]
    theirs = [taught[i] for i in others]
    without = adapt(base, _labels(theirs, [samples[i] for i in others], [1.0] * len(others)))
    scores = without.model.score([samples[i] for i in mine])
    return Voice(
        moderator,
        contradicted([taught[i].label for i in mine], scores),
        len(mine),
        contradicted([one.label for one in theirs], [float(score) for score in without.unseen]),
        len(others),
    )


def learning_curve(base: Model, rows: Sequence[LabelRow], clusters: Sequence[int]) -> list[CurvePoint]:
    """How good a model of the oldest labels is on the ones that came after, for more and more of them.

    `rows` newest first.
    """
    oldest, groups = list(reversed(rows)), list(reversed(clusters))
    points = []
    for size in _CURVE:
        ahead = range(size, min(size + _CURVE_AHEAD, len(oldest)))
        known = set(groups[:size])
        tested = [oldest[i] for i in ahead if groups[i] not in known]  # what is only repeated shows nothing
        if tested:
            taught, samples = [row.label for row in oldest[:size]], [sample_of(row) for row in oldest[:size]]
            model = adapt(base, _labels_in(taught, samples, groups)).model
            points.append(_point(size, tested, model.score([sample_of(row) for row in tested])))
    return points


def _labels_in(taught: Sequence[Taught], samples: Sequence[Sample], groups: Sequence[int]) -> list[Label]:
    grouped = [msgspec.structs.replace(one, cluster=group) for one, group in zip(taught, groups, strict=False)]
    return _labels(grouped, samples, [1.0] * len(grouped))


def _point(size: int, tested: Sequence[LabelRow], scores: Sequence[float]) -> CurvePoint:
    spam = [score for row, score in zip(tested, scores, strict=True) if row.label.label == "spam"]
    ham = [score for row, score in zip(tested, scores, strict=True) if row.label.label == "ham"]
    return CurvePoint(size, len(tested), _above_half(spam), _above_half(ham))


def _above_half(scores: Sequence[float]) -> float | None:
    return round(sum(score >= 0.5 for score in scores) / len(scores), 4) if scores else None
