"""Asking to be made a member, on our own pages: for those who are signed in and not members yet."""

from aiohttp import web

from service.actions.ask_to_join import ask_to_join
from service.actions.identify import Who
from service.actions.invitations import waiting_request
from service.domain.errors import Invalid
from service.web.access import serving_of
from service.web.app_keys import RESOURCES
from service.web.pages.errors import as_page
from service.web.pages.forms import read_form
from service.web.pages.rendering import html, see_other
from service.web.pages.visitor import visitor
from service.web.pages.ways import is_own_path, way_on

_UNPROCESSABLE = 422


@as_page
async def get_join(request: web.Request) -> web.Response:
    """GET /sites/{site}/join: a form to ask, or how things stand with what was asked."""
    return await _page(request, await visitor(request))


@as_page
async def post_join(request: web.Request) -> web.Response:
    """POST /sites/{site}/join: asks the owners; twice is once."""
    form = await read_form(request)
    who, message = await visitor(request), form.one("message")
    try:
        await ask_to_join(request.app[RESOURCES], who.signed_in(), message)
    except Invalid as refusal:
        return await _page(request, who, message, refusal)
    return see_other(request.raw_path)


async def _page(request: web.Request, who: Who, message: str = "", refusal: Invalid | None = None) -> web.Response:
    res, to = request.app[RESOURCES], request.query.get("to", "")
    member, demo_site = who.member, serving_of(request).demo_site
    told = {
        "who": who,
        "to": to if is_own_path(to) else "",
        "onward": way_on(to, who, demo_site),
        "here": way_on(to, who, demo_site),
        "is_demo": who.site.id == demo_site,
        "standing": member.standing(res.now_ms()) if member else None,
        "waiting": await waiting_request(res, member) if member else None,
        "message": message,
        "refusal": refusal,
    }
    return html("join.html", told, 200 if refusal is None else _UNPROCESSABLE)
