"""Reads through disguises: a batch of raw texts in, folded code points and counts of what was undone out.

For scoring only; the raw text is stored and shown elsewhere. What a sign is read as stands in `alphabet`.
"""

import base64
import html
import re
import unicodedata
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.spam.alphabet import (
    CLASS,
    CLASSES,
    DIGIT,
    DOMAIN,
    DOT,
    DROP,
    FOLD,
    IS_MARK,
    KIND,
    LEET,
    LEET_DIGIT,
    LEET_SYMBOL,
    LETTER,
    SCRIPT,
    SPACE,
    ZERO,
)

LIMIT = 10_000  # code points of a comment that are read; the service refuses longer ones
_PARENTHESISED = re.compile("[\u249c-\u24b5\U0001f110-\U0001f129]")

_STYLED = re.compile("[\u2100-\u214f\u2460-\u24ff\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d7ff\U0001f110-\U0001f189]")
_BASE64 = re.compile(r"(?<![\w+/=])(?:[A-Za-z0-9+/]{4}){6,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?(?![\w+/=])")
_TURNED = re.compile("\u202e([^\u202c\n]*)\u202c?")
_INLINE = r"/?(?:b|i|u|s|em|strong|span|font|small|big|wbr|sub|sup|tt|x)/?"
_TAG = re.compile(rf"(?<=[^\W\d_])(?:<{_INLINE}>|\[{_INLINE}\]|<!--[^<>]{{0,80}}-->)+(?=[^\W\d_])", re.I)

DISGUISES = ("entity", "styled", "invisible", "marks", "mixed", "spaced", "leet", "run")
ENTITY, STYLED, INVISIBLE, MARKS, MIXED, SPACED, LEETED, RUN = range(8)

Points = NDArray[np.uint32]
Kinds = NDArray[np.uint8]
Counts = NDArray[np.float64]
Where = NDArray[np.intp]
Substitution = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]


class Folded(NamedTuple):
    """Folded code points of a batch. Text i is points[starts[i]:starts[i + 1]], with a space at both ends."""

    points: Points
    kinds: Kinds
    starts: Where  # one more than there are texts
    undone: Counts  # (texts, len(DISGUISES)): code points changed by each kind of disguise
    classes: NDArray[np.intp]  # (texts, CLASSES): code points of each class of `alphabet`, before folding
    origins: Where | None = None  # where each point stood before any was dropped; None unless asked for


def fold(texts: Sequence[str]) -> Folded:
    """Normalise a batch of raw texts; each is cut at LIMIT code points. Never raises, whatever the text."""
    undone = np.zeros((len(texts), len(DISGUISES)))
    opened = [opened_up(text[:LIMIT], row) for text, row in zip(texts, undone, strict=True)]
    return fold_opened(opened, undone, traced=False)


def fold_opened(opened: Sequence[str], undone: Counts, *, traced: bool) -> Folded:
    """The steps after `opened_up`; traced, each point knows its place among those of the wrapped texts."""
    points, starts = wrap(opened)
    folded = FOLD.take(points)
    kinds = KIND.take(folded)
    origins = np.arange(len(points)) if traced else None
    batch = Folded(folded, kinds, starts, undone, _classes(points, kinds, starts), origins)
    if not all(map(str.isascii, opened)):
        batch = _without_invisible(batch, points)
    return _without_runs(_with_digits_folded(_with_spaced_joined(batch)))


def normalise(text: str) -> str:
    """One text as the model reads it, without the spaces at its ends."""
    return fold([text]).points.tobytes().decode("utf-32-le", "surrogatepass").strip(" ")


def wrap(texts: Sequence[str]) -> tuple[Points, Where]:
    """Code points of all texts in one array, a space before and behind each, and where each starts."""
    joined = f" {'  '.join(texts)} ".encode("utf-32-le", "surrogatepass")
    starts = np.array([0, *accumulate(len(text) + 2 for text in texts)], np.intp)
    return np.frombuffer(joined, np.uint32), starts


def _classes(points: Points, kinds: Kinds, starts: Where) -> NDArray[np.intp]:
    """Code points of each class; a dot before a letter is taken for that of an address."""
    classes = CLASS.take(points)
    dots = (classes == DOT).nonzero()[0]
    classes[dots[kinds[dots + 1] == LETTER]] = DOMAIN
    rows = len(starts) - 1
    if rows == 1:
        return np.bincount(classes, minlength=CLASSES)[None, :]
    owners = np.arange(0, rows * CLASSES, CLASSES).repeat(starts[1:] - starts[:-1])
    return np.bincount(owners + classes, minlength=rows * CLASSES).reshape(rows, CLASSES)


def opened_up(text: str, undone: Counts) -> str:
    """Codes and compatibility forms opened: the steps that need the text as a string."""
    for pattern, replace in substitutions(text):
        plain = pattern.sub(replace, text)
        undone[ENTITY] += max(len(text) - len(plain), plain != text)
        text = plain
    if "&" in text:
        text = _without_entities(text, undone)
    if text.isascii():
        return text
    undone[STYLED] = len(_STYLED.findall(text))
    text = without_parentheses(text)
    return unicodedata.normalize("NFKC", text)[: 2 * LIMIT]


def substitutions(text: str) -> list[Substitution]:
    """What is read otherwise before all else: base64, words turned round by a mark, tags inside words."""
    found: list[Substitution] = []
    if len(text) > 24 and text.count(" ") * 24 < len(text):
        found.append((_BASE64, _decoded))
    if "\u202e" in text:
        found.append((_TURNED, _turned))
    if "<" in text or "[" in text:
        found.append((_TAG, _nothing))
    return found


