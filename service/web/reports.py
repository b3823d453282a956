"""Reports over the API: readers complain of a comment. The queue shows them: queue.py; moderators dismiss: looks.py."""

from aiohttp import web

from service.actions.replays import Statement
from service.actions.report_comment import report_comment
from service.domain.errors import RateLimited
from service.domain.report import Report
from service.web.access import who_asks
from service.web.app_keys import RESOURCES
from service.web.bodies import json_response, read_body
from service.web.contract import IDEMPOTENCY_KEY, Ask, Contract
from service.web.once import Keep, kept_as, once
from service.web.shapes.reports import ReportBody, ReportedTold, reported_told


@Contract(Ask.ANYONE, {202: ReportedTold}, body=ReportBody, takes=(IDEMPOTENCY_KEY,), problems=(RateLimited,))
async def post_report(request: web.Request) -> web.Response:
    """POST S/comments/{id}/reports: a reader's complaint about a published comment, once while it is open."""
    who = await who_asks(request)
    body, raw = await read_body(request, ReportBody)

    async def work(keep: Keep | None) -> web.Response:
        def kept(report: Report) -> list[Statement]:
            return kept_as(keep, reported_told(report), 202)

        comment_id = request.match_info["id"]
        report = await report_comment(request.app[RESOURCES], who, comment_id, body.reason, kept)
        return json_response(reported_told(report), 202)

    return await once(request, who, raw, work)
