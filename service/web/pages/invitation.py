"""Accepting an invitation on our own pages. As with sign-in links, a mere look uses nothing up."""

from aiohttp import web

from service.actions.accept_invitation import Acceptance, accept_on_page
from service.actions.identify import Who
from service.actions.invitations import invitation_of
from service.domain.errors import Gone, Invalid, NameTaken, NotFound, Refusal
from service.domain.invitation import Invitation
from service.web.access import serving_of
from service.web.app_keys import RESOURCES
from service.web.pages.errors import as_page
from service.web.pages.forms import read_form
from service.web.pages.rendering import html, see_other
from service.web.pages.visitor import keep_session, visitor
from service.web.pages.ways import is_own_path, way_on

_STATUS_GONE = 410
_UNPROCESSABLE = 422


@as_page
async def get_invitation(request: web.Request) -> web.Response:
    """GET /sites/{site}/invitation: to what one is invited, and a form to accept."""
    who = await visitor(request)
    try:
        invitation = await invitation_of(request.app[RESOURCES], who.site, _code(request))
    except (NotFound, Gone) as refusal:
        return _gone(request, who, refusal)
    return _page(request, who, invitation, invitation.name or "")


@as_page
async def post_invitation(request: web.Request) -> web.Response:
    """POST /sites/{site}/invitation: makes the visitor a member, signs him in, and goes on to `to`."""
    form = await read_form(request)
    who, res, name = await visitor(request), request.app[RESOURCES], form.one("name")
    said = Acceptance(_code(request), name if who.member is None else None, None, who.member)
    try:
        member, session = await accept_on_page(res, who.site, said)
    except (NotFound, Gone) as refusal:
        return _gone(request, who, refusal)
    except (Invalid, NameTaken) as refusal:
        invitation = await invitation_of(res, who.site, said.code)
        return _page(request, who, invitation, name, refusal)
    signed_in = Who(who.site, "", member, moderates=member.moderates(res.now_ms()))
    response = see_other(way_on(request.query.get("to", ""), signed_in, serving_of(request).demo_site))
    keep_session(response, serving_of(request), who.site.id, session)
    return response


def _page(
    request: web.Request, who: Who, invitation: Invitation, name: str, refusal: Refusal | None = None
) -> web.Response:
    told = {"invitation": invitation, "name": name, "code": _code(request), "refusal": refusal}
    return html("invitation.html", {**_told(request, who), **told}, 200 if refusal is None else _UNPROCESSABLE)


def _gone(request: web.Request, who: Who, refusal: Refusal) -> web.Response:
    """A code works once and not for ever: to a browser the page was here and is gone."""
    return html("invitation_gone.html", {**_told(request, who), "refusal": refusal}, _STATUS_GONE)


def _told(request: web.Request, who: Who) -> dict[str, object]:
    to, demo_site = request.query.get("to", ""), serving_of(request).demo_site
    onward = way_on(to, who, demo_site)
    # The way back from signing out must not carry the code: it leads to where one goes on.
    return {"who": who, "to": to if is_own_path(to) else "", "onward": onward, "here": onward}


def _code(request: web.Request) -> str:
    return request.query.get("code", "").strip()
