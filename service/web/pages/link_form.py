"""The form that asks for a sign-in link by mail, and the answer to it, which is the same for every address."""

from typing import NamedTuple
from urllib.parse import quote

from aiohttp import web

from service.actions.identify import Who
from service.actions.request_link import request_link
from service.actions.resources import Resources
from service.actions.sign_in_by_provider import provider_host
from service.domain.errors import Invalid
from service.domain.site import Site
from service.web.access import address_key, serving_of
from service.web.app_keys import RESOURCES
from service.web.pages.errors import as_page
from service.web.pages.forms import read_form
from service.web.pages.rendering import html, see_other
from service.web.pages.visitor import visitor
from service.web.pages.ways import header_path, is_own_path, way_on


class Way(NamedTuple):
    """A way to sign in beside the mail: where its button leads, and what stands on it."""

    url: str
    label: str


async def ways_in(res: Resources, site: Site, to: str) -> list[Way]:
    """The site's other ways to sign in, each leading on to the path `to`."""
    host = await provider_host(res, site)
    return [] if host is None else [Way(f"/sites/{site.id}/sign-in/oidc?to={quote(to)}", f"Sign in with {host}")]


async def asking(request: web.Request, who: Who, to: str, **more: object) -> dict[str, object]:
    """What the pages with the form are told. `to`: where the link is to lead on to."""
    demo_site = serving_of(request).demo_site
    return {
        "who": who,
        "to": to if is_own_path(to) else "",
        "onward": way_on(to, who, demo_site),
        "here": way_on(to, who, demo_site),
        "is_demo": who.site.id == demo_site,
        "sent": request.query.get("sent") == "1",
        "email": "",
        "fault": "",
        "ways": await ways_in(request.app[RESOURCES], who.site, to),
        **more,
    }


@as_page
async def post_link(request: web.Request) -> web.Response:
    """POST /sites/{site}/sign-in/links: a letter to this address, and the same page for every address."""
    form = await read_form(request)
    who, to, email = await visitor(request), form.one("to"), form.one("email")
    way = to if is_own_path(to) else ""
    try:
        await request_link(request.app[RESOURCES], who.site, email, way, address_key(request))
    except Invalid as wrong:
        return html("sign_in_how.html", await asking(request, who, to, email=email, fault=wrong.detail), 422)
    return see_other(_sent(who.site.id, way))


def _sent(site_id: str, way: str) -> str:
    """The popup waits for the link to be opened; every other page is led on to by the link itself."""
    if way.startswith(f"/sites/{site_id}/popup?"):
        return header_path(f"{way}&sent=1")
    return f"/sites/{site_id}/sign-in?sent=1&to={quote(way)}"
