"""Cross-origin reading and writing (Fetch standard, CORS): for the origins that a site's owner listed, no others."""

from aiohttp import web
from multidict import CIMultiDict

from service.domain.site import Site

_API = "/api/v1/sites/"
_METHODS = "GET, POST, PATCH, DELETE"
_HEADERS = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID"
_EXPOSED = "Date, ETag, Idempotency-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After"
_PREFLIGHT_S = "600"


def site_name(path: str) -> str | None:
    """The site that an API path names; None for all other paths."""
    return path[len(_API) :].partition("/")[0] if path.startswith(_API) else None


def allow(headers: CIMultiDict[str], site: Site | None, origin: str) -> bool:
    """Lets a page of this origin read the answer, if the site lists the origin. No cookies ever go along."""
    if site is None or not site.allows_origin(origin):
        return False
    headers["Access-Control-Allow-Origin"] = origin
    headers["Access-Control-Expose-Headers"] = _EXPOSED
    return True


def preflight(site: Site | None, origin: str) -> web.Response:
    """The answer to the browser's question before it sends."""
    response = web.Response(status=204, headers={"Vary": "Origin", "Server": "greenroom"})
    if allow(response.headers, site, origin):
        response.headers["Access-Control-Allow-Methods"] = _METHODS
        response.headers["Access-Control-Allow-Headers"] = _HEADERS
        response.headers["Access-Control-Max-Age"] = _PREFLIGHT_S
    else:
        response.set_status(403)
    return response
