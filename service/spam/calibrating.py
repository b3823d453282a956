"""From log-odds to probabilities: Platt's two numbers, which the model has, and what else they are compared with.

Each way is fitted on some scores and judged on others. docs/model.md has the table, and why it is Platt's.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from service.spam.slicing import by_length

Floats = NDArray[np.float64]
Truth = NDArray[np.bool_]
_SURE = 1e-4  # the least that isotonic steps may say: log-loss has no mercy on a 0


class Scored(NamedTuple):
    """Log-odds of comments by a model that had not seen them, and what is known of these."""

    margins: Floats
    spam: Truth
    weights: Floats
    lengths: NDArray[np.intp]  # code points
    sources: NDArray[np.str_]

    def of(self, mine: Truth) -> "Scored":
        """Some of them."""
        return Scored(self.margins[mine], self.spam[mine], self.weights[mine], self.lengths[mine], self.sources[mine])


Calibrator = Callable[[Scored], Floats]
Way = Callable[[Scored], Calibrator]


def platt(margins: Floats, spam: Truth, weights: Floats) -> tuple[float, float]:
    """Slope and offset that turn log-odds into calibrated ones (Platt 1999, with his smoothed targets)."""
    slope, offset = _logistic(margins[:, None], spam, weights)
    return float(slope[0]), offset


def _logistic(columns: Floats, spam: Truth, weights: Floats) -> tuple[Floats, float]:
    ups, downs = int(spam.sum()), int((~spam).sum())
    share = np.where(spam, (ups + 1.0) / (ups + 2.0), 1.0 / (downs + 2.0))
    with threadpool_limits(1):
        fit = LogisticRegression(C=1e6, max_iter=1000).fit(
            np.concatenate((columns, columns)),
            np.repeat([True, False], len(columns)),
            np.concatenate((weights * share, weights * (1.0 - share))),
        )
    return fit.coef_[0], float(fit.intercept_[0])


def _by_platt(known: Scored) -> Calibrator:
    slope, offset = platt(known.margins, known.spam, known.weights)
    return lambda asked: _sigmoid(slope * asked.margins + offset)


def _by_length(known: Scored) -> Calibrator:
    """Two numbers for each slice of length that has both kinds of comments."""
    whole, where = _by_platt(known), by_length(known.lengths)
    parts = [known.of(where == number) for number in range(3)]
    fitted = [_by_platt(part) if len(np.unique(part.spam)) == 2 else whole for part in parts]

    def calibrated(asked: Scored) -> Floats:
        return np.choose(by_length(asked.lengths), [part(asked) for part in fitted])

    return calibrated


def _by_beta(known: Scored) -> Calibrator:
    """Three numbers: the two sides may bend differently (Kull, Silva Filho, Flach 2017)."""
    weights, offset = _logistic(_two_sides(known.margins), known.spam, known.weights)
    return lambda asked: _sigmoid(_two_sides(asked.margins) @ weights + offset)


def _two_sides(margins: Floats) -> Floats:
    return np.column_stack((-np.logaddexp(0.0, -margins), np.logaddexp(0.0, margins)))


def _by_steps(known: Scored) -> Calibrator:
    """Any rising steps (Zadrozny and Elkan 2002)."""
    steps = IsotonicRegression(y_min=_SURE, y_max=1.0 - _SURE, out_of_bounds="clip")
    steps.fit(known.margins, known.spam, sample_weight=known.weights)
    return lambda asked: np.asarray(steps.predict(asked.margins))


WAYS: dict[str, Way] = {"Platt": _by_platt, "Platt by length": _by_length, "beta": _by_beta, "isotonic": _by_steps}


def _sigmoid(margins: Floats) -> Floats:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * margins)))


def log_loss(scores: Floats, asked: Scored) -> float:
    """Mean weighted log-loss."""
    sure = np.clip(np.where(asked.spam, scores, 1.0 - scores), 1e-9, None)
    return float(-(np.log(sure) * asked.weights).sum() / asked.weights.sum())


def compare(seen: Scored, folds: NDArray[np.intp], strangers: Scored) -> dict[str, tuple[float, float]]:
    """Log-loss of each way on comments that it was not fitted to: of the other folds, and of sources left out.

    `seen` and `strangers` are the same comments, scored by models that had not seen them, or nothing of their source.
    The second is the mean over sources, and fitted to `seen` of all other sources.
    """
    return {
        name: (_across_folds(way, seen, folds), _across_sources(way, seen, strangers)) for name, way in WAYS.items()
    }


def _across_folds(way: Way, seen: Scored, folds: NDArray[np.intp]) -> float:
    found = np.zeros(len(folds))
    for fold in np.unique(folds):
        found[folds == fold] = way(seen.of(folds != fold))(seen.of(folds == fold))
    return log_loss(found, seen)


def _across_sources(way: Way, seen: Scored, strangers: Scored) -> float:
    names = [name for name in np.unique(strangers.sources) if len(np.unique(seen.spam[seen.sources != name])) == 2]
    parts = [(way(seen.of(seen.sources != name)), strangers.of(strangers.sources == name)) for name in names]
    return float(np.mean([log_loss(fitted(part), part) for fitted, part in parts])) if parts else float("nan")
