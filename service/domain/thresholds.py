"""The cuts on the score from what an owner asks for: at most one honest comment in so many held. Pure.

A share of the site's own honest comments says where to cut; an upper bound says how sure that is.
"""

from bisect import bisect_left
from collections.abc import Sequence
from math import nextafter

import msgspec

from service.domain.intervals import at_most, chance_of_at_most

SPAM_TIMES = 10  # so much rarer than held may an honest comment be put aside as spam
MOST_HONEST = 2_000  # the newest that are looked at
_CONFIDENCE = 0.95


class Cut(msgspec.Struct, frozen=True):
    """One cut: how many of the site's honest comments reach it, and the share that the true one does not exceed."""

    at: float
    above: int
    at_most: float  # with 95 % confidence
    sure: bool  # at_most is what was asked for, or less


class Thresholds(msgspec.Struct, frozen=True):
    """Both cuts, set for `one_in` on so many honest comments, and in words how sure they are."""

    one_in: int
    honest: int
    hold: Cut
    spam: Cut

    @property
    def words(self) -> str:
        """How sure this is."""
        found = f"{self.hold.above} of the last {self.honest} honest comments reach hold_at"
        if self.hold.sure:
            return f"{found}: with 95 % confidence at most 1 in {self.one_in} is held."
        if not self.honest:
            return "No honest comment is known yet: the cuts are those of the model's card."
        return (
            f"{found}. That shows no more than 1 in {max(int(1 / self.hold.at_most), 1)} with 95 % confidence; for 1 in"
            f" {self.one_in} some {3 * self.one_in} honest comments are needed. Until then the cuts are careful ones."
        )


def choose(honest: Sequence[float], one_in: int, card: tuple[float, float]) -> Thresholds:
    """The lowest cuts that hold at most one honest comment in so many with 95 % confidence.

    Where the history is too short to show that, a cut is above all honest scores seen and not below the card's.
    """
    scores = sorted(honest)
    hold = _cut(scores, 1 / one_in, card[0])
    spam = _cut(scores, 1 / (SPAM_TIMES * one_in), max(card[1], hold.at))
    return Thresholds(one_in, len(scores), hold, msgspec.structs.replace(spam, at=max(spam.at, hold.at)))


def _cut(scores: Sequence[float], share: float, card: float) -> Cut:
    """`scores` ascending. The more may lie above, the lower the cut: the most that the bound allows is searched."""
    of, above = len(scores), -1
    while above + 1 < of and chance_of_at_most(above + 1, of, share) <= 1 - _CONFIDENCE:
        above += 1
    if above < 0:
        at = max(card, _just_above(scores[-1]) if scores else 0.0)
        return Cut(at, *_reached(scores, at), sure=False)
    at = _just_above(scores[of - above - 1])
    return Cut(at, *_reached(scores, at), sure=True)


def _reached(scores: Sequence[float], at: float) -> tuple[int, float]:
    above = len(scores) - bisect_left(scores, at)
    return above, at_most(above, len(scores), _CONFIDENCE) if scores else 1.0


def _just_above(score: float) -> float:
    return min(nextafter(score, 2.0), 1.0)


def of_trained(honest: Sequence[float], card: tuple[float, float]) -> tuple[float, float]:
    """The cuts on the card of a model that was trained on a site's labels, for owners who ask for nothing else.

    Its scores are probabilities of this very site, so that below one half nothing is held and the cuts of the shipped
    model, made for blogs that nobody knows, are the highest. Between them: above the honest scores, but for 1 in
    USUAL_ONE_IN.
    """
    scores = sorted(honest)
    spared = scores[: len(scores) - len(scores) // USUAL_ONE_IN]
    hold_at = min(max(_just_above(spared[-1]) if spared else 0.0, 0.5), card[0])
    return hold_at, max(card[1], hold_at)


USUAL_ONE_IN = 200
