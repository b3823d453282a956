"""Facts about a comment that are no n-grams: links, shouting, disguises, and what its author calls himself.

Learnt facts are weighed by training. Stated ones are weighed here, because the training data cannot weigh them.
"""

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.spam.alphabet import AT, CLASSES, LOWER, MARK, UPPER
from service.spam.folding import DISGUISES, STYLED, Folded


class Sample(NamedTuple):
    """One comment to be scored: its raw text, and the name and address its author gave."""

    text: str
    author_name: str = ""
    author_url: str = ""


FACTS = (
    "length",
    "at signs",
    "slashes",
    "exclamation marks",
    "question marks",
    "money signs",
    "pictures",
    "dots before letters",
    *(f"disguise: {name}" for name in DISGUISES),
    "upper-case share",
    "digit share",
    "punctuation share",
)
LONG = 240  # code points, from which on length tells nothing more
DISGUISED = 8  # code points; the text below is read all the same, and some people like such letters
_AMOUNTS = 1 + CLASSES - AT  # the length and the classes from AT on; then the disguises, then shares
_STYLED = _AMOUNTS + STYLED  # letters of styled alphabets among plain ones; who writes all in one does it for its looks
_MOST = np.array([LONG, *[np.inf] * (_AMOUNTS - 1), *[DISGUISED] * len(DISGUISES)])  # of each amount; more is not told
# Log-odds added for what the author gives besides the text. By judgement: no public data carry these fields in
# both classes, and a fact known of one class alone would be learnt as the label itself.
STATED = {"name holds a link": 1.5, "name of keywords": 0.7, "address of keywords": 0.7}

_DOMAIN = re.compile(r"://|\bwww\.|\.(?:com|net|org|info|biz|ru|cn|io|co|me|xyz|top|online|site|shop|club)\b", re.I)
_HOST_WORDS = re.compile(r"^(?:\w+://)?[^/]*\w+-\w+-\w+")


def measure(batch: Folded) -> NDArray[np.float64]:
    """The learnt facts, (texts, len(FACTS)): amounts as an eighth of log(1 + n), and halves of shares.

    The scale is the weight of the facts against the n-grams; it was chosen by leave-one-source-out.
    """
    counts = batch.classes
    found = np.empty((len(counts), len(FACTS)))
    lengths = counts.sum(axis=1)
    amounts = found[:, : len(_MOST)]
    amounts[:, 0] = lengths
    amounts[:, 1:_AMOUNTS] = counts[:, AT:]
    amounts[:, _AMOUNTS:] = batch.undone
    letters = counts[:, UPPER] + counts[:, LOWER]
    if amounts[:, _STYLED].any():
        amounts[:, _STYLED] = np.minimum(amounts[:, _STYLED], np.maximum(letters - amounts[:, _STYLED], 0))
    np.minimum(amounts, _MOST, out=amounts)
    np.log1p(amounts, out=amounts)
    amounts *= 0.125
    found[:, -3] = counts[:, UPPER] / (2.0 * letters + 1.0)
    found[:, -2:] = counts[:, UPPER + 1 : MARK + 1] / (2.0 * lengths[:, None])
    return found


def stated(sample: Sample) -> list[str]:
    """Which of the STATED facts hold for the name and address of the author."""
    name, url = sample.author_name, sample.author_url
    return [
        fact
        for fact, holds in (
            ("name holds a link", _DOMAIN.search(name) is not None),
            ("name of keywords", len(name.split()) > 3),
            ("address of keywords", _HOST_WORDS.match(url) is not None),
        )
        if holds
    ]
