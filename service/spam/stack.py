"""Three numbers that mix two log-odds: a * shipped + c * local + b, fitted with a prior. Pure arithmetic."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Truth = NDArray[np.bool_]


class Mix(NamedTuple):
    """How much the shipped model's calibrated log-odds count, and the local model's, and what is added to both."""

    a: float
    c: float
    b: float


PRIOR = Mix(0.5, 1.0, 0.0)
_TRUST_IN_B = 0.1  # precision of the prior on b, in labels of full weight
_SHIFT_TRUST = 0.25  # the same where b alone is fitted
_ROUNDS = 40


def mix(shipped: Floats, local: Floats, spam: Truth, weights: Floats, trust: float) -> Mix:
    """The likeliest numbers, given labelled log-odds of both models, neither of which saw these labels.

    `trust` is the precision of the prior on a and c, in labels of full weight.
    """
    columns = np.column_stack((shipped, local, np.ones(len(shipped))))
    found = _newton(
        columns, np.zeros(len(shipped)), spam, weights, np.array(PRIOR), np.array([trust, trust, _TRUST_IN_B])
    )
    return Mix(max(float(found[0]), 0.0), max(float(found[1]), 0.0), float(found[2]))


def shift(shipped: Floats, spam: Truth, weights: Floats) -> Mix:
    """The shipped model alone, moved to the share of spam among these labels."""
    columns = np.ones((len(shipped), 1))
    found = _newton(columns, shipped, spam, weights, np.zeros(1), np.array([_SHIFT_TRUST]))
    return Mix(1.0, 0.0, float(found[0]))


def _newton(columns: Floats, given: Floats, spam: Truth, weights: Floats, prior: Floats, trust: Floats) -> Floats:
    """Maximum a posteriori of a logistic regression with a fixed part; steps are bounded, so that it converges."""
    numbers = prior.astype(np.float64)
    for _ in range(_ROUNDS):
        expected = 0.5 * (1.0 + np.tanh(0.5 * (given + columns @ numbers)))
        gradient = columns.T @ (weights * (expected - spam)) + trust * (numbers - prior)
        curvature = (columns.T * (weights * expected * (1.0 - expected))) @ columns + np.diag(trust)
        step = np.linalg.solve(curvature, gradient)
        numbers = numbers - step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < 1e-10:
            break
    return numbers
