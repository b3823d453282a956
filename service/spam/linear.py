"""The arrays that are a model, and how they score: a gather, a sum for each view, the highest view of each text.

Nothing here knows files, words or scikit-learn.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.spam import hashing
from service.spam.features import Features
from service.spam.hashing import BLOCKS


class Linear(NamedTuple):
    """A linear model over hashed n-grams and facts, and the two numbers that calibrate its log-odds."""

    table: NDArray[np.float32]  # (hashing.TABLE,)
    facts: NDArray[np.float64]  # (len(facts.FACTS),)
    intercept: float
    slope: float = 1.0
    offset: float = 0.0


def view_scores(table: NDArray[np.float32], found: Features) -> NDArray[np.float64]:
    """What the n-grams of each view add to its log-odds."""
    weights = table.take(found.indices).astype(np.float64)
    rows: NDArray[np.float64] = np.add.reduceat(weights, found.indptr[:-1])
    rows /= hashing.lengths(found.indptr[1:] - found.indptr[:-1])
    return rows[::BLOCKS] + rows[1::BLOCKS]


def margins(model: Linear, found: Features) -> NDArray[np.float64]:
    """Uncalibrated log-odds of each text: its most suspicious view and its facts."""
    highest = view_scores(model.table, found)
    if len(highest) > len(found.first):
        highest = np.maximum.reduceat(highest, found.first)
    highest += np.vecdot(found.facts, model.facts)
    highest += model.intercept
    return highest


def probabilities(model: Linear, log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Calibrated probabilities of spam, between 0 and 1."""
    return np.exp(-np.logaddexp(0.0, -(model.slope * log_odds + model.offset)))
