"""Ids, words, rate buckets, standing, and what a comment's text may be."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.bucket import Bucket, Rate
from service.domain.comment import Author, Comment, check_text, repeat_key
from service.domain.errors import Banned, Invalid, NotAMember, NotSignedIn, Suspended, TextTooLong
from service.domain.ids import Ids, first_id_at
from service.domain.member import Member, why_not
from service.domain.names import clean_name, name_key
from service.domain.site import Policy
from service.domain.words import found


@given(st.lists(st.integers(0, 2**44), min_size=1, max_size=50))
def test_ids_sort_in_the_order_of_their_making_whatever_the_clock_does(times: list[int]) -> None:
    clock = iter(times)
    ids = Ids(lambda: next(clock), lambda bits: 0)
    made = [ids.new() for _ in times]
    assert made == sorted(set(made))
    assert made[0] >= first_id_at(times[0])


def test_an_id_is_at_or_after_the_bound_of_its_time() -> None:
    assert Ids(lambda: 5_000, lambda bits: 0).new() >= first_id_at(5_000) > Ids(lambda: 4_999, lambda b: 2**b - 1).new()


def test_words_are_found_whole_and_in_any_case() -> None:
    assert found(("casino", "buy now", "straße"), "CASINO! Buy  now? Buy now. STRASSE casinos") == (
        "casino",
        "buy now",
        "straße",
    )
    assert found(("win",), "windows") == ()
    assert found((), "anything") == ()


def test_a_bucket_gives_its_limit_and_then_makes_wait() -> None:
    rate, bucket = Rate(3, 60), Bucket(3.0, 0)
    for _ in range(3):
        bucket.refill(rate, 0)
        assert bucket.wait_s(rate) == 0
        bucket.left -= 1
    assert bucket.wait_s(rate) == 20
    bucket.refill(rate, 19_000)
    assert bucket.wait_s(rate) == 1
    bucket.refill(rate, 20_000)
    assert bucket.wait_s(rate) == 0


def test_a_clock_that_goes_back_takes_nothing_away() -> None:
    bucket = Bucket(1.0, 60_000)
    bucket.refill(Rate(3, 60), 0)
    assert bucket.left == 1.0


MEMBER = Member("m", "blog", "Ada", None, "member", "active", None, 0, 0, 0, 0, 1)


@pytest.mark.parametrize(
    ("who_may_comment", "status", "refusal"),
    [
        ("members", None, NotSignedIn),
        ("members", "active", None),
        ("members", "invited", NotAMember),
        ("members", "left", NotAMember),
        ("members", "suspended", Suspended),
        ("members", "banned", Banned),
        ("signed_in", None, NotSignedIn),
        ("signed_in", "invited", None),
        ("signed_in", "banned", Banned),
        ("anyone", None, None),
        ("anyone", "suspended", Suspended),
    ],
)
def test_who_may_comment(who_may_comment: str, status: str | None, refusal: type[Exception] | None) -> None:
    member = msgspec.structs.replace(MEMBER, status=status) if status else None
    assert why_not(Policy(who_may_comment=who_may_comment), member, 0) is refusal


def test_a_suspension_ends_by_itself() -> None:
    member = msgspec.structs.replace(MEMBER, status="suspended", suspended_until=1_000)
    assert why_not(Policy(), member, 999) is Suspended
    assert why_not(Policy(), member, 1_000) is None


@pytest.mark.parametrize("text", ["", "   ", "\u200b\u200d\ufeff", "\u202e \u2066\n", "\u3164", "a\x00b"])
def test_text_that_nobody_could_read_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        check_text(text)


@pytest.mark.parametrize("text", ["a", ".", "👍", "👩‍👩‍👧", "é", "ا", "\U000f0000", "x" * 10_000, "💚" * 10_000])
def test_text_that_somebody_can_read_is_taken(text: str) -> None:
    assert check_text(text) == text


def test_the_limit_is_counted_in_code_points() -> None:
    with pytest.raises(TextTooLong):
        check_text("💚" * 10_001)


def test_a_repeat_is_the_same_thread_parent_and_text() -> None:
    key = repeat_key("/a", None, "text")
    assert key == repeat_key("/a", None, "text")
    assert len({key, repeat_key("/b", None, "text"), repeat_key("/a", "c", "text"), repeat_key("/a", None, "t")}) == 4
    assert 0 <= key < 2**63


@pytest.mark.parametrize(
    ("status", "reader", "moderates", "seen"),
    [
        ("approved", None, False, "approved"),
        ("pending", None, False, None),
        ("pending", "a", False, "pending"),
        ("spam", "a", False, "pending"),
        ("spam", "b", False, None),
        ("spam", "b", True, "spam"),
        ("rejected", "a", False, "rejected"),
        ("removed", "a", False, None),
        ("removed", "b", True, "removed"),
    ],
)
def test_who_sees_what(status: str, reader: str | None, moderates: bool, seen: str | None) -> None:
    comment = Comment("c", "blog", "t", None, Author("a", "Ada", "member"), "x", "x", status, 1, None, 1)
    assert comment.seen_by(reader, moderates) == seen


def test_a_guests_comment_belongs_to_nobody() -> None:
    comment = Comment("c", "blog", "t", None, Author(None, "Eve", "guest"), "x", "x", "pending", 1, None, 1)
    assert comment.seen_by(None, False) is None


@pytest.mark.parametrize("alike", ["MO", "m o", "М\u043e", "M\u0301o", "Ｍｏ", "m0", "M\u200bo", "\u039c\u03bf"])
def test_names_that_look_alike_are_the_same_name(alike: str) -> None:
    assert name_key(alike) == name_key("Mo")


@pytest.mark.parametrize("other", ["the‐desk", "THE–DESK", "the‑desk", "ΤΗΕ-desk"])
def test_hyphens_and_greek_capitals_look_alike(other: str) -> None:
    assert name_key(other) == name_key("the-desk")


@pytest.mark.parametrize("other", ["Moe", "Mia", "莫", "אמא"])
def test_names_that_do_not_look_alike_are_others(other: str) -> None:
    assert name_key(other) != name_key("Mo")


@pytest.mark.parametrize("name", ["", " ", "\u200b", "\u0301", "a\x07", "x" * 81])
def test_what_can_be_no_name(name: str) -> None:
    with pytest.raises(Invalid):
        clean_name(name)


def test_a_name_is_composed_and_trimmed() -> None:
    assert clean_name("  Ame\u0301lie   Nothomb ") == "Am\u00e9lie Nothomb"
