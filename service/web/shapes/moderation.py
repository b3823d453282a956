"""What moderators send and see: decisions with their results, the cards of the queue, the log."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType, field

from service.actions.decide_comments import Result
from service.actions.queue import AuthorRecord, Item, QueuePage, Sort
from service.domain.comment import Comment, Reason, Status, VerdictWord
from service.domain.member import MemberStatus
from service.domain.moderation import Action, Decision, Label, LoggedAction
from service.domain.site import Policy
from service.web.bodies import Body, Id
from service.web.problems import ProblemTold, problem_told
from service.web.shapes.comments import CommentTold, comment_as, comment_told
from service.web.shapes.lists import NextCursor
from service.web.shapes.threads import ThreadTold, thread_told
from service.web.times import Time, rfc3339

_EXCERPT = 200


class ChoiceBody(Body, frozen=True):
    """A comment at the version that the moderator saw."""

    id: Id
    version: Annotated[int, Meta(ge=1, le=2**53)]


class DecisionBody(Body, frozen=True):
    """One action on many comments."""

    action: Action
    comments: Annotated[tuple[ChoiceBody, ...], Meta(min_length=1, max_length=500)]
    reason: Annotated[str, Meta(max_length=500)] | None = None


class ResultTold(Struct, frozen=True):
    """What became of one comment: its status and version, or the problem that left it as it was."""

    id: str
    status: Status | UnsetType = UNSET
    version: int | UnsetType = UNSET
    problem: ProblemTold | UnsetType = UNSET


class DecidedTold(Struct, frozen=True):
    """A decision with a result for each comment, in their order. Its id is what an undo names."""

    decision_id: str
    results: list[ResultTold]


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


class HistoryTold(Struct, frozen=True):
    """Every decision about one comment, oldest first."""

    decisions: list[DecisionTold]


class LatestTold(Struct, frozen=True):
    """One of an author's latest comments, in short."""

    id: str
    status: Status
    text: str
    created_at: Time


class AuthorRecordTold(Struct, frozen=True):
    """What a moderator goes by about an author."""

    member_since: Time
    status: MemberStatus
    approved: int
    rejected: int
    spam: int
    last: list[LatestTold]


class ItemTold(CommentTold, frozen=True, kw_only=True):
    """A card of the queue: a comment with all that a decision about it needs."""

    thread: ThreadTold | None
    score: Annotated[float | None, Meta(description="Probability of spam, 0 to 1; null: not scored.")]
    verdict: VerdictWord
    reasons: tuple[Reason, ...]
    model_version: str | None
    author_record: Annotated[AuthorRecordTold | None, Meta(description="Null for a guest.")]
    neighbours: list[CommentTold]
    group: str | None
    decisions: list[DecisionTold]
    allowed_actions: tuple[Action, ...]


class TabsTold(Struct, frozen=True):
    """The numbers on the tabs."""

    pending: int = 0
    spam: int = 0
    reported: int = 0
    audit: int = 0
    approved: int = 0
    rejected: int = 0
    removed: int = 0


class QueueTold(Struct, frozen=True):
    """A page of the queue. `sort` is the order that was used."""

    items: list[ItemTold]
    counts: TabsTold
    sort: Sort
    next_cursor: NextCursor


def decided_told(decision_id: str, results: list[Result]) -> DecidedTold:
    """What a call of decisions has done."""
    return DecidedTold(decision_id, [_result(one) for one in results])


def _result(result: Result) -> ResultTold:
    if result.refusal is not None:
        return ResultTold(result.id, problem=problem_told(result.refusal))
    assert result.comment is not None
    return ResultTold(result.id, result.comment.status, result.comment.version)


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


def log_told(found: list[Decision], next_cursor: str | None) -> LogTold:
    """A page of the log."""
    return LogTold([decision_told(one) for one in found], next_cursor)


def queue_told(found: QueuePage, policy: Policy, sort: Sort, next_cursor: str | None) -> QueueTold:
    """A page of the queue."""
    return QueueTold([item_told(one, policy) for one in found.items], TabsTold(**found.counts), sort, next_cursor)


def item_told(item: Item, policy: Policy) -> ItemTold:
    """A card of the queue."""
    comment = item.comment
    return comment_as(
        ItemTold,
        comment,
        comment.status,
        thread=thread_told(item.thread, policy) if item.thread else None,
        score=comment.score,
        verdict=comment.verdict,
        reasons=comment.reasons,
        model_version=comment.model_version,
        author_record=_record(item.author_record),
        neighbours=[comment_told(one, one.status) for one in item.neighbours],
        group=None,
        decisions=[decision_told(one) for one in item.decisions],
        allowed_actions=item.allowed_actions,
    )


def _record(record: AuthorRecord | None) -> AuthorRecordTold | None:
    if record is None:
        return None
    member = record.member
    return AuthorRecordTold(
        rfc3339(member.created_at),
        member.status,
        member.approved_count,
        member.rejected_count,
        member.spam_count,
        [_latest(one) for one in record.latest],
    )


def _latest(comment: Comment) -> LatestTold:
    return LatestTold(comment.id, comment.status, comment.text[:_EXCERPT], rfc3339(comment.created_at))
