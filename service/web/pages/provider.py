"""Signing in at the site's OpenID provider: the way there and the way back, by our own pages. The way back is a GET, as
the protocol has it; state and cookie see to it that only the browser that began can end it."""

from aiohttp import web

from service.actions.attempts import SESSIONS
from service.actions.identify import Who
from service.actions.sign_in_by_provider import send_to_provider, take_back
from service.domain.errors import SignOnRefused
from service.domain.provider import ATTEMPT_MS
from service.web.access import address_key, serving_of, site_of
from service.web.app_keys import RESOURCES, Serving
from service.web.pages.errors import as_page
from service.web.pages.rendering import html, see_other
from service.web.pages.visitor import keep_session, visitor
from service.web.pages.ways import is_own_path, way_on
from service.web.problems import problem_of
from service.web.sign_on import callback_url


@as_page
async def get_provider(request: web.Request) -> web.Response:
    """GET /sites/{site}/sign-in/oidc: sends the browser to the site's provider, and after it to `to`."""
    site, to = await site_of(request), request.query.get("to", "")
    way = to if is_own_path(to) else ""
    res = request.app[RESOURCES]
    if res.limits.on:
        res.attempts.spend(SESSIONS, address_key(request), res.now_ms())
    sent = await send_to_provider(res, site, callback_url(request, site.id), way)
    response, serving = see_other(sent.url), serving_of(request)
    response.set_cookie(
        _cookie_name(serving, site.id),
        sent.browser_secret,
        max_age=ATTEMPT_MS // 1000,
        path="/",
        secure=serving.secure,
        httponly=True,
        samesite="Lax",
    )
    return response


@as_page
async def get_callback(request: web.Request) -> web.Response:
    """GET /sites/{site}/sign-in/oidc/callback: takes the browser back with the provider's answer, once."""
    site, serving = await site_of(request), serving_of(request)
    cookie = _cookie_name(serving, site.id)
    try:
        back = await take_back(
            request.app[RESOURCES],
            site,
            callback_url(request, site.id),
            request.query,
            request.cookies.get(cookie, ""),
        )
    except SignOnRefused as refused:
        again = f"/sites/{site.id}/sign-in"
        told = {"who": await visitor(request), "again": again, "here": again}
        return html("sign_in_refused.html", told, problem_of(refused).status)
    moderates = back.member.moderates(request.app[RESOURCES].now_ms())
    response = see_other(way_on(back.to, Who(site, "", back.member, moderates=moderates), serving.demo_site))
    keep_session(response, serving, site.id, back.token)
    response.del_cookie(cookie, path="/", secure=serving.secure, httponly=True, samesite="Lax")
    return response


def _cookie_name(serving: Serving, site_id: str) -> str:
    """It must not look like a session's: those begin with `greenroom-`."""
    return f"{'__Host-' if serving.secure else ''}greenroom_oidc-{site_id}"
