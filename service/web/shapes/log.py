"""What is told of what was decided and edited: the log of a site, the history of one comment."""

from msgspec import Struct, field

from service.actions.queue import Revision
from service.domain.comment import Reason, Status, VerdictWord
from service.domain.moderation import Decision, Label, LoggedAction
from service.web.shapes.lists import NextCursor
from service.web.times import Time, rfc3339


class ActorTold(Struct, frozen=True):
    """Who decided."""

    id: str
    name: str


class DecisionTold(Struct, frozen=True):
    """A row of the log: who did what to which comment. Those taken together share `decision_id`."""

    id: str
    decision_id: str
    comment_id: str
    thread_id: str
    who: ActorTold | None
    action: LoggedAction
    from_: Status = field(name="from")
    to: Status
    label: Label | None
    reason: str | None
    version: int
    undoes: str | None
    created_at: Time


class LogTold(Struct, frozen=True):
    """Decisions of a site, newest first."""

    decisions: list[DecisionTold]
    next_cursor: NextCursor


class RevisionTold(Struct, frozen=True):
    """A text that an edit replaced, as it was judged; by whom and when it was replaced."""

    version: int
    text: str
    html: str
    status: Status
    score: float | None
    verdict: VerdictWord
    reasons: tuple[Reason, ...]
    model_version: str | None
    edited_by: ActorTold | None
    edited_at: Time


class HistoryTold(Struct, frozen=True):
    """Every decision about one comment, and every text it had before, oldest first."""

    decisions: list[DecisionTold]
    revisions: list[RevisionTold]


def decision_told(decision: Decision) -> DecisionTold:
    """A row of the log."""
    return DecisionTold(
        decision.id,
        decision.decision_id,
        decision.comment_id,
        decision.thread_id,
        ActorTold(decision.actor_id, decision.actor_name) if decision.actor_id else None,
        decision.action,
        decision.from_status,
        decision.to_status,
        decision.to_label,
        decision.reason,
        decision.version,
        decision.undoes,
        rfc3339(decision.created_at),
    )


def history_told(decisions: list[Decision], revisions: list[Revision]) -> HistoryTold:
    """What became of one comment."""
    return HistoryTold([decision_told(one) for one in decisions], [_revision(one) for one in revisions])


def _revision(one: Revision) -> RevisionTold:
    return RevisionTold(
        one.version,
        one.text,
        one.html,
        one.status,
        one.score,
        one.verdict,
        one.reasons,
        one.model_version,
        ActorTold(one.edited_by, one.editor_name) if one.edited_by else None,
        rfc3339(one.created_at),
    )


def log_told(found: list[Decision], next_cursor: str | None) -> LogTold:
    """A page of the log."""
    return LogTold([decision_told(one) for one in found], next_cursor)
