"""From labelled rows to a model with calibration, thresholds and metrics: everything `training` can do, in order.

No files: reading rows is in `labelled`, writing the model in `artefact`, the words about it in `card`.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.spam import calibrating, evaluation, training
from service.spam.calibrating import Scored
from service.spam.linear import Linear, probabilities
from service.spam.training import Prepared, Progress, Recipe, Row

HOLD_SHARE = 0.005  # of the honest comments of places that the model never saw may be held
SPAM_SHARE = 0.0005  # of them may be put aside as spam
NO_COMMENTS = frozenset({"sms", "spamassassin", "telegram", training.SYNTHETIC})  # trained on, but set no threshold
_MOST_SOURCES = 12  # to leave out one by one; more are not worth the time

Floats = NDArray[np.float64]
Names = NDArray[np.str_]


class Built(NamedTuple):
    """A trained model and what is known about it. Metrics as `evaluation.measure` names them."""

    weights: Linear
    hold_at: float
    spam_at: float
    rows: list[Row]  # those that were trained on
    unseen_rows: dict[str, float]  # on rows that the model had not seen, of sources that it had
    unseen_sources: dict[str, dict[str, float]]  # on sources that it had not seen
    calibrations: dict[str, tuple[float, float]]  # log-loss of each way to calibrate, on other folds and other sources


def build(rows: Sequence[Row], recipe: Recipe, progress: Progress) -> Built:
    """Train, calibrate, set thresholds. Raises TooFewRows. The same rows in the same order give the same bits."""
    training.check(rows, recipe)
    chosen = training.choose(rows, recipe)
    progress(f"reading the features of {len(chosen)} comments")
    data = training.prepare(chosen, recipe)
    unseen = training.unseen_margins(data, recipe, progress)
    progress("training on all rows")
    weights = training.learn(data, recipe)
    real = _real(chosen, data)
    slope, offset = calibrating.platt(unseen[real], data.spam[real], data.weights[real])
    weights = weights._replace(slope=slope, offset=offset)
    return _judged(weights, chosen, data, unseen, _strangers(data, chosen, recipe, progress))


def _real(rows: Sequence[Row], data: Prepared) -> NDArray[np.bool_]:
    """Rows that people wrote; all, if ours alone have one of the labels."""
    real = np.array([row.source != training.SYNTHETIC for row in rows])
    return real if len(np.unique(data.spam[real])) == 2 else np.ones(len(rows), bool)


def _strangers(data: Prepared, rows: list[Row], recipe: Recipe, progress: Progress) -> dict[str, Floats]:
    """Log-odds of each source from a model that never saw it; none where there is one source, or a crowd of them."""
    sources = [row.source for row in rows]
    names = sorted(set(sources) - {training.SYNTHETIC})
    if not 1 < len(names) <= _MOST_SOURCES:
        return {}
    return evaluation.leave_one_out(data, sources, recipe, progress, names)


def _judged(weights: Linear, rows: list[Row], data: Prepared, unseen: Floats, strangers: dict[str, Floats]) -> Built:
    sources = np.array([row.source for row in rows])
    harder = unseen.copy()
    for name, found in strangers.items():
        harder[sources == name] = found
    scores = probabilities(weights, harder)
    apart = {name: evaluation.measure(data.spam[sources == name], scores[sources == name]) for name in strangers}
    hold_at, spam_at = _thresholds(scores, data, sources)
    real = _real(rows, data)
    seen = evaluation.measure(data.spam[real], probabilities(weights, unseen)[real])
    lengths = np.array([len(row.sample.text) for row in rows])
    known = Scored(unseen, data.spam, data.weights, lengths, sources).of(real)
    stranger = known._replace(margins=harder[real]).of(np.isin(known.sources, list(strangers)))
    return Built(weights, hold_at, spam_at, rows, seen, apart, calibrating.compare(known, data.folds[real], stranger))


def _thresholds(scores: Floats, data: Prepared, sources: Names) -> tuple[float, float]:
    """Scores that few honest comments reach, of all places together. Sources that are no comments do not count.

    A threshold for the hardest single place would hang on two or three of its comments.
    """
    honest = ~data.spam
    if (comments := honest & ~np.isin(sources, list(NO_COMMENTS))).any():
        honest = comments
    ham, weights = scores[honest], data.weights[honest]
    hold_at = training.threshold(ham, weights, HOLD_SHARE)
    return hold_at, max(hold_at, training.threshold(ham, weights, SPAM_SHARE))
