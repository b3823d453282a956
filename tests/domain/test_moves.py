"""The order in which pages can take each other's places, and what a list of them must not say."""

from hypothesis import given
from hypothesis import strategies as st

from service.domain.moves import Pair, contradictions, in_order


def pairs(text: str) -> list[Pair]:
    """Pairs of `a>b c>d`."""
    told = [one.split(">") for one in text.split()]
    return [Pair(line, f"/{old}", f"/{new}") for line, (old, new) in enumerate(told, 1)]


def order(text: str) -> str:
    return " ".join("+".join(f"{p.old[1:]}>{p.new[1:]}" for p in group) for group in in_order(pairs(text)))


def test_whoever_is_in_the_way_leaves_first() -> None:
    assert order("a>b b>c c>d") == "c>d b>c a>b"
    assert order("b>c a>b") == "b>c a>b"
    assert order("a>x b>x") == "a>x b>x"


def test_a_ring_goes_at_once_and_before_those_who_follow_it() -> None:
    assert order("a>b b>a") == "a>b+b>a"
    assert order("t>a a>b b>c c>a") == "a>b+b>c+c>a t>a"
    assert order("a>b t>a b>a") == "a>b+b>a t>a"


def test_a_new_spelling_is_a_ring_of_one() -> None:
    assert [[(p.old, p.new) for p in group] for group in in_order([Pair(1, "/a", "/a/")])] == [[("/a", "/a/")]]


def test_a_page_can_go_to_one_place_only() -> None:
    assert contradictions(pairs("a>b c>b a>b")) == []
    told = contradictions([Pair(1, "/a", "/b"), Pair(4, "/a/", "/c")])
    assert [(fault.pointer, fault.detail) for fault in told] == [("line 4", "/a/ goes to /b by line 1 already.")]


@given(st.dictionaries(st.integers(0, 12), st.integers(0, 12), max_size=12))
def test_nobody_comes_where_somebody_still_stands(moves: dict[int, int]) -> None:
    given_pairs = [Pair(i, f"/{old}", f"/{new}") for i, (old, new) in enumerate(moves.items())]
    groups = in_order(given_pairs)
    assert sorted(p for group in groups for p in group) == sorted(given_pairs)
    gone: set[str] = set()
    for group in groups:
        gone |= {pair.old for pair in group}
        assert not [p for p in group if p.new in {q.old for q in given_pairs} - gone]
