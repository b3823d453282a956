"""What moderators (and authors, of their own) may do with a comment: the transition table, labels, undo."""

from typing import Literal, NamedTuple

import msgspec

from service.domain.comment import Comment, Status
from service.domain.errors import NotAllowedNow

Action = Literal["approve", "reject", "mark_spam", "remove", "restore"]
ACTIONS: tuple[Action, ...] = ("approve", "reject", "mark_spam", "remove", "restore")
LoggedAction = Literal["approve", "reject", "mark_spam", "remove", "restore", "undo", "edit", "dismiss", "audit"]
LOGGED_ACTIONS: tuple[LoggedAction, ...] = (*ACTIONS, "undo", "edit", "dismiss", "audit")
Label = Literal["ham", "spam"]
Remover = Literal["author", "moderator"]


class Transition(NamedTuple):
    """One row of the table: from which statuses, to which, and the label that the decision teaches (None: none)."""

    sources: frozenset[Status]
    to: Status | None  # None: what it was before
    label: Label | None


TRANSITIONS: dict[Action, Transition] = {
    "approve": Transition(frozenset(("pending", "spam", "rejected")), "approved", "ham"),
    "reject": Transition(frozenset(("pending", "approved")), "rejected", None),  # not wanted is not spam
    "mark_spam": Transition(frozenset(("pending", "approved", "rejected")), "spam", "spam"),
    "remove": Transition(frozenset(("pending", "approved", "rejected", "spam")), "removed", None),
    "restore": Transition(frozenset(("removed",)), None, None),
}


class Outcome(NamedTuple):
    """What a decision makes of a comment. `label` None leaves the label as it is."""

    status: Status
    label: Label | None
    removed_from: Status | None
    removed_by: Remover | None


def apply(action: Action, comment: Comment, by: Remover = "moderator") -> Outcome:
    """What this action makes of the comment. Raises NotAllowedNow for a pair that is not in the table."""
    transition = TRANSITIONS[action]
    if comment.status not in transition.sources:
        raise NotAllowedNow(f"A comment that is {comment.status} cannot take the action {action}.")
    if not comment.text and action != "remove":
        raise NotAllowedNow("The text of this comment has been erased; it can only be removed.")
    if action == "restore":
        return _restored(comment)
    assert transition.to is not None
    removing = transition.to == "removed"
    return Outcome(transition.to, transition.label, comment.status if removing else None, by if removing else None)


def upheld(outcome: Outcome, label: Label | None) -> Outcome:
    """A moderator removes what readers complained of: it teaches spam, unless somebody has called it ham before."""
    return outcome._replace(label="spam") if label is None else outcome


def _restored(comment: Comment) -> Outcome:
    if comment.removed_by == "author" or comment.removed_from is None:
        raise NotAllowedNow("Its author deleted this comment; it stays deleted.")
    return Outcome(comment.removed_from, None, None, None)


def allowed_actions(comment: Comment) -> tuple[Action, ...]:
    """The actions that a moderator may take now: by the same table that permits them."""
    return tuple(a for a in ACTIONS if _allowed(a, comment))


def _allowed(action: Action, comment: Comment) -> bool:
    if not comment.text and action != "remove":
        return False
    restorable = comment.removed_by != "author" and comment.removed_from is not None
    return comment.status in TRANSITIONS[action].sources and (action != "restore" or restorable)


class Decision(msgspec.Struct, frozen=True):
    """One row of the log, never changed: who did what to which comment, from, to, why, when.

    Decisions taken together share `decision_id`. An undo is a decision that names the one it undoes.
    """

    id: str
    decision_id: str
    site_id: str
    comment_id: str
    thread_id: str
    actor_id: str | None
    actor_name: str
    action: LoggedAction
    from_status: Status
    to_status: Status
    from_label: Label | None
    to_label: Label | None
    reason: str | None
    version: int  # of the comment, after
    undoes: str | None
    created_at: int


def stands(decision: Decision, comment: Comment | None) -> bool:
    """Whether this decision is the last word on its comment, so that it can be taken back."""
    if comment is None or comment.removed_by == "author":
        return False
    try:
        undone(decision, comment)
    except NotAllowedNow:
        return False
    return True


def undone(decision: Decision, comment: Comment) -> Outcome:
    """What taking this decision back makes of the comment. Raises NotAllowedNow where something newer stands."""
    if decision.action == "edit":
        raise NotAllowedNow("An edit is not taken back; edit the comment again.")
    if decision.action == "dismiss":  # nothing of the comment was changed
        raise NotAllowedNow("Reports that were dismissed stay dismissed; they can be made again.")
    if decision.action == "audit":
        raise NotAllowedNow("A look at a sample is not taken back; decide about the comment instead.")
    if comment.version != decision.version:
        raise NotAllowedNow("Something newer was decided about this comment; it stays as it is.")
    removing = decision.from_status == "removed"
    return Outcome(
        decision.from_status,
        decision.from_label,
        decision.to_status if removing else None,
        "moderator" if removing else None,
    )
