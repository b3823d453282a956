"""Reads through disguises: a batch of raw texts in, folded code points and counts of what was undone out.

For scoring only; the raw text is stored and shown elsewhere. What a sign is read as stands in `alphabet`.
"""

import base64
import html
import re
import unicodedata
from collections.abc import Callable, Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from service.spam import folding
from service.spam.alphabet import ASCII_CLASS, ASCII_FOLD, ASCII_KIND, CLASS, CLASSES, DOMAIN, DOT, FOLD, KIND, LETTER
from service.spam.folding import DISGUISES, ENTITY, STYLED, Counts, Folded, Kinds, Points, Where

LIMIT = 10_000  # code points of a comment that are read; the service refuses longer ones
_PARENTHESISED = re.compile("[\u249c-\u24b5\U0001f110-\U0001f129]")

_STYLED = re.compile("[\u2100-\u214f\u2460-\u24ff\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d7ff\U0001f110-\U0001f189]")
_BASE64 = re.compile(r"(?<![\w+/=])(?:[A-Za-z0-9+/]{4}){6,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?(?![\w+/=])")
_TURNED = re.compile("\u202e([^\u202c\n]*)\u202c?")
_LEET_ASCII = re.compile(rb"[013457@$]+[A-Za-z]")  # perhaps a sign to be read as a letter
_INLINE = r"/?(?:b|i|u|s|em|strong|span|font|small|big|wbr|sub|sup|tt|x)/?"
_TAG = re.compile(
    rf"(?<=[^\W\d_])(?:<{_INLINE}>|\[{_INLINE}\]|<!--[^<>]{{0,80}}-->)+(?=[^\W\d_])"
    r"|<([a-z]{1,6})></\1>|\[([a-z]{1,6})\]\[/\2\]",  # or empty ones, wherever they stand
    re.I,
)

Substitution = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]


def fold(texts: Sequence[str]) -> Folded:
    """Normalise a batch of raw texts; each is cut at LIMIT code points. Never raises, whatever the text."""
    undone = np.zeros((len(texts), len(DISGUISES)))
    opened = [opened_up(text[:LIMIT], row) for text, row in zip(texts, undone, strict=True)]
    return fold_opened(opened, undone, traced=False)


def fold_opened(opened: Sequence[str], undone: Counts, *, traced: bool) -> Folded:
    """The steps after `opened_up`; traced, each point knows its place among those of the wrapped texts."""
    plain = all(map(str.isascii, opened))
    if plain and not traced and (batch := _fold_ascii(opened, undone)) is not None:
        return batch
    points, starts = wrap(opened)
    folded = FOLD.take(points)
    kinds = KIND.take(folded)
    origins = np.arange(len(points)) if traced else None
    batch = Folded(folded, kinds, starts, undone, _classes(CLASS.take(points), kinds, starts), origins)
    if not plain:
        batch = folding.without_invisible(batch, points)
    return folding.without_runs(folding.with_digits_folded(folding.with_spaced_joined(batch)))


def _fold_ascii(opened: Sequence[str], undone: Counts) -> Folded | None:
    """The same for texts of ASCII, in half the time; None where letters are spaced, or digits may stand for some."""
    joined = _joined(opened).encode("ascii")
    if _LEET_ASCII.search(joined):
        return None
    points, kinds, classes = (
        np.frombuffer(joined.translate(table), np.uint8) for table in (ASCII_FOLD, ASCII_KIND, ASCII_CLASS)
    )
    starts = _starts(opened)
    batch = Folded(points.astype(np.uint32), kinds, starts, undone, _classes(classes.copy(), kinds, starts))
    return None if folding.spaced(batch).size else folding.without_runs(batch)


def normalise(text: str) -> str:
    """One text as the model reads it, without the spaces at its ends."""
    return fold([text]).points.tobytes().decode("utf-32-le", "surrogatepass").strip(" ")


def wrap(texts: Sequence[str]) -> tuple[Points, Where]:
    """Code points of all texts in one array, a space before and behind each, and where each starts."""
    joined = _joined(texts).encode("utf-32-le", "surrogatepass")
    return np.frombuffer(joined, np.uint32), _starts(texts)


def _joined(texts: Sequence[str]) -> str:
    return f" {'  '.join(texts)} "


def _starts(texts: Sequence[str]) -> Where:
    return np.array([0, *accumulate(len(text) + 2 for text in texts)], np.intp)


def _classes(classes: Kinds, kinds: Kinds, starts: Where) -> NDArray[np.intp]:
    """Code points of each class; a dot before a letter is taken for that of an address."""
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
