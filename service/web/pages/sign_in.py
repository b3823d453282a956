"""Signing in by a one-time link and out again, on our own pages. A mere GET never signs anybody in or uses a link up:
mail scanners open links, and so do previews."""

from urllib.parse import parse_qs, urlsplit

from aiohttp import web

from service.actions.end_session import end_token
from service.actions.identify import Who, identify
from service.actions.join_by_link import find_newcomer, join_by_link
from service.actions.make_token import sign_in_by_link
from service.actions.resources import Resources
from service.domain.errors import Invalid, NotSignedIn
from service.domain.member import Member
from service.domain.site import Site
from service.web.access import serving_of, site_of
from service.web.app_keys import RESOURCES
from service.web.pages.errors import as_page
from service.web.pages.forms import guard, read_form
from service.web.pages.link_form import asking
from service.web.pages.rendering import html, see_other
from service.web.pages.visitor import drop_session, keep_session, visitor
from service.web.pages.ways import way_on

_GONE = 410


@as_page
async def get_sign_in(request: web.Request) -> web.Response:
    """GET /sites/{site}/sign-in: who would be signed in, and a button; without a token, how to come by a link."""
    who = await visitor(request)
    token = _token(request)
    if not token:
        return await _ask_for_link(request, who)
    res = request.app[RESOURCES]
    try:
        invited = await _invited(res, who.site, token)
    except NotSignedIn:
        newcomer = await find_newcomer(res, who.site, token)
        return await _used_up(request, who) if newcomer is None else await _ask_name(request, who, token)
    return html("sign_in.html", {**(await _told(request, who)), "invited": invited, "token": token})


@as_page
async def post_sign_in(request: web.Request) -> web.Response:
    """POST /sites/{site}/sign-in: trades the link for a session, once, and goes on to `to`."""
    guard(request)
    site, res = await site_of(request), request.app[RESOURCES]
    try:
        member, session = await _trade(request, site)
    except NotSignedIn:
        return await _used_up(request, await visitor(request))
    except Invalid as wrong:
        return await _ask_name(request, await visitor(request), _token(request), wrong.detail)
    who = Who(site, "", member, moderates=member.moderates(res.now_ms()))
    response = see_other(way_on(request.query.get("to", ""), who, serving_of(request).demo_site))
    keep_session(response, serving_of(request), site.id, session)
    return response


@as_page
async def post_sign_out(request: web.Request) -> web.Response:
    """POST /sites/{site}/sign-out: ends the session, here and on the server."""
    guard(request)
    who = await visitor(request)
    if who.token_hash is not None:
        await end_token(request.app[RESOURCES], who.token_hash)
    demo_site = serving_of(request).demo_site
    response = see_other(way_on(request.query.get("to", ""), Who(who.site, ""), demo_site))
    drop_session(response, serving_of(request), who.site.id)
    return response


async def _trade(request: web.Request, site: Site) -> tuple[Member, str]:
    """Raises NotSignedIn for a link that does not hold, Invalid for a newcomer's name that nobody could read."""
    res, token = request.app[RESOURCES], _token(request)
    if await find_newcomer(res, site, token) is None:
        return await sign_in_by_link(res, site, token)
    return await join_by_link(res, site, token, (await read_form(request)).one("name"))


async def _invited(res: Resources, site: Site, token: str) -> Who:
    """Whom the link would sign in; looking does not use it up. Raises NotSignedIn."""
    return await identify(res, site, token, ("sign_in",), "")


async def _ask_for_link(request: web.Request, who: Who) -> web.Response:
    return html("sign_in_how.html", await _told(request, who))


async def _ask_name(request: web.Request, who: Who, token: str, fault: str = "") -> web.Response:
    told = {**(await _told(request, who)), "token": token, "name": "", "fault": fault}
    return html("sign_in_join.html", told, 422 if fault else 200)


async def _used_up(request: web.Request, who: Who) -> web.Response:
    """A link works once and not for long. (The API says NotSignedIn; to a browser the page was here and is gone.)"""
    return html("sign_in_gone.html", await _told(request, who), _GONE)


async def _told(request: web.Request, who: Who) -> dict[str, object]:
    return await asking(request, who, request.query.get("to", ""))


def _token(request: web.Request) -> str:
    """The token of the link; whoever pastes the whole link into the form means the token in it."""
    text = request.query.get("token", "").strip()
    if "://" in text:
        return parse_qs(urlsplit(text).query).get("token", [""])[0]
    return text
