"""Reports over the API: readers complain of a comment, moderators dismiss. The queue shows them: queue.py."""

from aiohttp import web

from service.actions.dismiss_reports import dismiss_reports
from service.actions.replays import Statement
from service.actions.report_comment import report_comment
from service.domain.errors import NotAllowedNow, RateLimited, StaleDecision
from service.domain.moderation import Decision
from service.domain.report import Report
from service.web.access import who_asks
from service.web.app_keys import RESOURCES
from service.web.bodies import encode, json_response, read_body
from service.web.contract import IDEMPOTENCY_KEY, Ask, Contract
from service.web.once import Keep, kept_as, once
from service.web.shapes.moderation import SeenBody
from service.web.shapes.reports import DismissedTold, ReportBody, ReportedTold, dismissed_told, reported_told


@Contract(Ask.ANYONE, {202: ReportedTold}, body=ReportBody, takes=(IDEMPOTENCY_KEY,), problems=(RateLimited,))
async def post_report(request: web.Request) -> web.Response:
    """POST S/comments/{id}/reports: a reader's complaint about a published comment, once while it is open."""
    who = await who_asks(request)
    body, raw = await read_body(request, ReportBody)

    async def work(keep: Keep | None) -> web.Response:
        def kept(report: Report) -> list[Statement]:
            return [] if keep is None else keep(202, None, encode(reported_told(report)))

        comment_id = request.match_info["id"]
        report = await report_comment(request.app[RESOURCES], who, comment_id, body.reason, kept)
        return json_response(reported_told(report), 202)

    return await once(request, who, raw, work)


@Contract(
    Ask.MODERATORS,
    {200: DismissedTold},
    body=SeenBody,
    takes=(IDEMPOTENCY_KEY,),
    problems=(NotAllowedNow, StaleDecision),
)
async def post_dismissal(request: web.Request) -> web.Response:
    """POST S/comments/{id}/reports/dismiss: closes the open reports of a comment that stays as it is."""
    who = await who_asks(request)
    actor = who.moderator()
    body, raw = await read_body(request, SeenBody)
    res, comment_id = request.app[RESOURCES], request.match_info["id"]

    async def work(keep: Keep | None) -> web.Response:
        def kept(decision: Decision) -> list[Statement]:
            return kept_as(keep, dismissed_told(decision))

        return json_response(dismissed_told(await dismiss_reports(res, actor, comment_id, body.version, kept)))

    return await once(request, who, raw, work)
