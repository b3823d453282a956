"""Where the link in a letter about a request to join leads: who asks, and two buttons. Opening it decides nothing."""

from typing import get_args

from aiohttp import web

from service.actions.decide_request_by_letter import asked_request, decide_request_by_letter
from service.domain.errors import NotAllowedNow, NotFound
from service.domain.invitation import RequestOutcome
from service.web.app_keys import RESOURCES
from service.web.pages.errors import as_page
from service.web.pages.forms import read_form
from service.web.pages.rendering import html
from service.web.pages.visitor import visitor

_FORBIDDEN, _CONFLICT, _GONE, _UNCLEAR = 403, 409, 410, 422


@as_page
async def get_membership_request(request: web.Request) -> web.Response:
    """GET /sites/{site}/membership-request: who asks to become a member, and what he says."""
    return await _show(request)


@as_page
async def post_membership_request(request: web.Request) -> web.Response:
    """POST /sites/{site}/membership-request: accepts or declines, as the owner whom the letter went to."""
    form = await read_form(request)
    outcome = next((one for one in get_args(RequestOutcome) if one == form.one("outcome")), None)
    who, res = await visitor(request), request.app[RESOURCES]
    try:
        asked = await asked_request(res, who, _token(request))
        if outcome is None or asked.actor is None:
            return await _show(request, status=_UNCLEAR)
        await decide_request_by_letter(res, who, asked, outcome)
    except NotFound:
        return await _show(request)
    except NotAllowedNow:
        return await _show(request, status=_CONFLICT)
    return await _show(request, done=True)


async def _show(request: web.Request, done: bool = False, status: int = 200) -> web.Response:
    who = await visitor(request)
    told: dict[str, object] = {"who": who, "here": request.path_qs, "token": _token(request)}
    try:
        asked = await asked_request(request.app[RESOURCES], who, _token(request))
    except NotFound:
        return html("link_gone.html", {**told, "here": f"/sites/{who.site.id}/sign-in"}, _GONE)
    if asked.actor is None:
        return html("letter_sign_in.html", told, _FORBIDDEN)
    return html("membership_request.html", {**told, "asked": asked, "done": done}, status)


def _token(request: web.Request) -> str:
    return request.query.get("token", "")
