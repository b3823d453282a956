"""Near-duplicates: a sketch of fixed size for each text, clusters of many, and a bounded memory of recent ones.

A sketch is a MinHash (Broder 1997) over runs of five letters of the text as the model reads it: disguises, case,
digits, signs, spaces and the addresses of links make no difference.
"""

import re
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.spam import normalise
from service.spam.alphabet import UNSPACED

SIZE = 64  # numbers in a sketch
ALIKE = 0.7  # share of runs in common from which two texts are near-duplicates
FEWEST = 20  # letters; of a shorter text there is no sketch, since people say the same short things
_BANDS = 16  # of four numbers each: texts that are alike share a band with a probability of 0.99 and more
_RUN = 5
_MOST = 4_096  # letters that are looked at
_LINK = re.compile(r"https?://\S+|www\.\S+", re.I)
_DRAW = np.random.Generator(np.random.PCG64(20231127))
_FACTORS = _DRAW.integers(0, 1 << 63, SIZE, dtype=np.uint64)[:, None] * np.uint64(2) + np.uint64(1)
_RUN_FACTORS = _DRAW.integers(0, 1 << 63, _RUN, dtype=np.uint64) * np.uint64(2) + np.uint64(1)

Numbers = NDArray[np.uint32]


class Sketch(NamedTuple):
    """What is kept of a text: SIZE numbers of 32 bits. `content` is what to store."""

    content: bytes

    @property
    def bands(self) -> tuple[bytes, ...]:
        """Keys to look near-duplicates up by: two that are alike have one in common almost surely."""
        step = len(self.content) // _BANDS
        return tuple(bytes([number]) + self.content[number * step : (number + 1) * step] for number in range(_BANDS))


class Found(NamedTuple):
    """A text that was remembered, and the share of runs that it is estimated to have in common."""

    key: str
    likeness: float


def sketch(text: str) -> Sketch | None:
    """The sketch of a raw text of any length; None if it has too few letters to be told from others."""
    folded = normalise.fold([_LINK.sub(" ", text[: normalise.LIMIT])])
    letters = folded.points[folded.kinds >= UNSPACED][:_MOST].astype(np.uint64)
    if len(letters) < FEWEST:
        return None
    count = len(letters) - _RUN + 1
    runs = sum(letters[place : place + count] * factor for place, factor in enumerate(_RUN_FACTORS))
    hashed = np.unique(runs ^ (runs >> np.uint64(29))) * _FACTORS
    return Sketch((hashed >> np.uint64(32)).min(axis=1).astype("<u4").tobytes())


def likeness(one: Sketch, other: Sketch) -> float:
    """The estimated share of runs that two texts have in common (Jaccard), 0 to 1."""
    return float((_numbers(one) == _numbers(other)).mean())


def cluster(sketches: Sequence[Sketch | None], alike: float = ALIKE) -> list[int]:
    """For each text the number of the first of its cluster; a text without a sketch is a cluster of its own.

    Texts are of one cluster if a chain of near-duplicates leads from one to the other.
    """
    leaders = list(range(len(sketches)))
    holders: dict[bytes, list[int]] = defaultdict(list)
    for number, found in enumerate(sketches):
        for band in found.bands if found else ():
            for other in _few(holders[band], leaders):
                near = sketches[other]
                assert found is not None
                assert near is not None
                if _leader(leaders, other) != _leader(leaders, number) and likeness(found, near) >= alike:
                    _join(leaders, other, number)
            holders[band].append(number)
    return [_leader(leaders, number) for number in range(len(sketches))]


def _few(holders: list[int], leaders: list[int]) -> Iterable[int]:
    """One text for each cluster among those that share a band, the latest first and no more than 16."""
    return {_leader(leaders, number): number for number in holders[-16:]}.values()


def _leader(leaders: list[int], number: int) -> int:
    while leaders[number] != number:
        leaders[number] = leaders[leaders[number]]
        number = leaders[number]
    return number


def _join(leaders: list[int], one: int, other: int) -> None:
    low, high = sorted((_leader(leaders, one), _leader(leaders, other)))
    leaders[high] = low


def _numbers(found: Sketch) -> Numbers:
    return np.frombuffer(found.content, "<u4")


class Recent:
    """The last so many sketches by key; adding one more forgets the oldest. Not safe between threads."""

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._known: OrderedDict[str, Sketch] = OrderedDict()
        self._holders: dict[bytes, list[str]] = defaultdict(list)

    def __len__(self) -> int:
        return len(self._known)

    def add(self, key: str, found: Sketch) -> None:
        """Remember a text under a key; an older one of the same key is forgotten."""
        self.forget(key)
        self._known[key] = found
        for band in found.bands:
            self._holders[band].append(key)
        if len(self._known) > self._most:
            self.forget(next(iter(self._known)))

    def forget(self, key: str) -> None:
        """Forget the text of this key, if there is one."""
        for band in old.bands if (old := self._known.pop(key, None)) else ():
            self._holders[band].remove(key)
            if not self._holders[band]:
                del self._holders[band]

    def near(self, found: Sketch, most: int = 20) -> list[Found]:
        """Near-duplicates among the remembered, the likest first, no more than `most`."""
        keys = list(dict.fromkeys(key for band in found.bands for key in self._holders.get(band, ())[-2 * most :]))
        if not keys:
            return []
        # All at once: in a flood of one text there are hundreds, and a comment waits for the answer.
        known = np.frombuffer(b"".join(self._known[key].content for key in keys), "<u4").reshape(-1, SIZE)
        alike = (known == _numbers(found)).mean(axis=1).tolist()
        all_found = (Found(key, one) for key, one in zip(keys, alike, strict=True))
        return sorted((one for one in all_found if one.likeness >= ALIKE), key=lambda one: -one.likeness)[:most]
