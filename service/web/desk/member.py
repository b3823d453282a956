"""One member's page: his record, his standing and role, and all of his comments at once."""

from typing import get_args

from aiohttp import web

from service.actions.identify import Who
from service.actions.member_record import member_record
from service.actions.remove_comments import Removal, remove_comments
from service.actions.set_member import MemberChange, set_member
from service.domain.errors import Fault, Invalid, Refusal
from service.domain.member import Role
from service.web.app_keys import RESOURCES
from service.web.desk.answers import Said, choice_in, faults_of, said_by, said_to, status_of
from service.web.desk.cards import DID, DONE
from service.web.desk.deciding import reason_of
from service.web.desk.notices import done
from service.web.pages.errors import as_page
from service.web.pages.forms import Form, read_form
from service.web.pages.rendering import desk_html, see_other
from service.web.pages.visitor import visitor

_DAY_MS = 86_400_000
_LONGEST_DAYS = 3_650
_REMOVALS: tuple[Removal, ...] = get_args(Removal)
_ROLES: tuple[Role, ...] = get_args(Role)
_CHANGES = ("suspended", "banned", "active", "role", "name")
_SAID = {
    "suspended": "Suspended. The next thing that is tried meets it.",
    "banned": "Banned, for good or until you let this person back in.",
    "active": "Let back in.",
    "role": "The role is changed.",
    "name": "The name is changed, on every comment, too.",
    "none": "There was nothing that could have been taken down.",
}


@as_page
async def get_member(request: web.Request) -> web.Response:
    """GET /sites/{site}/desk/members/{id}: one member, with what can be done."""
    who = await visitor(request)
    who.moderator()
    return await _page(request, who, Said(said_by(request, _SAID)))


@as_page
async def post_member(request: web.Request) -> web.Response:
    """POST /sites/{site}/desk/members/{id}: suspends (for some days), bans, lets back in; owners: role and name."""
    form = await read_form(request)
    who = await visitor(request)
    actor, res = who.moderator(), request.app[RESOURCES]
    try:
        change = choice_in(form, "change", _CHANGES)
        await set_member(res, actor, who.site, request.match_info["id"], _change(form, change, res.now_ms()))
    except Refusal as refusal:
        return await _page(request, who, Said(faults=faults_of(refusal), status=status_of(refusal)))
    return see_other(said_to(_home(request, who), change))


def _change(form: Form, change: str, now_ms: int) -> MemberChange:
    if change == "role":
        return MemberChange(role=choice_in(form, "role", _ROLES))
    if change == "name":
        return MemberChange(name=form.one("name"))
    if change == "suspended":
        return MemberChange("suspended", _until(form.one("days"), now_ms))
    return MemberChange("banned" if change == "banned" else "active")


def _until(days: str, now_ms: int) -> int | None:
    """The end of a suspension of so many days; none given: until further notice. Raises Invalid."""
    if not days.strip():
        return None
    if not days.strip().isdecimal() or not 1 <= int(days) <= _LONGEST_DAYS:
        raise Invalid([Fault("/days", f"A whole number of days from 1 to {_LONGEST_DAYS}, or nothing.")])
    return now_ms + int(days) * _DAY_MS


@as_page
async def post_removal(request: web.Request) -> web.Response:
    """POST /sites/{site}/desk/members/{id}/remove-comments: all that a member wrote, as one decision."""
    form = await read_form(request)
    who = await visitor(request)
    actor, res, member_id = who.moderator(), request.app[RESOURCES], request.match_info["id"]
    try:
        action = choice_in(form, "action", _REMOVALS)
        if form.one("sure") != "1":
            raise Invalid([Fault("/sure", "Tick that you mean all of them.")])
        removed = await remove_comments(res, actor, member_id, action, reason_of(form))
    except Refusal as refusal:
        return await _page(request, who, Said(faults=faults_of(refusal), status=status_of(refusal)))
    home = _home(request, who)
    return see_other(f"{home}?done={removed.decision_id}" if removed.removed else said_to(home, "none"))


async def _page(request: web.Request, who: Who, said: Said) -> web.Response:
    res = request.app[RESOURCES]
    record = await member_record(res, who.site, request.match_info["id"])
    told = {
        "who": who,
        "here": _home(request, who),
        "section": "members",
        "member": record.member,
        "latest": record.latest,
        "roles": _ROLES,
        "removals": {action: DONE[action] for action in _REMOVALS},
        "said": said,
        "done": await done(res, who.moderator(), request.query.get("done")),
        "did": DID,
    }
    return desk_html("desk_member.html", told, said.status)


def _home(request: web.Request, who: Who) -> str:
    return f"/sites/{who.site.id}/desk/members/{request.match_info['id']}"
