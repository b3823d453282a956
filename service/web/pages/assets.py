"""The files that our pages refer to, kept in memory; browsers may keep them under the URL of their version."""

from aiohttp import web

from service.domain.errors import NotFound
from service.web.page_cache import Page, answer, page
from service.web.pages.rendering import asset, asset_url

_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK = "public, no-cache"


def _page(name: str, caching: str) -> Page:
    kind = _TYPES[name.rpartition(".")[2]]
    return page(asset(name), {"Content-Type": kind, "Cache-Control": caching, "X-Content-Type-Options": "nosniff"})


SCRIPTS = tuple(
    f"desk/{name}.js"
    for name in ("desk", "keys", "help", "list", "deciding", "asking", "live", "said", "fetching", "holdline")
)
_READY = {
    url: _page(name, caching)
    for name in ("pages.css", "desk.css", "reference.css", "popup.js", "icon.svg", *SCRIPTS)
    for url, caching in ((f"/{name}", _ASK), (asset_url(name), _FOR_EVER))
}


async def get_asset(request: web.Request) -> web.Response:
    """GET /pages.css and its like: for ever under its version's URL, to be asked about under any other."""
    found = _READY.get(request.raw_path) or _READY.get(request.path)
    if found is None:
        raise NotFound
    return answer(found, request)
