"""The comments that the evaluation works on: rows of the public data by source, with their paper splits, and ours."""

import gzip
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from service.spam.facts import Sample
from service.spam.synthetic import generator
from service.spam.training import Row

VIDEOS = "youtube_"  # how the names of their sources begin


class Source(NamedTuple):
    """All rows of one source in the order of its file, and the splits of each (empty where there is none)."""

    name: str
    rows: tuple[Row, ...]
    splits: tuple[str, ...]  # train or dev, as the shipped model was made
    paper: tuple[str, ...]  # train or test, as the papers did


def load(paths: Sequence[Path]) -> dict[str, Source]:
    """Every source of these files by name. Raises OSError, and ValueError for a line that is none of the data's."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
            for line in file:
                fields = json.loads(line)
                found.setdefault(fields.get("source", path.name.split(".")[0]), []).append(fields)
    return {name: _source(name, rows) for name, rows in sorted(found.items())}


def _source(name: str, rows: list[dict[str, Any]]) -> Source:
    return Source(
        name,
        tuple(Row(Sample(row["text"]), row["label"] == "spam", name, row.get("lang", "")) for row in rows),
        tuple(row.get("split", "") for row in rows),
        tuple(row.get("paper_split", "") for row in rows),
    )


def pooled(sources: dict[str, Source], most: int, without: str = "") -> list[Row]:
    """Rows of all sources but one, no more than `most` of each, the same ones each time."""
    result: list[Row] = []
    for name, source in sources.items():
        if name != without:
            result += some(source.rows, most)
    return result


def some(rows: Sequence[Row], most: int, seed: int = 7) -> list[Row]:
    """At most so many rows, drawn evenly; order kept."""
    if len(rows) <= most:
        return list(rows)
    return [rows[place] for place in sorted(np.random.default_rng(seed).permutation(len(rows))[:most])]


def ours(count: int) -> list[Row]:
    """Texts of our own from the half that no model trains on, without those that stand in the other half as well."""
    trained = trained_texts()
    return [row for row in generator.rows(count, "test") if row.sample.text not in trained]


@cache
def trained_texts() -> frozenset[str]:
    """The texts of our own that models are trained on; each time they are made takes a second."""
    return frozenset(row.sample.text for row in generator.rows())
