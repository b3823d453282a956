"""A batch of texts as folded code points, and what undoes disguises there: marks, spelling out, digits for letters.

What has to be done to a text as a string, before it is folded, is in `normalise`.
"""

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.spam.alphabet import DIGIT, DROP, IS_MARK, LEET, LEET_DIGIT, LEET_SYMBOL, LETTER, SCRIPT, SPACE, ZERO

_MANY_LEET = 3  # words, or parts of them, with digits inside
DISGUISES = ("entity", "styled", "invisible", "marks", "mixed", "spaced", "leet", "run")
ENTITY, STYLED, INVISIBLE, MARKS, MIXED, SPACED, LEETED, RUN = range(8)

_SPELT_WITH_SPACES = re.compile(r"(?<= )[\w!-~] (?=[\w!-~] )")
_NOWHERE = np.empty(0, np.intp)

Points = NDArray[np.uint32]
Kinds = NDArray[np.uint8]
Counts = NDArray[np.float64]
Where = NDArray[np.intp]


class Folded(NamedTuple):
    """Folded code points of a batch. Text i is points[starts[i]:starts[i + 1]], with a space at both ends."""

    points: Points
    kinds: Kinds
    starts: Where  # one more than there are texts
    undone: Counts  # (texts, len(DISGUISES)): code points changed by each kind of disguise
    classes: NDArray[np.intp]  # (texts, CLASSES): code points of each class of `alphabet`, before folding
    origins: Where | None = None  # where each point stood before any was dropped; None unless asked for


def _add(batch: Folded, kind: int, places: Where) -> None:
    """Count the changes at these places of the array to the texts that own them."""
    if len(batch.undone) == 1:
        batch.undone[0, kind] += len(places)
        return
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


def without_invisible(batch: Folded, points: Points) -> Folded:
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


def with_spaced_joined(batch: Folded) -> Folded:
    """Joins single letters with one sign between each, in texts where four or more follow so: v i a g r a."""
    places = spaced(batch)
    if not places.size:
        return batch
    _add(batch, SPACED, places)
    return _without(batch, places)


def spaced(batch: Folded) -> Where:
    """Where the signs between single letters stand that are no words of their own."""
    alone = _alone(batch.kinds == LETTER)
    if np.count_nonzero(alone) < 4:
        return _NOWHERE
    link = alone[:-2] & alone[2:]  # link[i]: the sign at i + 2 stands between two single letters
    core = (link[:-4] & link[2:-2] & link[4:]).nonzero()[0]
    if not core.size:
        return _NOWHERE
    alone = _alone(batch.kinds >= LETTER)
    places, core = (alone[:-2] & alone[2:]).nonzero()[0] + 2, core + 2
    owners = np.unique(_owners(batch, core)).tolist()
    return np.concatenate([_spelt(batch, places, core, owner) for owner in owners])


def _spelt(batch: Folded, places: Where, core: Where, owner: int) -> Where:
    """Of these places those in one text, and where it is spelt out between signs that are no letters: p.:././

    What it is spelt out with is what stands at most places of the core. Unless that is a space, spaces part words.
    """
    start, stop = (int(place) for place in batch.starts[owner : owner + 2])
    sign = chr(int(np.bincount(batch.points[core[(core >= start) & (core < stop)]]).argmax()))
    text = batch.points[start:stop].tobytes().decode("utf-32-le", "surrogatepass")
    mine = places[(places >= start) & (places < stop)]
    if sign == " ":
        found = [one.end() - 1 for one in _SPELT_WITH_SPACES.finditer(text)]
    else:
        mine = mine[batch.points[mine] != SPACE]
        words = re.finditer(rf"(?<= )\S(?:{re.escape(sign)}\S)+(?= )", text)
        found = [place for one in words for place in range(one.start() + 1, one.end(), 2)]
    return np.union1d(mine, np.array(found, np.intp) + start)


def _alone(letter: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which letters have none beside them, from the second place to the last but one."""
    return letter[1:-1] > (letter[:-2] | letter[2:])


def with_digits_folded(batch: Folded) -> Folded:
    """Reads digits and signs that stand between two letters as letters (v1agra, c@sino), other digits as 0."""
    points, kinds = batch.points, batch.kinds
    places = (kinds >= DIGIT).nonzero()[0]
    if not places.size:
        return batch
    signs, found = points[places], kinds[places]
    points[places[found < LEET_SYMBOL]] = ZERO
    leet = found >= LEET_DIGIT
    if (leet & (kinds[places - 1] == LETTER)).any():  # a run of them begins behind a letter
        leet[leet] = _read_as_letters(batch, places[leet])
        places = places[leet]
        points[places] = LEET[signs[leet]]
        kinds[places] = LETTER
        _add(batch, LEETED, places)
    return batch


def _read_as_letters(batch: Folded, places: Where) -> NDArray[np.bool_]:
    """Which of these places belong to a run of them with a letter before it and one behind.

    In texts that have many such, one letter beside the run is enough: c4s1n0.
    """
    before, after = batch.kinds[places - 1] == LETTER, batch.kinds[places + 1] == LETTER
    begins = np.ones(len(places), bool)
    np.not_equal(places[1:], places[:-1] + 1, out=begins[1:])
    first = begins.nonzero()[0]
    last = np.append(first[1:], len(places)) - 1
    owners = _owners(batch, places[first])
    between = before[first] & after[last]
    many = np.bincount(owners[between], minlength=len(batch.undone)) >= _MANY_LEET
    return np.repeat(between | ((before[first] | after[last]) & many[owners]), last - first + 1)


def without_runs(batch: Folded) -> Folded:
    """Cuts runs of three and more: of a letter to one, of a sign to two.

    Digits stay: how long a number is tells a price from a telephone.
    """
    points = batch.points
    same = points[1:] == points[:-1]
    third = (same[1:] & same[:-1]).nonzero()[0] + 2
    if third.size:
        found = points[third]
        third = third[(found != ZERO) & (found != SPACE)]
    if not third.size:
        return batch
    gone = np.zeros(len(points), bool)
    gone[third] = True
    second = third - 1
    gone[second[batch.kinds[second] == LETTER]] = True
    places = gone.nonzero()[0]
    _add(batch, RUN, places)
    return _without(batch, places)
