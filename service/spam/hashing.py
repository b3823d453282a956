"""Folded code points in, hashed features out: character n-grams, words and word pairs in one fixed table.

What a feature weighs is not known here; facts that are no n-grams are in `facts`.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.spam.alphabet import LETTER, SPACE, UNSPACED

Points = NDArray[np.uint32]
Kinds = NDArray[np.uint8]

BITS = 18
TABLE = 1 << BITS
ORDERS = (3, 5)  # of characters everywhere; pairs as well in scripts without spaces
BLOCKS = 2  # 0: characters, 1: words and pairs
MOST = np.array([128, 32])  # features of a row of each block from which on more do not weigh each less
MOST_POINTS = 1 << 16  # that are hashed at once; larger batches are halved
MOST_VIEWS = 1 << 12  # the number of a view and its block must fit above BITS in 32 bits

_SHIFT = np.uint32(32 - BITS)
_INDEX = np.uint32(TABLE - 1)  # the part of a key that is the feature's number
_WORDS = np.uint32(TABLE)  # and the one that tells words from characters
_ONE_VIEW = np.arange(0, (BLOCKS + 1) * TABLE, TABLE, dtype=np.uint32)
_DRAW = np.random.Generator(np.random.PCG64(20201118))


def _odd(count: int) -> Points:
    return _DRAW.integers(0, 1 << 31, count, dtype=np.uint32) * np.uint32(2) + np.uint32(1)


# Multilinear hashing into the top bits (Dietzfelbinger 1996): a sum of code points times fixed odd numbers.
_LETTER_FACTORS = _odd(5)[:, None]
_ORDER_FACTORS = _odd(len(ORDERS))[:, None]
_BIGRAM_FACTOR, _WORD_FACTOR, _PAIR_FACTOR, _FIRST_FACTOR = _odd(4)
_MARGIN = np.full(4, SPACE, np.uint32)
_BASE = int(_odd(1)[0])


def _powers(base: int) -> Points:
    powers = np.full(MOST_POINTS, base, np.uint32)
    powers[0] = 1
    return np.cumprod(powers, dtype=np.uint32)


_POWERS = _powers(_BASE)
_INVERSES = _powers(pow(_BASE, -1, 1 << 32))


class Hashed(NamedTuple):
    """Distinct features of each view: rows of a sparse matrix in blocks, each row's indices ascending.

    Row `view * BLOCKS + block` is indices[indptr[row]:indptr[row + 1]]; every value in a row of n is
    1 / sqrt(n), or that of MOST where n is more. Every row has the feature 0, so that none is empty.
    """

    indices: Points
    indptr: NDArray[np.intp]


def hash_views(points: Points, kinds: Kinds, starts: NDArray[np.intp]) -> Hashed:
    """Hash views: view i is points[starts[i]:starts[i + 1]], a space at both ends, at most MOST_POINTS long."""
    if len(points) <= MOST_POINTS and len(starts) <= MOST_VIEWS:
        return _hash(points, kinds, starts)
    half = len(starts) // 2
    middle = starts[half]
    left = hash_views(points[:middle], kinds[:middle], starts[: half + 1])
    right = hash_views(points[middle:], kinds[middle:], starts[half:] - middle)
    indptr = np.concatenate((left.indptr[:-1], right.indptr + left.indptr[-1]))
    return Hashed(np.concatenate((left.indices, right.indices)), indptr)


def lengths(counts: NDArray[np.intp]) -> NDArray[np.float64]:
    """What the features of each row are divided by, given how many they are: the square root, but of no more than MOST.

    So the length of a short view is one, and more words in a long one do not make light of those that are there.
    """
    return np.asarray(np.sqrt(np.minimum(counts.reshape(-1, BLOCKS), MOST)).ravel())


def trace(points: Points, kinds: Kinds) -> tuple[Points, NDArray[np.intp], NDArray[np.intp]]:
    """All features of one view, repeated ones as well: block * TABLE + index, and from where to where each stands."""
    keys = np.concatenate((_characters(points, kinds, None), _words(points, kinds, None)))
    order, start = _within_words(np.concatenate((points, _MARGIN)), len(points)).nonzero()
    unspaced = (kinds == UNSPACED).nonzero()[0]
    edges = ((kinds[1:] >= LETTER) != (kinds[:-1] >= LETTER)).nonzero()[0] + 1
    first, last = edges[::2], edges[1::2]
    starts = np.concatenate((start, unspaced, first, first[:-1]))
    stops = np.concatenate((start + np.array(ORDERS)[order], unspaced + 2, last, last[1:]))
    return keys, starts, np.minimum(stops, len(points))


def _hash(points: Points, kinds: Kinds, starts: NDArray[np.intp]) -> Hashed:
    if len(starts) == 2:
        rows, owners = _ONE_VIEW, None
    else:
        rows = np.arange(0, (BLOCKS * (len(starts) - 1) + 1) * TABLE, TABLE, dtype=np.uint32)
        owners = rows[:-1:BLOCKS].repeat(starts[1:] - starts[:-1])
    keys = np.concatenate((_characters(points, kinds, owners), _words(points, kinds, owners), rows[:-1]))
    keys.sort()
    fresh = np.empty(len(keys), bool)
    fresh[0] = True
    np.not_equal(keys[1:], keys[:-1], out=fresh[1:])
    keys = keys[fresh]
    return Hashed(keys & _INDEX, keys.searchsorted(rows))


def _characters(points: Points, kinds: Kinds, owners: Points | None) -> Points:
    """Keys of all n-grams that lie within one word and the spaces around it."""
    count = len(points)
    padded = np.concatenate((points, _MARGIN))
    terms = padded * _LETTER_FACTORS
    sums = np.empty((len(ORDERS), count), np.uint32)
    pairs = terms[0, :count] + terms[1, 1 : count + 1]
    np.add(pairs, terms[2, 2 : count + 2], out=sums[0])
    np.add(sums[0], terms[3, 3 : count + 3], out=sums[1])
    sums[1] += terms[4, 4:]
    sums *= _ORDER_FACTORS
    sums >>= _SHIFT
    if owners is not None:
        sums |= owners
    keys = sums[_within_words(padded, count)]
    unspaced = (kinds == UNSPACED).nonzero()[0]
    if not unspaced.size:
        return keys
    more = pairs[unspaced] * _BIGRAM_FACTOR >> _SHIFT
    if owners is not None:
        more |= owners[unspaced]
    return np.concatenate((keys, more))


def _within_words(padded: Points, count: int) -> NDArray[np.bool_]:
    """Which n-grams have no space but at their ends."""
    filled = padded != SPACE
    within = np.empty((len(ORDERS), count), bool)
    within[0] = filled[1 : count + 1]
    np.logical_and(within[0], filled[2 : count + 2], out=within[1])
    within[1] &= filled[3 : count + 3]
    return within


def _words(points: Points, kinds: Kinds, owners: Points | None) -> Points:
    """Keys of words (runs of letters, digits, @ and $) and of neighbouring words, in scripts with spaces."""
    inside = kinds >= LETTER
    edges = (inside[1:] != inside[:-1]).nonzero()[0]  # in pairs: before the first letter, at the last
    sums = (points * _POWERS[: len(points)]).cumsum(dtype=np.uint32)[edges]
    first = edges[::2]
    words = (sums[1::2] - sums[::2]) * _INVERSES[first]
    pairs = words[:-1] * _FIRST_FACTOR + words[1:]
    if owners is None:
        keys: Points = np.concatenate((words * _WORD_FACTOR, pairs * _PAIR_FACTOR)) >> _SHIFT
        keys |= _WORDS
        return keys
    mine = owners[first] | _WORDS
    together = mine[1:] == mine[:-1]
    keys = np.concatenate((words * _WORD_FACTOR, pairs[together] * _PAIR_FACTOR)) >> _SHIFT
    keys |= np.concatenate((mine, mine[1:][together]))
    return keys