def _decoded(found: re.Match[str]) -> str:
    """What base64 stands for, if it is plain text; else what was found."""
    try:
        text = base64.b64decode(found[0], validate=True).decode()
    except ValueError:
        return found[0]
    return text if " " in text and text.replace("\n", "").isprintable() else found[0]


def _turned(found: re.Match[str]) -> str:
    return found[1][::-1]


def _nothing(_found: re.Match[str]) -> str:
    return ""


def without_parentheses(text: str) -> str:
    """Letters in parentheses that are one sign, read as the letter."""
    if not _PARENTHESISED.search(text):
        return text
    return _PARENTHESISED.sub(lambda found: unicodedata.normalize("NFKC", found[0])[1], text)


def _without_entities(text: str, undone: Counts) -> str:
    plain = html.unescape(text)
    undone[ENTITY] += text.count("&") - plain.count("&")  # &amp; is no disguise
    return plain


def _add(batch: Folded, kind: int, places: Where) -> None:
    """Count the changes at these places of the array to the texts that own them."""
    batch.undone[:, kind] += np.bincount(_owners(batch, places), minlength=len(batch.undone))


def _owners(batch: Folded, places: Where) -> Where:
    """Which text each of these places of the array belongs to."""
    return batch.starts.searchsorted(places, side="right") - 1


def _without(batch: Folded, places: Where) -> Folded:
    """The batch without the code points at these places."""
    keep = np.ones(len(batch.points), bool)
    keep[places] = False
    starts = batch.starts - np.searchsorted(places, batch.starts)
    origins = None if batch.origins is None else batch.origins[keep]
    return batch._replace(points=batch.points[keep], kinds=batch.kinds[keep], starts=starts, origins=origins)


def _without_invisible(batch: Folded, points: Points) -> Folded:
    """Drops what has no shape of its own; counted only inside European words, elsewhere it is orthography.

    Counts neighbours of two alphabets that share letter shapes, too: folding has already made them one.
    """
    scripts = SCRIPT.take(points)
    _add(batch, MIXED, np.flatnonzero((scripts[1:] != scripts[:-1]) & (scripts[1:] > 0) & (scripts[:-1] > 0)))
    gone = (batch.points == DROP).nonzero()[0]
    if not gone.size:
        return batch
    marks = IS_MARK[points[gone]] > 0
    hidden = gone[~marks]
    inside = (scripts[hidden - 1] > 0) & ((scripts[hidden + 1] > 0) | (batch.points[hidden + 1] == DROP))
    _add(batch, MARKS, gone[marks])
    _add(batch, INVISIBLE, hidden[inside])
    return _without(batch, gone)


def _with_spaced_joined(batch: Folded) -> Folded:
    """Joins single letters with one sign between each, in texts where four or more follow so: v i a g r a."""
    alone = _alone(batch.kinds == LETTER)
    if np.count_nonzero(alone) < 4:
        return batch
    link = alone[:-2] & alone[2:]  # link[i]: the sign at i + 2 stands between two single letters
    core = (link[:-4] & link[2:-2] & link[4:]).nonzero()[0]
    if not core.size:
        return batch
    alone = _alone(batch.kinds >= LETTER)
    places = (alone[:-2] & alone[2:]).nonzero()[0] + 2
    places = places[np.isin(_owners(batch, places), _owners(batch, core + 2))]
    _add(batch, SPACED, places)
    return _without(batch, places)


def _alone(letter: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which letters have none beside them, from the second place to the last but one."""
    return letter[1:-1] > (letter[:-2] | letter[2:])


def _with_digits_folded(batch: Folded) -> Folded:
    """Reads digits and signs that stand between two letters as letters (v1agra, c@sino), other digits as 0."""
    points, kinds = batch.points, batch.kinds
    places = (kinds >= DIGIT).nonzero()[0]
    if not places.size:
        return batch
    signs, found = points[places], kinds[places]
    points[places[found < LEET_SYMBOL]] = ZERO
    leet = found >= LEET_DIGIT
    if (leet & (kinds[places - 1] == LETTER)).any():  # a run of them begins behind a letter
        leet[leet] = _between_letters(kinds, places[leet])
        places = places[leet]
        points[places] = LEET[signs[leet]]
        kinds[places] = LETTER
        _add(batch, LEETED, places)
    return batch


def _between_letters(kinds: Kinds, places: Where) -> NDArray[np.bool_]:
    """Which of these places belong to a run of them with a letter before it and one behind."""
    before, after = kinds[places - 1] == LETTER, kinds[places + 1] == LETTER
    begins = np.ones(len(places), bool)
    np.not_equal(places[1:], places[:-1] + 1, out=begins[1:])
    first = begins.nonzero()[0]
    last = np.append(first[1:], len(places)) - 1
    return np.repeat(before[first] & after[last], last - first + 1)


def _without_runs(batch: Folded) -> Folded:
    """Cuts runs of three and more: of a letter to one, of a sign to two.

    Digits stay: how long a number is tells a price from a telephone.
    """
    points = batch.points
    same = points[1:] == points[:-1]
    places = (same[1:] & same[:-1]).nonzero()[0] + 2
    if places.size:
        places = places[(points[places] != ZERO) & (points[places] != SPACE)]
        second = places - 1
        places = np.union1d(places, second[batch.kinds[second] == LETTER])
    if not places.size:
        return batch
    _add(batch, RUN, places)
    return _without(batch, places)
