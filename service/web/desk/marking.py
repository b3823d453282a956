"""Marks in a comment's HTML the pieces of its text that moved the score. Pure; the HTML was cleaned before.

Spans count code points of the text as it was written; what readers see lacks the signs of Markdown. So each word
that is shown is looked for in the text from where the one before it was found. What is not shown, like the address
behind a link, is not marked: the reasons beside it tell of that.
"""

import re
from collections.abc import Iterator, Sequence
from html import unescape
from typing import NamedTuple

from markupsafe import Markup

from service.domain.comment import Comment

_TAG = re.compile(r'(<(?:[^<>"]|"[^"]*")*>)')
_WORD = re.compile(r"\s+|\S+")
_LETTER = re.compile(r"&(?:[a-zA-Z]+|#[0-9]+);|.", re.DOTALL)


# Log-odds. Common words speak a little against spam in every honest comment: to mark them all would show nothing.
_FOR, _AGAINST = 0.2, 0.4


class Span(NamedTuple):
    """From one code point up to another, and whether it spoke for spam."""

    start: int
    end: int
    for_spam: bool


def spans_of(comment: Comment) -> list[Span]:
    """The pieces of the text that moved its score enough to be shown."""
    pieces = [(one.span, one.weight or 0.0) for one in comment.reasons if one.span is not None]
    return [Span(*span, weight > 0) for span, weight in pieces if weight >= _FOR or weight <= -_AGAINST]


def marked(html: str, text: str, spans: Sequence[Span]) -> Markup:
    """The HTML with these pieces of the text in `mark` elements."""
    if not spans:
        return Markup(html)  # noqa: S704 - domain/markup.py has cleaned it
    kinds, pieces, at = _kinds(len(text), spans), [], 0
    for i, piece in enumerate(_TAG.split(html)):
        if i % 2:
            pieces.append(piece)
            continue
        shown, at = _placed(piece, text, at)
        pieces.extend(_runs(shown, kinds))
    return Markup("".join(pieces))  # noqa: S704 - the same with our own marks between


def _kinds(length: int, spans: Sequence[Span]) -> list[str]:
    """For each code point the class of its mark; where spans overlap, what speaks for spam is shown."""
    kinds = [""] * length
    for span in sorted(spans, key=lambda one: one.for_spam):
        for i in range(max(span.start, 0), min(span.end, length)):
            kinds[i] = "more" if span.for_spam else "less"
    return kinds


def _placed(piece: str, text: str, at: int) -> tuple[list[tuple[str, int]], int]:
    """The letters of a piece between tags, as they stand in the HTML, each with its place in the text (-1: none)."""
    placed: list[tuple[str, int]] = []
    for word in _WORD.findall(piece):
        letters = _LETTER.findall(word)
        plain = [unescape(letter) for letter in letters]
        place = -1 if word.isspace() else text.find("".join(plain), at)
        if place < 0:
            placed += [(letter, -1) for letter in letters]
            continue
        for letter, one in zip(letters, plain, strict=True):
            placed.append((letter, place))
            place += len(one)
        at = place
    return placed, at


def _runs(placed: Sequence[tuple[str, int]], kinds: Sequence[str]) -> Iterator[str]:
    """The letters again, with marks around the runs of one kind. A space between two of a kind is of it, too."""
    run: list[str] = []
    kind = ""
    for letter, place in placed:
        now = kinds[place] if place >= 0 else kind if letter.isspace() else ""
        if now != kind:
            yield _mark(run, kind)
            run, kind = [], now
        run.append(letter)
    yield _mark(run, kind)


def _mark(run: Sequence[str], kind: str) -> str:
    words = "".join(run)
    kept = words.rstrip()
    return f'<mark class="{kind}">{kept}</mark>{words[len(kept) :]}' if kind and kept else words
