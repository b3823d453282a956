"""Reports over the wire: a reader's complaint, and its dismissal."""

from typing import Annotated

from msgspec import Meta, Struct

from service.domain.moderation import Decision
from service.domain.report import MAX_REASON, Report
from service.web.bodies import Body
from service.web.times import Time, rfc3339


class ReportBody(Body, frozen=True):
    """What is wrong with the comment."""

    reason: Annotated[str, Meta(min_length=1, max_length=MAX_REASON)]


class ReportedTold(Struct, frozen=True):
    """A report as its reporter sees it."""

    id: str
    comment_id: str
    reason: str
    created_at: Time


class ReporterTold(Struct, frozen=True):
    """The member who reported."""

    id: str
    name: str


class ReportTold(Struct, frozen=True):
    """A report as moderators see it."""

    id: str
    reason: str
    created_at: Time
    reporter: Annotated[ReporterTold | None, Meta(description="Null for a visitor.")]


class DismissedTold(Struct, frozen=True):
    """The dismissal's row in the log, and the comment, which stays as it is."""

    decision_id: str
    id: str


def reported_told(report: Report) -> ReportedTold:
    """A report, to its reporter."""
    return ReportedTold(report.id, report.comment_id, report.reason, rfc3339(report.created_at))


def dismissed_told(decision: Decision) -> DismissedTold:
    """A dismissal, as it stands in the log."""
    return DismissedTold(decision.decision_id, decision.comment_id)


def report_told(report: Report) -> ReportTold:
    """A report, to moderators."""
    reporter = ReporterTold(report.reporter_id, report.reporter_name or "") if report.reporter_id else None
    return ReportTold(report.id, report.reason, rfc3339(report.created_at), reporter)
