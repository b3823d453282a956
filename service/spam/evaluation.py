"""How good scores are: ranking, spam caught at a bearable cost, calibration, and what happens on unseen sources.

Numbers only; what is good enough is decided in the domain.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import log_loss, roc_auc_score

from service.spam import training
from service.spam.training import Prepared, Progress, Recipe

Floats = NDArray[np.float64]
Truth = NDArray[np.bool_]
_BINS = 10
HAM_SHARE = 0.005  # of the honest comments may be blocked where "caught" is measured


def caught(spam: Truth, scores: Floats, share: float = HAM_SHARE) -> float:
    """The share of spam above the score that at most `share` of the ham exceeds."""
    ham = np.sort(scores[~spam])[::-1]
    return float((scores[spam] > ham[math.floor(share * len(ham))]).mean())


def ranking(spam: Truth, scores: Floats) -> tuple[float, float]:
    """Area under the ROC curve, and spam caught at HAM_SHARE; both labels must be there."""
    return float(roc_auc_score(spam, scores)), caught(spam, scores)


class Bin(NamedTuple):
    """Comments whose scores are about the same: their mean score, the share of spam among them, how many they are."""

    score: float
    spam: float
    comments: int


def reliability(spam: Truth, scores: Floats) -> list[Bin]:
    """Of each bin that has comments in it what was said of them, and what they were."""
    owner = _bins(scores)
    return [Bin(float(scores[owner == n].mean()), float(spam[owner == n].mean()), int((owner == n).sum()))
            for n in np.unique(owner)]  # fmt: skip


def calibration_error(spam: Truth, scores: Floats) -> float:
    """Expected calibration error over bins of equal width (Naeini, Cooper, Hauskrecht 2015)."""
    gaps = np.bincount(_bins(scores), weights=scores - spam, minlength=_BINS)
    return float(np.abs(gaps).sum() / len(scores))


def error_by_chance(scores: Floats, rounds: int = 200) -> float:
    """The calibration error that comments of these scores would have if each score were exactly right."""
    draw = np.random.default_rng(20201118)
    return float(np.mean([calibration_error(draw.random(len(scores)) < scores, scores) for _ in range(rounds)]))


def _bins(scores: Floats) -> NDArray[np.intp]:
    return np.minimum((scores * _BINS).astype(np.intp), _BINS - 1)


def measure(spam: Truth, scores: Floats) -> dict[str, float]:
    """Metrics of calibrated scores; with one label alone only those that need no other."""
    result = {
        "rows": len(scores),
        "spam": int(spam.sum()),
        "calibration_error": calibration_error(spam, scores),
        "log_loss": float(log_loss(spam, np.clip(scores, 1e-9, 1 - 1e-9), labels=[False, True])),
    }
    if 0 < spam.sum() < len(spam):
        result["auc"], result["caught_at_half_percent"] = ranking(spam, scores)
    return {name: round(value, 4) for name, value in result.items()}


def leave_one_out(
    data: Prepared, groups: Sequence[str], recipe: Recipe, progress: Progress, left_out: Sequence[str] = ()
) -> dict[str, Floats]:
    """For each group of rows (a source), or each of those named: its log-odds from a model that never saw it."""
    names = np.array(groups)
    result: dict[str, Floats] = {}

    def fill(name: str) -> None:
        rest = np.flatnonzero(names != name)
        if len(np.unique(data.spam[rest])) == 2:
            progress(f"without {name}")
            model = training.learn(data.of(rest), recipe)
            result[name] = training.margins(data.of(np.flatnonzero(names == name)), model)

    training.side_by_side(fill, [str(name) for name in left_out or np.unique(names)])
    return dict(sorted(result.items()))
