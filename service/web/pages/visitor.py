"""Who asks on a page: the session in the cookie of each site, read, set and ended. Bearer tokens are access.py's."""

from aiohttp import web

from service.actions.identify import Who, identify
from service.actions.make_token import PAGE_MS
from service.domain.errors import NotFound, NotSignedIn
from service.domain.site import Site
from service.web.access import address_key, serving_of
from service.web.app_keys import RESOURCES, Serving

_NAME = "greenroom-"
_MOST_SITES = 20  # of whose cookies the desk's entrance takes notice


def cookie_name(serving: Serving, site_id: str) -> str:
    """`__Host-` binds a cookie to this very host over https; browsers refuse the prefix on plain http."""
    return _prefix(serving) + site_id


def _prefix(serving: Serving) -> str:
    return f"__Host-{_NAME}" if serving.secure else _NAME


async def visitor(request: web.Request) -> Who:
    """The one who asks on the site that the path names. Raises NotFound."""
    return await visitor_of(request, request.match_info["site"])


async def visitor_of(request: web.Request, site_id: str) -> Who:
    """The one who asks on this site. Raises NotFound."""
    site = await request.app[RESOURCES].cache.site(site_id)
    if site is None:
        raise NotFound
    return await _visitor_on(request, site)


async def _visitor_on(request: web.Request, site: Site) -> Who:
    """The member of this site whose session the cookie holds; a cookie that does not hold makes a plain visitor."""
    address = address_key(request)
    token = _cookie(request, site.id)
    if token is None:
        return Who(site, address)
    try:
        return await identify(request.app[RESOURCES], site, token, ("page",), address)
    except NotSignedIn:
        return Who(site, address)


def has_cookie(request: web.Request, site_id: str) -> bool:
    """Does the browser send a session for this site, whether it still holds or not?"""
    return _cookie(request, site_id) is not None


def _cookie(request: web.Request, site_id: str) -> str | None:
    return request.cookies.get(cookie_name(serving_of(request), site_id))


async def sessions(request: web.Request) -> list[Who]:
    """Every session that the visitor's cookies hold, one a site."""
    prefix = _prefix(serving_of(request))
    names = [name.removeprefix(prefix) for name in request.cookies if name.startswith(prefix)]
    found = [await request.app[RESOURCES].cache.site(name) for name in names[:_MOST_SITES]]
    people = [await _visitor_on(request, site) for site in found if site is not None]
    return [who for who in people if who.member is not None]


def keep_session(response: web.Response, serving: Serving, site_id: str, token: str) -> None:
    """Gives the browser the session for as long as it lasts."""
    response.set_cookie(
        cookie_name(serving, site_id),
        token,
        max_age=PAGE_MS // 1000,
        path="/",
        secure=serving.secure,
        httponly=True,
        samesite="Lax",
    )


def drop_session(response: web.Response, serving: Serving, site_id: str) -> None:
    """Takes the session from the browser."""
    name = cookie_name(serving, site_id)
    response.del_cookie(name, path="/", secure=serving.secure, httponly=True, samesite="Lax")
