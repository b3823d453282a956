"""Slices of labelled comments that are looked at by themselves: sources, lengths, languages."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from service.spam.training import Row

_EDGES = (60, 240)  # code points
_LENGTHS = (f"up to {_EDGES[0]} signs", f"up to {_EDGES[1]} signs", "longer")

Truth = NDArray[np.bool_]
Whole = NDArray[np.intp]


def by_length(lengths: Whole) -> Whole:
    """Of comments of so many code points the number of the slice: short (0), middling (1) or long (2)."""
    return np.digitize(lengths, _EDGES, right=True)


def sliced(rows: Sequence[Row]) -> dict[str, Truth]:
    """Which rows are in which slice: all, each source, length and language."""
    lengths = by_length(np.array([len(row.sample.text) for row in rows], np.intp))
    return {
        "all": np.ones(len(rows), bool),
        **_each("", [row.source for row in rows]),
        **{name: lengths == number for number, name in enumerate(_LENGTHS)},
        **_each("in ", [row.language for row in rows]),
    }


def _each(prefix: str, values: Sequence[str]) -> dict[str, Truth]:
    column = np.array(values, np.str_)
    return {f"{prefix}{value}": column == value for value in np.unique(column) if value}
