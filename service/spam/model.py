"""A model that is ready to score: samples in, calibrated probabilities of spam out.

Reading one from disk is the work of `artefact`; asking one from the event loop that of `scorer`.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from service.spam import explaining, facts, features, linear
from service.spam.explaining import Explanation
from service.spam.facts import Sample


class Model:
    """One version of the classifier. Safe to share between threads: nothing in it changes."""

    def __init__(self, version: str, weights: linear.Linear, hold_at: float, spam_at: float, digest: str = "") -> None:
        self.version = version
        self.digest = digest  # SHA-256 of the array file it was loaded from; empty if it was never on disk
        self.weights = weights
        self.hold_at = hold_at
        self.spam_at = spam_at

    def score(self, samples: Sequence[Sample]) -> list[float]:
        """Probability of spam of each sample, in order, 0 to 1. A batch scores each exactly as alone."""
        scores: list[float] = linear.probabilities(self.weights, self.margins(samples)).tolist()
        return scores

    def margins(self, samples: Sequence[Sample]) -> NDArray[np.float64]:
        """Log-odds of spam of each sample before calibration, (samples,)."""
        found = [self._margins(part) for part in features.parts(samples)]
        return found[0] if len(found) == 1 else np.concatenate([np.zeros(0), *found])

    def explain(self, sample: Sample) -> Explanation:
        """Pieces of the raw text and facts, whose weights add up to the log-odds that `margins` gives."""
        return explaining.explain(self.weights, sample)

    def _margins(self, samples: Sequence[Sample]) -> NDArray[np.float64]:
        log_odds = linear.margins(self.weights, features.featurise(samples))
        for number, sample in enumerate(samples):
            if sample.author_name or sample.author_url:
                log_odds[number] += sum(facts.STATED[fact] for fact in facts.stated(sample))
        return log_odds
