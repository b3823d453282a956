"""Why a comment has its score: pieces of its raw text and facts about it, whose weights add up to its log-odds.

They are log-odds before calibration, in the view that decided. Nothing here changes a score.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.spam import facts, features, hashing, linear, origins, views
from service.spam.alphabet import SPACE, UNSPACED
from service.spam.facts import Sample
from service.spam.hashing import BLOCKS, TABLE
from service.spam.linear import Linear
from service.spam.origins import Traced

_LONGEST = 24  # folded code points of a piece; a longer word, an address for example, makes several
_LONGEST_UNSPACED = 4  # the same in scripts that put no spaces between words

Floats = NDArray[np.float64]
Where = NDArray[np.intp]


class Piece(NamedTuple):
    """A stretch of the raw text, in code points, and what it adds to the log-odds of spam."""

    start: int
    stop: int
    weight: float


class Fact(NamedTuple):
    """Something about the comment that is no word of it, and what it adds to the log-odds of spam."""

    name: str
    weight: float


class Explanation(NamedTuple):
    """Parts of a score: log_odds = intercept + the weights of all pieces and of all facts, to 1e-9."""

    log_odds: float  # before calibration
    intercept: float
    pieces: tuple[Piece, ...]  # in the order of the text, none overlap; in no other part of it than the window
    facts: tuple[Fact, ...]  # the heaviest first
    window: tuple[int, int]  # the part of the raw text that decided: all of it, unless it is long


class _View(NamedTuple):
    """The view that decided: its points without the spaces around them, and where each came from."""

    points: NDArray[np.uint32]
    kinds: NDArray[np.uint8]
    starts: Where
    stops: Where


def explain(weights: Linear, sample: Sample) -> Explanation:
    """The explanation of the score of one sample."""
    found = features.featurise([sample])
    view = _view(origins.trace(sample.text), int(linear.view_scores(weights.table, found).argmax()))
    density, constant = _spread(weights.table, view)
    parts = _facts(weights, found.facts[0], sample)
    intercept = weights.intercept + constant
    pieces = _pieces(view, density)
    return Explanation(
        intercept + sum(piece.weight for piece in pieces) + sum(part.weight for part in parts),
        intercept,
        tuple(pieces),
        tuple(parts),
        (int(view.starts.min()), int(view.stops.max())) if len(view.points) else (0, 0),
    )


def _view(traced: Traced, number: int) -> _View:
    """The view of this number, as `views.cut` makes them."""
    folded = traced.folded
    start, stop = views.spans_of(0, len(folded.points))[number]
    mine = slice(start, stop)
    return _View(folded.points[mine], folded.kinds[mine], traced.starts[mine], traced.stops[mine])


def _spread(table: NDArray[np.float32], view: _View) -> tuple[Floats, float]:
    """What each point adds to the log-odds, and what the view adds whatever it says.

    A feature's weight is shared by the places it stands at, and there by the points that are no spaces.
    """
    points = np.concatenate(([SPACE], view.points, [SPACE])).astype(np.uint32)
    keys, starts, stops = hashing.trace(points, np.concatenate(([0], view.kinds, [0])).astype(np.uint8))
    distinct, owners, counts = np.unique(keys, return_inverse=True, return_counts=True)
    blocks, indices = np.divmod(distinct.astype(np.intp), TABLE)
    always = np.arange(BLOCKS) * TABLE  # the feature 0 of each block, which every view has
    lengths = np.bincount(np.concatenate((blocks, np.setdiff1d(always, distinct) // TABLE)), minlength=BLOCKS)
    norms = hashing.lengths(lengths)
    each = table[indices] / norms[blocks]
    each[indices == 0] = 0.0
    filled = points != SPACE
    before = np.concatenate(([0], np.cumsum(filled)))
    share = (each / counts)[owners] / np.maximum(before[stops] - before[starts], 1)
    steps = np.bincount(starts, share, len(points) + 1) - np.bincount(stops, share, len(points) + 1)
    return (np.cumsum(steps)[:-1] * filled)[1:-1], float((table[0] / norms).sum())


def _pieces(view: _View, density: Floats) -> list[Piece]:
    """Words, or parts of long ones, that weigh something; those that came from one stretch of raw text are one."""
    pieces: list[Piece] = []
    for start, stop in _borders(view):
        weight = float(density[start:stop].sum())
        begin, end = int(view.starts[start]), int(view.stops[stop - 1])
        if pieces and begin < pieces[-1].stop:
            last = pieces.pop()
            begin, end, weight = last.start, max(end, last.stop), weight + last.weight
        pieces.append(Piece(begin, end, weight))
    return pieces


def _borders(view: _View) -> list[tuple[int, int]]:
    """Runs of points that are no spaces, cut where a script without spaces begins or ends, and when they are long."""
    kinds = np.where(view.points == SPACE, 0, 1 + (view.kinds == UNSPACED))
    edges = (np.flatnonzero(kinds[1:] != kinds[:-1]) + 1).tolist()
    borders = []
    for start, stop in zip([0, *edges], [*edges, len(kinds)], strict=True):
        if stop > start and kinds[start]:
            most = _LONGEST if kinds[start] == 1 else _LONGEST_UNSPACED
            borders += [(at, min(at + most, stop)) for at in range(start, stop, most)]
    return borders


def _facts(weights: Linear, found: Floats, sample: Sample) -> list[Fact]:
    learnt = zip(facts.FACTS, (found * weights.facts).tolist(), strict=True)
    stated = [(name, facts.STATED[name]) for name in facts.stated(sample)]
    parts = [Fact(name, weight) for name, weight in (*learnt, *stated) if weight]
    return sorted(parts, key=lambda part: -abs(part.weight))
