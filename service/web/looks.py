"""Looks over the API: a moderator leaves a comment as it is, and with that answers its reports, or its sample."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from aiohttp import web

from service.actions.dismiss_reports import dismiss_reports
from service.actions.identify import Who
from service.actions.pass_audit import pass_audit
from service.actions.replays import Statement
from service.actions.resources import Resources
from service.domain.errors import NotAllowedNow, StaleDecision
from service.domain.member import Member
from service.domain.moderation import Decision
from service.web.access import who_asks
from service.web.app_keys import RESOURCES
from service.web.bodies import json_response, read_body
from service.web.contract import IDEMPOTENCY_KEY, Ask, Contract
from service.web.once import Keep, kept_as, once
from service.web.shapes.moderation import AuditedTold, SeenBody, audited_told
from service.web.shapes.reports import DismissedTold, dismissed_told

# Closes what was asked about a comment, at the version that was seen; the statements that keep the answer go with it.
Close = Callable[[Resources, Member, str, int | None, Callable[[Decision], list[Statement]]], Awaitable[Decision]]


class Answer(NamedTuple):
    """What is closed, and how it is told."""

    close: Close
    told: Callable[[Decision], Any]


@Contract(
    Ask.MODERATORS,
    {200: AuditedTold},
    body=SeenBody,
    takes=(IDEMPOTENCY_KEY,),
    problems=(NotAllowedNow, StaleDecision),
)
async def post_audit_ok(request: web.Request) -> web.Response:
    """POST S/comments/{id}/audit/ok: a published comment that was picked for a look is right; it stays, and is ham."""
    who = await who_asks(request)
    who.moderator()
    return await _left(request, who, await read_body(request, SeenBody), Answer(pass_audit, audited_told))


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
    who.moderator()
    return await _left(request, who, await read_body(request, SeenBody), Answer(dismiss_reports, dismissed_told))


async def _left(request: web.Request, who: Who, read: tuple[SeenBody, bytes], answer: Answer) -> web.Response:
    res, actor, comment_id = request.app[RESOURCES], who.moderator(), request.match_info["id"]
    body, raw = read

    async def work(keep: Keep | None) -> web.Response:
        def kept(decision: Decision) -> list[Statement]:
            return kept_as(keep, answer.told(decision))

        return json_response(answer.told(await answer.close(res, actor, comment_id, body.version, kept)))

    return await once(request, who, raw, work)
