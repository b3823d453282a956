"""The transition table of moderation, every pair of it, and what undo makes of a decision."""

import msgspec
import pytest

from service.domain.comment import STATUSES, Author, Comment, Status
from service.domain.errors import NotAllowedNow
from service.domain.moderation import ACTIONS, Action, Decision, allowed_actions, apply, undone

# action, from -> to; what is not here is not allowed.
ALLOWED: dict[tuple[Action, Status], Status] = {
    ("approve", "pending"): "approved",
    ("approve", "spam"): "approved",
    ("approve", "rejected"): "approved",
    ("reject", "pending"): "rejected",
    ("reject", "approved"): "rejected",
    ("mark_spam", "pending"): "spam",
    ("mark_spam", "approved"): "spam",
    ("mark_spam", "rejected"): "spam",
    ("remove", "pending"): "removed",
    ("remove", "approved"): "removed",
    ("remove", "rejected"): "removed",
    ("remove", "spam"): "removed",
    ("restore", "removed"): "rejected",  # what it was before, in `a_comment`
}
LABELS = {"approve": "ham", "mark_spam": "spam"}


def a_comment(status: Status, **fields: object) -> Comment:
    removed = {"removed_from": "rejected", "removed_by": "moderator"} if status == "removed" else {}
    author = Author("a", "Ada", "member")
    comment = Comment("c", "blog", "t", None, author, "text", "<p>text</p>", status, 1, None, 3)
    return msgspec.structs.replace(comment, **{**removed, **fields})


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("status", STATUSES)
def test_every_pair_of_the_table(action: Action, status: Status) -> None:
    comment = a_comment(status)
    expected = ALLOWED.get((action, status))
    assert (action in allowed_actions(comment)) == (expected is not None)
    if expected is None:
        with pytest.raises(NotAllowedNow):
            apply(action, comment)
    else:
        outcome = apply(action, comment)
        assert (outcome.status, outcome.label) == (expected, LABELS.get(action))


def test_what_its_author_deleted_stays_deleted() -> None:
    deleted = a_comment("removed", removed_by="author")
    assert allowed_actions(deleted) == ()
    with pytest.raises(NotAllowedNow):
        apply("restore", deleted)


@pytest.mark.parametrize(("action", "status"), ALLOWED)
def test_undo_puts_status_and_label_back(action: Action, status: Status) -> None:
    before = a_comment(status)
    outcome = apply(action, before)
    after = msgspec.structs.replace(
        before, status=outcome.status, version=4, removed_from=outcome.removed_from, removed_by=outcome.removed_by
    )
    decision = Decision(
        "d", "call", "blog", "c", "t", "m", "Mo", action, status, outcome.status, "ham", outcome.label, None, 4, None, 1
    )
    back = undone(decision, after)
    assert (back.status, back.label) == (status, "ham")
    assert (back.removed_from is not None) == (status == "removed")


def test_undo_leaves_alone_what_is_newer() -> None:
    decision = Decision(
        "d", "call", "blog", "c", "t", "m", "Mo", "approve", "pending", "approved", None, "ham", None, 4, None, 1
    )
    with pytest.raises(NotAllowedNow):
        undone(decision, a_comment("approved", version=5))
