"""Where links in letters to readers lead: pages that ask. Opening one does nothing, since mail scanners open links."""

from aiohttp import web

from service.actions.confirm_subscription import asked, confirm_subscription
from service.actions.letter_links import Stopping
from service.actions.unsubscribe import ending_right, unsubscribe
from service.domain.errors import Fault, Invalid, NotFound
from service.web.access import site_of
from service.web.app_keys import RESOURCES
from service.web.pages.errors import as_page
from service.web.pages.forms import guard
from service.web.pages.rendering import html
from service.web.pages.visitor import visitor

_GONE = 410
_ONE_CLICK = b"One-Click"
_MOST = 4_096
_WHAT = {
    "published": "Letters about every published comment",
    "decided": "Letters about what became of your comments",
    "subscription": "Letters that ask whether you want to be told of new comments",
}


@as_page
async def get_subscribe(request: web.Request) -> web.Response:
    """GET /sites/{site}/subscribe: asks whether this address is to be told of new comments."""
    site, token = await site_of(request), request.query.get("token", "")
    try:
        found = await asked(request.app[RESOURCES], site, token)
    except NotFound:
        return await _gone(request)
    return await _page(request, "subscribe.html", thread=found.thread, done=found.subscription.holds)


@as_page
async def post_subscribe(request: web.Request) -> web.Response:
    """POST /sites/{site}/subscribe: from now on the address is told."""
    guard(request)
    site, token = await site_of(request), request.query.get("token", "")
    try:
        found = await confirm_subscription(request.app[RESOURCES], site, token)
    except NotFound:
        return await _gone(request)
    return await _page(request, "subscribe.html", thread=found.thread, done=True)


@as_page
async def get_unsubscribe(request: web.Request) -> web.Response:
    """GET /sites/{site}/unsubscribe: asks whether letters are to end."""
    site, token = await site_of(request), request.query.get("token", "")
    try:
        right = ending_right(request.app[RESOURCES], site, token)
    except NotFound:
        return await _gone(request)
    return await _page(
        request, "unsubscribe.html", what=_what(right.kind if isinstance(right, Stopping) else ""), done=False
    )


@as_page
async def post_unsubscribe(request: web.Request) -> web.Response:
    """POST /sites/{site}/unsubscribe: ends the letters, also for the mail provider's own button (RFC 8058).

    The provider has no session here and sends no Origin; the link itself is what gives the right.
    """
    site, token = await site_of(request), request.query.get("token", "")
    if _ONE_CLICK not in await request.content.read(_MOST):
        raise Invalid([Fault("", "The form has to say List-Unsubscribe=One-Click.")])
    try:
        right = ending_right(request.app[RESOURCES], site, token)
        await unsubscribe(request.app[RESOURCES], site, token)
    except NotFound:
        return await _gone(request)
    return await _page(
        request, "unsubscribe.html", what=_what(right.kind if isinstance(right, Stopping) else ""), done=True
    )


def _what(kind: str) -> str:
    return _WHAT.get(kind, "Letters about new comments on this page")


async def _gone(request: web.Request) -> web.Response:
    return await _page(request, "link_gone.html", _GONE)


async def _page(request: web.Request, template: str, status: int = 200, **told: object) -> web.Response:
    who = await visitor(request)
    home = f"/sites/{who.site.id}/sign-in"
    token = request.query.get("token", "")
    return html(template, {"who": who, "here": home, "token": token, **told}, status)
