"""The moderator's own page: where he is signed in, signing out everywhere, and his own data to take away."""

from aiohttp import web

from service.actions.end_session import end_all_tokens, end_session_of, living_sessions
from service.web.access import serving_of
from service.web.app_keys import RESOURCES
from service.web.desk.answers import Said, said_by, said_to
from service.web.leaving import export_of
from service.web.pages.errors import as_page
from service.web.pages.forms import read_form
from service.web.pages.rendering import desk_html, see_other
from service.web.pages.visitor import drop_session, visitor

_SAID = {"ended": "That session has ended."}


@as_page
async def get_you(request: web.Request) -> web.Response:
    """GET /sites/{site}/desk/you: one's own sessions and data."""
    who = await visitor(request)
    member = who.moderator()
    told = {
        "who": who,
        "here": f"/sites/{who.site.id}/desk/you",
        "section": "you",
        "sessions": await living_sessions(request.app[RESOURCES], member),
        "said": Said(said_by(request, _SAID)),
    }
    return desk_html("desk_you.html", told)


@as_page
async def get_export(request: web.Request) -> web.Response:
    """GET /sites/{site}/desk/you/export: everything that is kept of oneself, as a file."""
    who = await visitor(request)
    return export_of(request, who.moderator())


@as_page
async def post_session_end(request: web.Request) -> web.Response:
    """POST /sites/{site}/desk/you/sessions/{id}: ends one of one's own sessions."""
    await read_form(request)
    who = await visitor(request)
    await end_session_of(request.app[RESOURCES], who.moderator(), request.match_info["id"])
    return see_other(said_to(f"/sites/{who.site.id}/desk/you", "ended"))


@as_page
async def post_everywhere(request: web.Request) -> web.Response:
    """POST /sites/{site}/desk/you/sign-out-everywhere: ends every session and token of one's own, this one too."""
    await read_form(request)
    who = await visitor(request)
    await end_all_tokens(request.app[RESOURCES], who.moderator())
    response = see_other("/desk")
    drop_session(response, serving_of(request), who.site.id)
    return response
