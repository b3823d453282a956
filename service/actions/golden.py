"""The golden set that comes with Greenroom: texts that no model is ever trained on, and that every one must get right.

They lie in models/golden, beside the shipped model.
"""

import json
from typing import NamedTuple

from service.spam.facts import Sample
from service.spam.shipped import shipped_folder


class Golden(NamedTuple):
    """One of them."""

    sample: Sample
    spam: bool


def golden() -> list[Golden]:
    """All of them. Raises OSError where they are missing."""
    path = shipped_folder().parent / "golden" / "golden.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [Golden(Sample(row["text"]), row["label"] == "spam") for row in rows]
