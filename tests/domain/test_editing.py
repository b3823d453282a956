"""Who may edit when, and what an edit makes of a comment's status: every pair."""

import msgspec
import pytest

from service.domain.comment import Author, Comment, Status
from service.domain.editing import check_editable, edited_status
from service.domain.errors import EditWindowOver, NotAllowedNow

PLAIN = Comment("c", "blog", "t", None, Author("a", "Ada", "member"), "new", "<p>new</p>", "approved", 1_000, None, 1)
STANDING = msgspec.structs.replace(PLAIN, status="pending", public_text="old", public_html="<p>old</p>")


@pytest.mark.parametrize(
    ("before", "verdict", "after"),
    [
        ("approved", "approved", "approved"),
        ("approved", "pending", "pending"),
        ("approved", "spam", "pending"),
        ("pending", "approved", "pending"),
        ("pending", "pending", "pending"),
        ("pending", "spam", "spam"),
        ("spam", "approved", "spam"),
        ("spam", "pending", "spam"),
        ("spam", "spam", "spam"),
    ],
)
def test_an_edit_publishes_only_in_place_of_what_is_published(before: Status, verdict: Status, after: Status) -> None:
    comment = msgspec.structs.replace(PLAIN, status=before)
    assert edited_status(comment, verdict, by_moderator=False) == after
    assert edited_status(comment, verdict, by_moderator=True) == "approved"


@pytest.mark.parametrize("verdict", ["approved", "pending", "spam"])
def test_while_an_edit_waits_the_approved_text_stands_whatever_comes(verdict: Status) -> None:
    assert edited_status(STANDING, verdict, by_moderator=False) == "pending"


def test_the_window_is_for_authors() -> None:
    check_editable(PLAIN, False, 900, 901_000)
    with pytest.raises(EditWindowOver):
        check_editable(PLAIN, False, 900, 901_001)
    check_editable(PLAIN, True, 900, 999_999_999)


@pytest.mark.parametrize("status", ["rejected", "removed"])
def test_what_was_taken_down_is_not_edited(status: Status) -> None:
    with pytest.raises(NotAllowedNow):
        check_editable(msgspec.structs.replace(PLAIN, status=status), True, 900, 1_000)


def test_each_sees_his_text() -> None:
    assert STANDING.is_public
    assert STANDING.seen_by(None, False) == "approved"
    assert STANDING.seen_by("b", False) == "approved"
    assert STANDING.seen_by("a", False) == "pending"
    assert STANDING.seen_by("m", True) == "pending"
    assert [STANDING.as_seen_by(*who).text for who in [(None, False), ("b", False), ("a", False), ("m", True)]] == [
        *("old", "old"),
        *("new", "new"),
    ]
    taken_down = msgspec.structs.replace(STANDING, status="rejected")
    assert not taken_down.is_public
    assert taken_down.as_published().text == "new"
    assert taken_down.seen_by(None, False) is None
