"""What a label is worth: by its source, its age and agreement, capped for whoever could give too many. Pure.

No one voice may teach the model alone: caps hold for each cluster of near-duplicates, each author, each moderator.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from service.domain.intervals import chance_of_at_least, share_of
from service.domain.moderation import Label

Source = Literal["moderator", "report", "removed", "audit", "import", "akismet"]
_BY_SOURCE: dict[str, float] = {
    "moderator": 1.0,
    "report": 1.0,  # readers complained, and a moderator found it to be spam
    "audit": 1.0,
    "removed": 0.4,  # readers complained, and a moderator removed it: often spam, not always
    "import": 0.5,
    "akismet": 0.7,
}
_HALF_LIFE_MS = 365 * 86_400_000
_OLD = 0.2  # the least that age leaves
_CONTESTED = 0.25
_OF_CLUSTER = 3.0  # of one near-duplicate text: as much as three comments teach
_OF_AUTHOR = 10.0
_OF_MODERATOR = 50.0
_SHARE = 0.5  # or so much of what all others teach, if that is more
_DISTRUSTED = 0.05
_SURE = 0.8  # a model says the opposite with such a probability: the label is contradicted
_FEWEST = 5  # contradicted labels, before anybody is distrusted
_CHANCE = 0.001
LEAST_OF_EACH = 3  # labels of ham and of spam, below which nothing can be learnt


class Taught(msgspec.Struct, frozen=True):
    """A label with what its worth depends on. `cluster` is the same number for near-duplicates."""

    comment_id: str
    label: Label
    source: str
    moderator: str | None
    author: str | None
    cluster: int
    contested: bool
    created_at: int


class Distrust(msgspec.Struct, frozen=True):
    """A moderator whose labels the others' contradict far more often than theirs are contradicted."""

    moderator: str
    contradicted: int
    of: int
    usual: float  # the share among the others'


def weights(taught: Sequence[Taught], distrusted: frozenset[str], now_ms: int) -> list[float]:
    """The weight of each label, in order: 1 for a fresh one of a moderator's."""
    found = [_own(one, one.moderator in distrusted, now_ms) for one in taught]
    for voice, most, share in _CAPS:
        found = _capped(found, [voice(one) for one in taught], most, share)
    return found


def _own(one: Taught, distrusted: bool, now_ms: int) -> float:
    age = max(now_ms - one.created_at, 0)
    weight = _BY_SOURCE.get(one.source, 0.5) * max(float(0.5 ** (age / _HALF_LIFE_MS)), _OLD)
    return weight * (_CONTESTED if one.contested else 1.0) * (_DISTRUSTED if distrusted else 1.0)


_Speaker = Callable[[Taught], object]
# Who speaks with one voice, how much it may teach at most, or which share of what the others teach.
_CAPS: tuple[tuple[_Speaker, float, float], ...] = (
    (lambda one: (one.cluster, one.label), _OF_CLUSTER, 0.0),
    (lambda one: None if one.author is None else (one.author, one.label), _OF_AUTHOR, _SHARE),
    (lambda one: one.moderator, _OF_MODERATOR, _SHARE),
)


def _capped(found: list[float], voices: Sequence[object], most: float, share: float) -> list[float]:
    """What one voice says is scaled down to `most`, or to this share of what the other voices say if that is more.

    Where there is one voice alone nobody else could be drowned: its share has no bound.
    """
    sums: dict[object, float] = defaultdict(float)
    for weight, voice in zip(found, voices, strict=True):
        sums[voice] += weight
    whole = sum(found)
    alone = share > 0 and len(sums) == 1
    factors = {
        voice: 1.0 if voice is None or alone else min(1.0, max(most, share * (whole - total)) / total)
        for voice, total in sums.items()
        if total > 0
    }
    return [weight * factors.get(voice, 1.0) for weight, voice in zip(found, voices, strict=True)]


class Voice(msgspec.Struct, frozen=True):
    """How often a moderator's labels are contradicted, by a model that none of them taught; and how often the others'.

    The others' are contradicted by models that were taught by all of theirs but the one in question.
    """

    moderator: str
    contradicted: int
    of: int
    others_contradicted: int
    others: int


def contradicted(labels: Sequence[Label], scores: Sequence[float]) -> int:
    """How many of these labels a model contradicts with great certainty."""
    pairs = zip(labels, scores, strict=True)
    return sum(score >= _SURE if label == "ham" else score <= 1 - _SURE for label, score in pairs)


def distrust(voices: Sequence[Voice]) -> list[Distrust]:
    """Moderators whose labels are contradicted too often to be chance: the few held against the many, never the other
    way round.
    """
    found = []
    for one in voices:
        if one.contradicted < _FEWEST or one.others <= one.of:
            continue
        usual = max(share_of(one.others_contradicted, one.others).high, 0.02)
        if one.contradicted / one.of >= 2 * usual and chance_of_at_least(one.contradicted, one.of, usual) < _CHANCE:
            share = round(one.others_contradicted / one.others, 4)
            found.append(Distrust(one.moderator, one.contradicted, one.of, share))
    return found


def counts_by_source(taught: Sequence[Taught]) -> dict[str, dict[str, int]]:
    """How many labels of each kind each source gave."""
    found: dict[str, dict[str, int]] = {}
    for one in taught:
        found.setdefault(one.source, {"ham": 0, "spam": 0})[one.label] += 1
    return found


def too_few(taught: Sequence[Taught]) -> str | None:
    """Why nothing can be learnt from these yet, in words."""
    ham = sum(one.label == "ham" for one in taught)
    spam = len(taught) - ham
    if min(ham, spam) >= LEAST_OF_EACH:
        return None
    return (
        f"There are {ham} labels of ham and {spam} of spam; {LEAST_OF_EACH} of each are needed. Approving a held"
        " comment and marking one as spam give them."
    )


def enough_news(news: int, known: int, of_each: tuple[int, int]) -> bool:
    """Is it worth training again? After one new label where there are few, after one in a hundred where there are many.

    `known`: labels of the last training; `of_each`: of ham and of spam, as far as anybody has counted.
    """
    return min(of_each) >= LEAST_OF_EACH and news >= max(1, known // 100)
