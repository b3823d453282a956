"""Spam stays spam behind every disguise, and honest comments stay honest in those that honest people use."""

import random

import pytest

from service.spam.disguising import DISGUISES, HARMLESS
from service.spam.facts import Sample
from service.spam.model import Model

from .test_model import HAM, SPAM

_ALL_SPAM = [
    *SPAM,
    "Best online casino with no deposit bonus, join today at http://www.lucky-slots.example and win",
    "Buy cheap viagra and cialis online without prescription, overnight delivery http://pills.example",
    "Hello admin, nice blog! We offer SEO services and quality backlinks, first page of google, contact us",
]


_MISSPELT = {"a letter missing", "two letters swapped"}  # in each long word: some of them get through


@pytest.mark.parametrize("name", DISGUISES)
def test_spam_stays_spam(shipped: Model, name: str) -> None:
    draw = random.Random(1)
    scores = shipped.score([Sample(DISGUISES[name](text, draw)) for text in _ALL_SPAM])
    assert sum(score >= 0.5 for score in scores) >= len(_ALL_SPAM) - (2 if name in _MISSPELT else 1)


@pytest.mark.parametrize("name", HARMLESS)
def test_honest_comments_stay_honest(shipped: Model, name: str) -> None:
    draw = random.Random(1)
    scores = shipped.score([Sample(DISGUISES[name](text, draw)) for text in HAM])
    assert max(scores) < shipped.hold_at
    assert sum(score < 0.5 for score in scores) >= len(HAM) - 1
