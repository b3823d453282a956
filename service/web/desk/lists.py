"""The site's people as a list, out and in: CSV, as `greenroom member import` reads it. Nothing is taken in untried."""

from aiohttp import web

from service.actions.identify import Who
from service.actions.import_members import Taken, import_members
from service.actions.set_member import members_page
from service.domain.errors import Fault, Invalid, Refusal
from service.domain.member import Member
from service.domain.member_list import MemberList, read_member_list, written
from service.web.app_keys import RESOURCES
from service.web.desk.answers import Said, faults_of, said_to, status_of
from service.web.desk.people import Listed, show
from service.web.pages.errors import as_page
from service.web.pages.forms import Form, read_form
from service.web.pages.rendering import HEADERS, see_other
from service.web.pages.visitor import visitor

_PORTION = 200
_MOST_FAULTS = 20


@as_page
async def get_list(request: web.Request) -> web.Response:
    """GET /sites/{site}/desk/members/list: everybody who may comment now, as a file."""
    who = await visitor(request)
    who.owner()
    people: list[Member] = []
    after: str | None = ""
    while after is not None:
        found, after = await members_page(request.app[RESOURCES], who.site, after, _PORTION)
        people += [one for one in found if one.status == "active"]
    name = f'attachment; filename="members-{who.site.id}.csv"'
    headers = {**HEADERS, "Content-Type": "text/csv; charset=utf-8", "Content-Disposition": name}
    return web.Response(body=written(people).encode(), headers=headers)


@as_page
async def post_list(request: web.Request) -> web.Response:
    """POST /sites/{site}/desk/members/list: says what a list would do; with `sure`, does it."""
    form = await read_form(request)
    who = await visitor(request)
    who.owner()
    listed = Listed(form.one("list"), form.one("by_letter") == "1")
    found = read_member_list(listed.text.encode(), "email" if listed.by_letter else "name")
    try:
        taken = await _take(request, who, found, form)
    except Refusal as refusal:
        return await show(request, who, Said(faults=faults_of(refusal), status=status_of(refusal)), listed)
    if form.one("sure") == "1":
        return see_other(said_to(f"/sites/{who.site.id}/desk/members", "listed"))
    return await show(request, who, Said(), listed._replace(taken=taken))


async def _take(request: web.Request, who: Who, found: MemberList, form: Form) -> list[Taken]:
    """Raises Invalid, which names the bad lines."""
    if found.bad or not found.entries:
        faults = [Fault("", f"Line {one.line}: {one.detail}") for one in found.bad[:_MOST_FAULTS]]
        more = [Fault("", f"And {len(found.bad) - _MOST_FAULTS} more.")] if len(found.bad) > _MOST_FAULTS else []
        raise Invalid([*faults, *more] or [Fault("", "There is nobody in this list.")])
    dry_run = form.one("sure") != "1"
    return await import_members(request.app[RESOURCES], who.site, found.entries, form.one("by_letter") == "1", dry_run)
