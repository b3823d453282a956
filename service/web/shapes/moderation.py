"""What moderators send and see: decisions with their results, the cards of the queue."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from service.actions.decide_comments import Result
from service.actions.queue import AuthorRecord, Item, QueuePage, Sort
from service.actions.remove_comments import Removal, Removed
from service.actions.waiting import Group
from service.domain.comment import Comment, Reason, Status, VerdictWord
from service.domain.difference import Segment, difference
from service.domain.member import MemberStatus
from service.domain.moderation import Action
from service.domain.site import Policy
from service.web.bodies import Body, Id
from service.web.problems import ProblemTold, problem_told
from service.web.shapes.comments import CommentTold, comment_as, comment_told
from service.web.shapes.lists import NextCursor
from service.web.shapes.log import DecisionTold, decision_told
from service.web.shapes.reports import ReportTold, report_told
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
    results: Annotated[
        list[ResultTold],
        Meta(examples=[[{"id": "019ab0c1d2e3f405162738", "status": "approved", "version": 2}]]),
    ]


class SeenBody(Body, frozen=True):
    """The version that the moderator saw; left out: as it is now."""

    version: Annotated[int, Meta(ge=1, le=2**53)] | None = None


class AuditedTold(Struct, frozen=True):
    """A sample that was looked at and found right."""

    decision_id: str
    id: str


class RemovalBody(Body, frozen=True):
    """What to do with all of a member's comments."""

    action: Removal = "remove"
    reason: Annotated[str, Meta(max_length=500)] | None = None


class SkippedTold(Struct, frozen=True):
    """A comment that was left as it was, and why."""

    id: str
    problem: ProblemTold


class RemovedTold(Struct, frozen=True):
    """How many comments took the action. The decision's id is what an undo names."""

    decision_id: str
    removed: int
    skipped: list[SkippedTold]


class LatestTold(Struct, frozen=True):
    """One of an author's latest comments, in short."""

    id: str
    status: Status
    text: str
    created_at: Time


class AuthorRecordTold(Struct, frozen=True):
    """What a moderator goes by about an author."""

    member_since: Time
    status: MemberStatus | Literal["guest"]
    approved: int
    rejected: int
    spam: int
    last: list[LatestTold]


class ItemTold(CommentTold, frozen=True, kw_only=True):
    """A card of the queue: a comment with all that a decision about it needs."""

    thread: ThreadTold | None
    score: Annotated[float | None, Meta(description="Probability of spam, 0 to 1; null: not scored.")]
    verdict: VerdictWord
    reasons: Annotated[
        tuple[Reason, ...], Meta(examples=[[{"code": "links", "detail": "3 links; at most 2 are let through."}]])
    ]
    model_version: str | None
    public_text: Annotated[str | None, Meta(description="What readers see while an edit of it waits.")]
    diff: Annotated[list[Segment] | None, Meta(description="From public_text to text.")]
    author_record: Annotated[AuthorRecordTold | None, Meta(description="Of a guest: by his address.")]
    neighbours: list[CommentTold]
    group: Annotated[Group | None, Meta(description="Comments that wait and are nearly the same, this one too.")]
    decisions: list[DecisionTold]
    reports: Annotated[list[ReportTold], Meta(description="The open ones, the oldest first; 100 at most.")]
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


def decided_told(decision_id: str, results: list[Result], request_id: str) -> DecidedTold:
    """What a call of decisions has done; its problems have one id."""
    return DecidedTold(decision_id, [result_told(one, request_id) for one in results])


def result_told(result: Result, request_id: str) -> ResultTold:
    """What became of one comment."""
    if result.refusal is not None:
        return ResultTold(result.id, problem=problem_told(result.refusal, request_id))
    assert result.comment is not None
    return ResultTold(result.id, result.comment.status, result.comment.version)


def removed_told(done: Removed, request_id: str) -> RemovedTold:
    """What became of a member's comments."""
    refused = [(one.id, one.refusal) for one in done.skipped if one.refusal is not None]
    skipped = [SkippedTold(comment_id, problem_told(refusal, request_id)) for comment_id, refusal in refused]
    return RemovedTold(done.decision_id, done.removed, skipped)


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
        public_text=comment.public_text if comment.stands else None,
        diff=difference(comment.public_text or "", comment.text) if comment.stands else None,
        author_record=_record(item.author_record),
        neighbours=[comment_told(one, one.status) for one in item.neighbours],
        group=item.group,
        decisions=[decision_told(one) for one in item.decisions],
        reports=[report_told(one) for one in item.reports],
        allowed_actions=item.allowed_actions,
    )


def _record(record: AuthorRecord | None) -> AuthorRecordTold | None:
    if record is None:
        return None
    return AuthorRecordTold(
        rfc3339(record.since),
        record.status,
        record.approved,
        record.rejected,
        record.spam,
        [_latest(one) for one in record.latest],
    )


def _latest(comment: Comment) -> LatestTold:
    return LatestTold(comment.id, comment.status, comment.text[:_EXCERPT], rfc3339(comment.created_at))
