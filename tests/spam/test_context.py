"""Clues from around a comment: which hold, in which direction, and never beyond their bounds."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.spam import context
from service.spam.context import Circumstances, Clue, clues, moved, total
from service.spam.facts import STATED, Sample, stated

POST = (
    "How we moved our garden blog from one static generator to another: templates, plugins, image pipeline, build "
    "times, comments, feeds, search, and what we would choose differently today with the experience of three years."
)
NUMBERS = st.integers(0, 1 << 40)


def codes(around: Circumstances) -> set[str]:
    return {clue.code for clue in clues(around)}


def test_nothing_known_is_no_clue() -> None:
    assert clues(Circumstances(Sample("Thanks a lot for this"))) == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Which plugins do you use for the image pipeline and the feeds?", "on-topic"),
        ("Earn thousands every week without leaving home, absolutely guaranteed success waiting inside", "off-topic"),
        ("Nice", None),
        ("Love this photograph very much indeed", None),
    ],
)
def test_topic(text: str, code: str | None) -> None:
    found = context.topic(text, POST)
    assert (found and found.code) == code
    assert context.topic(text, "too short a post") is None


def test_more_new_hosts_weigh_more_up_to_a_bound() -> None:
    weights = [clue.log_odds for count in range(1, 6) if (clue := context.hosts([f"h{n}" for n in range(count)]))]
    assert weights == sorted(weights)
    assert weights[-1] == context.MOST_NEW_HOSTS
    assert context.hosts([]) is None


@pytest.mark.parametrize(
    ("name", "url", "weight"),
    [
        ("Anna Lindgren", "https://anna-lindgren.example", 0.5),  # her own name in her own address says little
        ("Best Packers Movers", "", 1.0),
        ("Boston Plumber", "http://bostonplumber.example", 1.0),
        ("Jo", "https://jo.example", 0.0),
        ("Ольга", "", 0.0),
    ],
)
def test_a_name_that_is_an_advertisement(name: str, url: str, weight: float) -> None:
    found = context.name(Sample("hello", name, url))
    assert (found.log_odds if found else 0.0) == weight


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_name_is_not_counted_twice(name: str, url: str) -> None:
    sample = Sample("", name + " casino loans cheap", url)
    found = context.name(sample)
    counted = sum(STATED[fact] for fact in stated(sample))
    assert (found.log_odds if found else 0.0) <= max(context.KEYWORD_NAME - counted, 0.0)


def test_a_good_record_helps_and_a_bad_one_hurts() -> None:
    weights = [clue.log_odds for approved in (2, 5, 50, 5_000) if (clue := context.record(approved, 0))]
    assert weights == sorted(weights, reverse=True)
    assert weights[-1] == -context.RECORD
    bad = context.record(0, 3)
    assert bad is not None
    assert bad.log_odds > 2.0
    assert context.record(None, 0) is context.record(0, 0) is None


def test_first_comments_are_a_clue_of_members_alone() -> None:
    assert [context.firsts(count) is None for count in (None, 0, 1, 2)] == [True, False, False, True]


@pytest.mark.parametrize(
    ("length", "seconds", "code"),
    [(10, 0.3, "sent-at-once"), (900, 20.0, "sent-fast"), (100, 20.0, None), (900, None, None), (9, -1.0, None),
     (9, math.nan, None)],
)  # fmt: skip
def test_speed(length: int, seconds: float | None, code: str | None) -> None:
    found = context.speed("x" * length, seconds)
    assert (found and found.code) == code


@given(
    st.builds(
        Circumstances,
        st.builds(Sample, st.text(max_size=200), st.text(max_size=50), st.text(max_size=50)),
        st.none() | st.text(max_size=200),
        st.lists(st.text(max_size=80), max_size=9),
        st.none() | NUMBERS,
        NUMBERS,
        NUMBERS,
        st.none() | st.floats(),
    ),
    st.floats(0.0, 1.0),
)
def test_all_clues_are_bounded_and_told_in_words(around: Circumstances, score: float) -> None:
    found = clues(around)
    assert len({clue.code for clue in found}) == len(found)
    assert all(clue.detail.endswith(".") and 0.0 < abs(clue.log_odds) <= 3.0 for clue in found)
    assert context.LOWEST <= total(found) <= context.HIGHEST
    after = moved(score, found)
    assert 0.0 <= after <= 1.0
    if 0.001 < score < 0.999 and total(found):
        assert (after > score) is (total(found) > 0)


def test_clues_move_a_score_by_their_log_odds() -> None:
    assert moved(0.5, [Clue("a", "A.", 1.0), Clue("b", "B.", 0.5)]) == pytest.approx(1 / (1 + math.exp(-1.5)))
    assert moved(0.5, []) == 0.5
    assert moved(5e-324, [Clue("a", "A.", -3.0)]) == 0.0


def test_hosts_of_links() -> None:
    text = "see http://WWW.Shop.example/x?y=1, https://a.example:80 and www.b.example. [c](http://c.example) http://["
    assert context.link_hosts(text) == {"shop.example", "a.example", "b.example", "c.example"}
    assert context.link_hosts("no links here. nor here.com") == frozenset()


def test_a_campaign_on_a_new_account_is_told_by_all_its_clues() -> None:
    around = Circumstances(
        Sample("Earn thousands every week without leaving home http://x.example", "Cheap Loans"),
        POST, ["x.example"], 0, 1, 6, 1.0,
    )  # fmt: skip
    assert codes(around) >= {"new-link-host", "keyword-name", "new-author", "member-record", "near-duplicates"}
    assert total(clues(around)) == context.HIGHEST
