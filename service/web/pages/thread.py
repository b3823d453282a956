"""A thread as a page of its own: for blogs to link to, and for readers without JavaScript."""

from urllib.parse import quote

from aiohttp import web

from service.domain.errors import Fault, Invalid
from service.domain.thread import canonical_key
from service.web.pages.discussion import Place, get_discussion, post_discussion
from service.web.pages.errors import as_page
from service.web.pages.forms import read_form


@as_page
async def get_thread(request: web.Request) -> web.Response:
    """GET /sites/{site}/thread?key=KEY: the thread as a plain page."""
    return await get_discussion(request, _place(request))


@as_page
async def post_thread(request: web.Request) -> web.Response:
    """POST /sites/{site}/thread?key=KEY: a comment from the page's form."""
    form = await read_form(request)
    return await post_discussion(request, _place(request), form)


def _place(request: web.Request) -> Place:
    key = request.query.get("key")
    if key is None:
        raise Invalid([Fault("/key", "Name the page: key=/its/path.")])
    key = canonical_key(key, "/key")
    site_id = request.match_info["site"]
    return Place("thread.html", site_id, key, f"/sites/{quote(site_id)}/thread", (("key", key),))
