"""Which stretches of a folded comment are scored: the whole, and windows of it when it is long.

A comment is as suspicious as its most suspicious view, so good words around an advertisement buy nothing.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.spam.alphabet import SPACE
from service.spam.folding import Folded

LONG = 240  # folded code points; a comment that is no longer has one view
WINDOW = 120
STEP = 60

_GAP = np.array([SPACE], np.uint32)
_GAP_KIND = np.zeros(1, np.uint8)


class Views(NamedTuple):
    """Folded views, laid out as `hashing.hash_views` takes them, and the number of the first view of each text."""

    points: NDArray[np.uint32]
    kinds: NDArray[np.uint8]
    starts: NDArray[np.intp]
    first: NDArray[np.intp]


def cut(batch: Folded) -> Views:
    """Every text whole, and each longer than LONG in windows of half overlap as well."""
    starts = batch.starts
    if len(batch.points) <= LONG or int((starts[1:] - starts[:-1]).max()) <= LONG:
        return Views(batch.points, batch.kinds, starts, np.arange(len(starts) - 1))
    spans = [spans_of(int(start), int(stop)) for start, stop in pairwise(starts)]
    return _gather(batch, spans)


def spans_of(start: int, stop: int) -> list[tuple[int, int]]:
    """The views of the text at points[start:stop], in order: the whole and its windows, which start anywhere.

    None has the spaces that stand around the text and around every view.
    """
    start, stop = start + 1, stop - 1
    if stop - start <= LONG - 2:
        return [(start, stop)]
    last = stop - WINDOW
    return [(start, stop), *((at, at + WINDOW) for at in range(start, last, STEP)), (last, stop)]


def _gather(batch: Folded, spans: list[list[tuple[int, int]]]) -> Views:
    points, kinds, lengths = [], [], []
    for start, stop in (span for views in spans for span in views):
        points += [_GAP, batch.points[start:stop], _GAP]
        kinds += [_GAP_KIND, batch.kinds[start:stop], _GAP_KIND]
        lengths.append(stop - start + 2)
    starts = np.zeros(len(lengths) + 1, np.intp)
    np.cumsum(lengths, out=starts[1:])
    first = np.cumsum([0, *map(len, spans)])[:-1]
    return Views(np.concatenate(points), np.concatenate(kinds), starts, first)
