"""What an edit changed: two texts as a run of words kept, put in and taken out. For people to read, at bounded cost."""

import re
from difflib import SequenceMatcher
from typing import Literal

import msgspec

Op = Literal["equal", "insert", "delete"]

_WORD = re.compile(r"\s*\S+|\s+")
# difflib looks at up to every pair of equal words once for each piece it finds; beyond this many words on either side
# the changed middle is told as a whole.
_MOST_WORDS = 1_000
_MOST_PAIRS = 6_000


class Segment(msgspec.Struct, frozen=True):
    """A piece of text that both have, or only the new one (insert), or only the old one (delete)."""

    op: Op
    text: str


def difference(old: str, new: str) -> list[Segment]:
    """The segments that lead from the old text to the new. Equal and deleted ones make the old, equal and inserted
    ones the new.
    """
    a, b = _WORD.findall(old), _WORD.findall(new)
    head = _common(a, b)
    tail = _common(a[head:][::-1], b[head:][::-1])
    middle = _middle(a[head : len(a) - tail], b[head : len(b) - tail])
    found = [("equal", a[:head]), *middle, ("equal", a[len(a) - tail :])]
    return [Segment(op, "".join(words)) for op, words in found if words]  # type: ignore[arg-type]


def _common(a: list[str], b: list[str]) -> int:
    """How many words they begin with in common."""
    for i, (one, other) in enumerate(zip(a, b, strict=False)):
        if one != other:
            return i
    return min(len(a), len(b))


def _middle(a: list[str], b: list[str]) -> list[tuple[str, list[str]]]:
    if _is_dear(a, b):
        return [("delete", a), ("insert", b)]
    found = []
    for op, i, j, k, n in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if op == "equal":
            found.append(("equal", a[i:j]))
        else:
            found += [("delete", a[i:j]), ("insert", b[k:n])]
    return found


def _is_dear(a: list[str], b: list[str]) -> bool:
    if max(len(a), len(b)) > _MOST_WORDS:
        return True
    counts: dict[str, int] = {}
    for word in b:
        counts[word] = counts.get(word, 0) + 1
    return sum(counts.get(word, 0) for word in a) > _MOST_PAIRS
