"""One's own account on a site, as a page: what is known, the data to take along, signing out everywhere, leaving."""

from aiohttp import web

from service.actions.end_session import end_all_tokens, living_sessions
from service.actions.erase_member import erase_member
from service.actions.identify import Who
from service.domain.errors import NotAllowedNow
from service.web.access import serving_of
from service.web.app_keys import RESOURCES
from service.web.leaving import export_of
from service.web.pages.errors import as_page
from service.web.pages.forms import guard, read_form
from service.web.pages.rendering import html, see_other
from service.web.pages.visitor import drop_session, visitor
from service.web.pages.ways import way_on

_CONFLICT, _UNSURE = 409, 422
_SAY_SO = "Tick the box: what is erased cannot be brought back."


@as_page
async def get_account(request: web.Request) -> web.Response:
    """GET /sites/{site}/account: what the site knows of one, and what one may do about it."""
    who = await visitor(request)
    if who.member is None:
        return see_other(f"/sites/{who.site.id}/sign-in?to=/sites/{who.site.id}/account")
    return await _page(request, who)


@as_page
async def get_account_export(request: web.Request) -> web.Response:
    """GET /sites/{site}/account/export: everything that is kept of the one who asks, as a file."""
    return export_of(request, (await visitor(request)).signed_in())


@as_page
async def post_account_sign_out(request: web.Request) -> web.Response:
    """POST /sites/{site}/account/sign-out: ends every session and token of one's own, everywhere."""
    guard(request)
    who = await visitor(request)
    await end_all_tokens(request.app[RESOURCES], who.signed_in())
    response = see_other(way_on("", Who(who.site, ""), serving_of(request).demo_site))
    drop_session(response, serving_of(request), who.site.id)
    return response


@as_page
async def post_account_leave(request: web.Request) -> web.Response:
    """POST /sites/{site}/account/leave: erases the one who asks, for good, if he ticked that he means it."""
    form = await read_form(request)
    who = await visitor(request)
    member = who.signed_in()
    if form.one("sure") != "yes":
        return await _page(request, who, _SAY_SO, _UNSURE)
    try:
        await erase_member(request.app[RESOURCES], who.site, member.id)
    except NotAllowedNow as refusal:
        return await _page(request, who, refusal.detail, _CONFLICT)
    nobody = Who(who.site, "")
    onward = way_on("", nobody, serving_of(request).demo_site)
    response = html("account_left.html", {"who": nobody, "here": onward, "onward": onward})
    drop_session(response, serving_of(request), who.site.id)
    return response


async def _page(request: web.Request, who: Who, alert: str = "", status: int = 200) -> web.Response:
    res, member = request.app[RESOURCES], who.signed_in()
    told = {
        "who": who,
        "here": f"/sites/{who.site.id}/account",
        "member": member.at(res.now_ms()),
        "sessions": await living_sessions(res, member),
        "onward": way_on("", who, serving_of(request).demo_site),
        "alert": alert,
    }
    return html("account_page.html", told, status)
