"""The difference of two texts: what it keeps makes both texts again, and hostile ones cost little."""

from hypothesis import given
from hypothesis import strategies as st

from service.domain.difference import Segment, difference

WORDS = st.lists(st.sampled_from(["a", "b", "rye", " ", "\n\n", "flour,", "ü"]), max_size=60).map(" ".join)


@given(old=WORDS | st.text(max_size=200), new=WORDS | st.text(max_size=200))
def test_the_segments_make_both_texts(old: str, new: str) -> None:
    found = difference(old, new)
    assert "".join(one.text for one in found if one.op != "insert") == old
    assert "".join(one.text for one in found if one.op != "delete") == new
    assert all(one.text for one in found)


def test_words_are_told_apart_and_not_letters() -> None:
    assert difference("I like rye flour.", "I love rye flour, too.") == [
        Segment("equal", "I"),
        Segment("delete", " like"),
        Segment("insert", " love"),
        Segment("equal", " rye"),
        Segment("delete", " flour."),
        Segment("insert", " flour, too."),
    ]


def test_a_link_slipped_into_a_long_text_stands_out() -> None:
    words = [f"word{i}" for i in range(1_500)]
    slipped = [*words[:700], "https://casino.example", *words[700:]]
    inserted = [one for one in difference(" ".join(words), " ".join(slipped)) if one.op != "equal"]
    assert inserted == [Segment("insert", " https://casino.example")]


def test_what_would_be_dear_is_told_as_a_whole() -> None:
    old, new = "x " * 4_000 + "end", "y " * 10 + "x y " * 2_000
    assert [one.op for one in difference(old, new)] == ["delete", "insert"]
