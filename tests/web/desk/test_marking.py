"""Marks in the HTML of a comment: around the right words, and never a change to anything else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from service.domain.comment import Author, Comment, Reason
from service.domain.markup import render
from service.web.desk.marking import Span, marked, spans_of

REL = "ugc nofollow"


def _marked(text: str, *pieces: tuple[str, bool]) -> list[tuple[str, str]]:
    """What is marked when these pieces of the text are pointed at."""
    spans = [Span(text.index(piece), text.index(piece) + len(piece), spam) for piece, spam in pieces]
    html = str(marked(render(text, REL), text, spans))
    return re.findall(r'<mark class="(\w+)">(.*?)</mark>', html, re.DOTALL)


@pytest.mark.parametrize(
    ("text", "piece", "shown"),
    [
        ("buy cheap pills now", "cheap pills", ["cheap pills"]),
        ("buy **cheap** pills now", "cheap** pills", ["cheap", "pills"]),
        ("see [the offer](https://x.example/offer) or the other offer", "other offer", ["other offer"]),
        ("a < b & c > d", "b & c", ["b &amp; c"]),
        ("free \u200bspins", "\u200bspins", ["\u200bspins"]),
        ("one\n\ntwo three", "two", ["two"]),
        ("\U0001f600 win \U0001f600 cash", "cash", ["cash"]),
        ("> quoted cash\n\nmy cash", "my cash", ["my cash"]),
    ],
)
def test_what_is_pointed_at_is_marked(text: str, piece: str, shown: list[str]) -> None:
    assert [words for _, words in _marked(text, (piece, True))] == shown


def test_both_ways_are_told_apart_and_spam_is_on_top() -> None:
    assert _marked("thanks for the casino bonus", ("thanks", False), ("casino", True)) == [
        ("less", "thanks"),
        ("more", "casino"),
    ]
    assert _marked("the casino bonus", ("the casino bonus", False), ("casino", True)) == [
        ("less", "the"),
        ("more", "casino"),
        ("less", "bonus"),
    ]


def test_the_address_behind_a_link_is_not_marked() -> None:
    assert _marked("see [here](https://x.example/buy) please", ("https://x.example/buy", True)) == []


def test_only_what_weighs_is_shown() -> None:
    reasons = (
        Reason("text", "cash: speaks for spam.", 0.5, (0, 4)),
        Reason("text", "the: speaks against spam.", -0.3, (5, 8)),
        Reason("fact", "length: speaks against spam.", -2.0),
        Reason("score", "Probability of spam 0.60."),
    )
    comment = Comment("1", "s", "t", None, Author(None, "Ada", "guest"), "cash the", "", "pending", 0, None, 1)
    assert spans_of(structs.replace(comment, reasons=reasons)) == [Span(0, 4, True)]


_TEXT = st.text(alphabet=st.sampled_from("ab <>&*_[]()`\n\"'#!h\u200b\U0001f600"), min_size=1, max_size=60)


@given(_TEXT, st.lists(st.tuples(st.integers(-5, 70), st.integers(-5, 70), st.booleans()), max_size=5))
def test_marks_change_nothing_else(text: str, spans: list[tuple[int, int, bool]]) -> None:
    html = render(text, REL)
    found = str(marked(html, text, [Span(*span) for span in spans]))
    assert re.sub(r'<mark class="(?:more|less)">|</mark>', "", found) == html
    for piece in re.findall(r"<mark[^>]*>(.*?)</mark>", found, re.DOTALL):
        assert "<" not in piece  # no element is cut by a mark
