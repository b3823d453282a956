"""Signing in over the API: what is traded for a session of the widget, and the wish for a link by mail."""

from aiohttp import web

from service.actions.attempts import SESSIONS
from service.actions.refresh_session import refresh_session
from service.actions.request_link import request_link
from service.actions.sign_on import sign_on
from service.actions.start_session import Session
from service.actions.trade_code import trade_code
from service.domain.errors import Fault, Invalid, NotSignedIn, RateLimited, Unreachable
from service.domain.site import Site
from service.web.access import address_key, site_of
from service.web.app_keys import RESOURCES
from service.web.bodies import NO_CONTENT, json_response, read_body
from service.web.contract import Ask, Contract
from service.web.pages.ways import is_own_path
from service.web.shapes.session import LinkBody, SignedInTold, SignInBody, signed_in_told

_ONE_OF_THREE = "Send one of three: {sso}, {code, code_verifier} or {refresh_token}."


@Contract(Ask.ALL, {200: SignedInTold}, body=SignInBody, problems=(NotSignedIn, RateLimited, Unreachable))
async def post_session(request: web.Request) -> web.Response:
    """POST S/session: tokens for commenting, for the blog's own sign-on, a code of the popup, or a refresh token."""
    site, res = await site_of(request), request.app[RESOURCES]
    body, _ = await read_body(request, SignInBody)
    _check(body)
    if res.limits.on:
        res.attempts.spend(SESSIONS, address_key(request), res.now_ms())
    return json_response(signed_in_told(await _trade(request, site, body)))


def _check(body: SignInBody) -> None:
    sent = tuple(name for name in body.__struct_fields__ if getattr(body, name) is not None)
    if sent not in (("sso",), ("code", "code_verifier"), ("refresh_token",)):
        raise Invalid([Fault("", _ONE_OF_THREE)])


async def _trade(request: web.Request, site: Site, body: SignInBody) -> Session:
    res = request.app[RESOURCES]
    origin = request.headers.get("Origin")
    if body.refresh_token is not None:
        return await refresh_session(res, site, body.refresh_token, origin)
    if body.code is not None and body.code_verifier is not None:
        return await trade_code(res, site, body.code, body.code_verifier, origin)
    return await sign_on(res, site, body.sso or "", origin if origin and site.allows_origin(origin) else None)


@Contract(Ask.ALL, {202: None}, body=LinkBody, problems=(RateLimited,))
async def post_sign_in_link(request: web.Request) -> web.Response:
    """POST S/sign-in-links: a letter to this address, with a link if there is a way in. The answer tells nothing."""
    site = await site_of(request)
    body, _ = await read_body(request, LinkBody)
    if body.to is not None and not is_own_path(body.to):
        raise Invalid([Fault("/to", "This is no path on our own pages; one looks like /demo.")])
    await request_link(request.app[RESOURCES], site, body.email, body.to or "", address_key(request))
    return web.Response(status=202, headers=NO_CONTENT)
