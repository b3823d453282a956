"""The one feature code of training and of serving: comments in, hashed views and facts out.

What is done with them is in `training` and `model`; neither looks at a text in any other way.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.spam import facts, hashing, normalise, views
from service.spam.facts import Sample

VERSION = 3  # raise it whenever the same text would give other features: older models are then refused

_PART_POINTS = 2 * normalise.LIMIT  # raw; so that a large batch takes no more memory than a small one
_PART_TEXTS = 1024


class Features(NamedTuple):
    """Features of a batch of texts; every text has at least one view, its views stand side by side.

    Row `view * 2 + block` of the n-grams is indices[indptr[row]:indptr[row + 1]], each of value 1 / hashing.lengths.
    """

    indices: NDArray[np.uint32]
    indptr: NDArray[np.intp]
    first: NDArray[np.intp]  # of each text, the number of its first view
    facts: NDArray[np.float64]  # (texts, len(facts.FACTS))


def featurise(samples: Sequence[Sample]) -> Features:
    """Features of at least one comment."""
    batch = normalise.fold([sample.text for sample in samples])
    points, kinds, starts, first = views.cut(batch)
    indices, indptr = hashing.hash_views(points, kinds, starts)
    return Features(indices, indptr, first, facts.measure(batch))


def parts(samples: Sequence[Sample]) -> Iterator[Sequence[Sample]]:
    """The same samples in the same order, in parts small enough for one call of `featurise`."""
    begin = size = 0
    for number, sample in enumerate(samples):
        length = min(len(sample.text), normalise.LIMIT)
        if number > begin and (size + length > _PART_POINTS or number - begin == _PART_TEXTS):
            yield samples[begin:number]
            begin, size = number, 0
        size += length
    if begin < len(samples):
        yield samples[begin:]


def parameters() -> dict[str, object]:
    """The feature space in words and numbers, for the manifest of a model."""
    return {
        "version": VERSION,
        "table": hashing.TABLE,
        "character_orders": list(hashing.ORDERS),
        "character_orders_without_spaces": [2, *hashing.ORDERS],
        "blocks": ["characters", "words and pairs"],
        "most_of_a_block": hashing.MOST.tolist(),
        "long": views.LONG,
        "window": views.WINDOW,
        "step": views.STEP,
        "limit": normalise.LIMIT,
        "facts": list(facts.FACTS),
    }
