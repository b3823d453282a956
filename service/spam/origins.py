"""Where in the raw text each code point that the model reads came from; for explanations, not for scoring."""

import html
import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.spam import normalise
from service.spam.folding import DISGUISES, Folded
from service.spam.normalise import LIMIT

_ENTITY = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)")

Where = NDArray[np.intp]


class Traced(NamedTuple):
    """One folded text; its point i was read from raw[starts[i]:stops[i]]. The spaces around it stand at the ends."""

    folded: Folded
    starts: Where
    stops: Where


class _Read(NamedTuple):
    """A text that was read from another: sign i from starts[i] to stops[i] of that one."""

    text: str
    starts: Where
    stops: Where


def trace(text: str) -> Traced:
    """Fold one text as `normalise.fold` does, and tell where each point came from."""
    undone, raw = np.zeros((1, len(DISGUISES))), text[:LIMIT]
    opened = normalise.opened_up(raw, undone[0])
    read = _Read(raw, np.arange(len(raw)), np.arange(1, len(raw) + 1))
    if raw != opened:
        for pattern, replace in normalise.substitutions(raw):
            read = _substituted(read, pattern, replace)
        read = _composed(_substituted(read, _ENTITY, lambda found: html.unescape(found[0])))
    folded = normalise.fold_opened([opened], undone, traced=True)
    assert folded.origins is not None
    starts = np.concatenate(([0], read.starts[: len(opened)], [len(raw)]))
    stops = np.concatenate(([0], read.stops[: len(opened)], [len(raw)]))
    return Traced(folded, starts[folded.origins], stops[folded.origins])


def _substituted(read: _Read, pattern: re.Pattern[str], replace: Callable[[re.Match[str]], str]) -> _Read:
    """What is put in the place of a match came from the whole of it."""
    texts, starts, stops, done = [], [], [], 0
    for found in pattern.finditer(read.text):
        start, stop = found.span()
        texts += [read.text[done:start], replace(found)]
        starts += [read.starts[done:start], np.full(len(texts[-1]), read.starts[start])]
        stops += [read.stops[done:start], np.full(len(texts[-1]), read.stops[stop - 1])]
        done = stop
    texts.append(read.text[done:])
    return _Read(
        "".join(texts), np.concatenate([*starts, read.starts[done:]]), np.concatenate([*stops, read.stops[done:]])
    )


def _composed(read: _Read) -> _Read:
    """Compatibility forms made plain, stretch by stretch: no sign is composed across the border of two."""
    text = normalise.without_parentheses(read.text)
    borders = [place for place in range(1, len(text)) if _apart(text, place)]
    texts, counts = [], []
    for start, stop in zip([0, *borders], [*borders, len(text)], strict=True):
        texts.append(unicodedata.normalize("NFKC", text[start:stop]))
        counts.append(len(texts[-1]))
    first, last = np.array([0, *borders], np.intp), np.array([*borders, len(text)], np.intp) - 1
    return _Read("".join(texts), np.repeat(read.starts[first], counts), np.repeat(read.stops[last], counts))


def _apart(text: str, place: int) -> bool:
    """Whether the sign at this place starts afresh, whatever stands before it."""
    before, sign = text[place - 1], text[place]
    if sign.isascii():
        return True
    opened = unicodedata.normalize("NFKD", sign)[0]
    if unicodedata.combining(opened):
        return False
    joined = unicodedata.normalize("NFKC", before + sign)
    return joined == unicodedata.normalize("NFKC", before) + unicodedata.normalize("NFKC", sign)
