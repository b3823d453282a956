"""The sample post of the site `demo`, with its comments beneath, as a blog would have them."""

from aiohttp import web

from service.domain.errors import NotFound
from service.web.access import serving_of
from service.web.pages.discussion import Place, get_discussion, post_discussion
from service.web.pages.errors import as_page
from service.web.pages.forms import read_form
from service.web.pages.rendering import html
from service.web.pages.visitor import visitor_of

KEY = "/demo"
TITLE = "The radio in the green room"


@as_page
async def get_demo(request: web.Request) -> web.Response:
    """GET /demo: the post. Raises NotFound where the service runs without it."""
    place = _place(request)
    try:
        return await get_discussion(request, place)
    except NotFound:  # the comments are hidden; the post is not
        who = await visitor_of(request, place.site_id)
        return html(place.template, {"who": who, "place": place, "here": place.path, "state": "hidden", "count": 0})


@as_page
async def post_demo(request: web.Request) -> web.Response:
    """POST /demo: a comment from the form beneath the post."""
    form = await read_form(request)
    return await post_discussion(request, _place(request), form)


def _place(request: web.Request) -> Place:
    serving = serving_of(request)
    if serving.demo_site is None:
        raise NotFound
    return Place("demo.html", serving.demo_site, KEY, "/demo", url=serving.public_url + KEY, title=TITLE, embeds=True)
