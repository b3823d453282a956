"""The site's members, invitations and requests to be let in, as forms. One member's own page is in member.py."""

from collections.abc import Sequence
from typing import NamedTuple

from aiohttp import web

from service.actions.add_member import find_member
from service.actions.decide_request import decide_request
from service.actions.identify import Who
from service.actions.import_members import Taken
from service.actions.invitations import invitations_page, requests_page
from service.actions.invite import Invite, invite
from service.actions.revoke_invitation import revoke_invitation
from service.actions.set_member import members_page
from service.domain.errors import Refusal
from service.domain.invitation import RequestOutcome, may_invite
from service.domain.member import Role
from service.web.app_keys import RESOURCES
from service.web.desk.answers import Said, choice_in, faults_of, said_by, said_to, status_of
from service.web.joining import invitation_url
from service.web.pages.errors import as_page
from service.web.pages.forms import read_form
from service.web.pages.rendering import desk_html, see_other
from service.web.pages.visitor import visitor
from service.web.paging import cursor_of, cursor_text

_PER_PAGE = 50
_MOST = 100  # invitations and requests shown
_ROLES: tuple[Role, ...] = ("member", "moderator", "owner")
_OUTCOMES: tuple[RequestOutcome, ...] = ("accepted", "declined")
_SAID = {
    "invited": "The invitation is on its way by mail.",
    "again": "There was an invitation to this address already, which is not a day old.",
    "revoked": "The invitation was taken back: its link works no more.",
    "accepted": "The request was accepted: a new member.",
    "declined": "The request was declined.",
    "listed": "The list was taken in.",
    "unknown": "There is nobody of this name.",
}


class Listed(NamedTuple):
    """A list of people that was sent, and what would become of each of them."""

    text: str = ""
    by_letter: bool = False
    taken: Sequence[Taken] = ()

    @property
    def new(self) -> int:
        """How many the site does not know yet."""
        return sum(one.became in ("member", "invited") for one in self.taken)

    @property
    def worth_a_line(self) -> list[Taken]:
        """Those who are left out, or would be called otherwise."""
        return [one for one in self.taken if one.became not in ("member", "invited") or one.name != one.entry.name]


@as_page
async def get_members(request: web.Request) -> web.Response:
    """GET /sites/{site}/desk/members: everybody on the site; ?name= leads to the one of this name."""
    who = await visitor(request)
    who.moderator()
    name = request.query.get("name", "").strip()
    if name:
        member = await find_member(request.app[RESOURCES], who.site, name)
        return see_other(f"{_home(who)}/{member.id}" if member else said_to(_home(who), "unknown"))
    return await show(request, who, Said(said_by(request, _SAID)))


@as_page
async def post_invitation(request: web.Request) -> web.Response:
    """POST /sites/{site}/desk/invitations: invites somebody, by mail or by a link that is shown once."""
    form = await read_form(request)
    who = await visitor(request)
    actor, kept = who.moderator(), {"email": form.one("email").strip(), "name": form.one("name").strip()}
    try:
        role = choice_in(form, "role", _ROLES)
        wanted = Invite(kept["email"] or None, kept["name"] or None, role)
        made = await invite(request.app[RESOURCES], who.site, actor, wanted)
    except Refusal as refusal:
        return await show(request, who, Said(faults=faults_of(refusal), kept=kept, status=status_of(refusal)))
    if made.code is not None:
        return await show(request, who, Said(link=invitation_url(request, who.site.id, made.code)))
    return see_other(said_to(_home(who), "invited" if made.is_new else "again"))


@as_page
async def post_revocation(request: web.Request) -> web.Response:
    """POST /sites/{site}/desk/invitations/{id}/revoke: takes an invitation back."""
    await read_form(request)
    who = await visitor(request)
    await revoke_invitation(request.app[RESOURCES], who.site, who.moderator(), request.match_info["id"])
    return see_other(said_to(_home(who), "revoked"))


@as_page
async def post_request(request: web.Request) -> web.Response:
    """POST /sites/{site}/desk/requests/{id}: lets somebody in who asked, or does not."""
    form = await read_form(request)
    who = await visitor(request)
    actor = who.moderator()
    try:
        outcome = choice_in(form, "outcome", _OUTCOMES)
        await decide_request(request.app[RESOURCES], who.site, actor, request.match_info["id"], outcome)
    except Refusal as refusal:
        return await show(request, who, Said(faults=faults_of(refusal), status=status_of(refusal)))
    return see_other(said_to(_home(who), outcome))


async def show(request: web.Request, who: Who, said: Said, listed: Listed | None = None) -> web.Response:
    """Everybody, with what is said to the form that was sent."""
    res = request.app[RESOURCES]
    cursor = cursor_of(request, "members")
    found, next_id = await members_page(res, who.site, cursor.id if cursor else None, _PER_PAGE)
    invited, _ = await invitations_page(res, who.site, None, _MOST)
    asking, _ = await requests_page(res, who.site, None, _MOST)
    role = who.moderator().role
    told = {
        "who": who,
        "here": _home(who),
        "section": "members",
        "members": found,
        "invitations": [one for one in invited if one.state(res.now_ms()) == "open"],
        "requests": asking,
        "roles": [one for one in _ROLES if may_invite(role, one)],
        "said": said,
        "listed": listed or Listed(),
        "first": _home(who) if cursor else None,
        "next": f"{_home(who)}?cursor={cursor_text('members', next_id)}" if next_id else None,
    }
    return desk_html("desk_members.html", told, said.status)


def _home(who: Who) -> str:
    return f"/sites/{who.site.id}/desk/members"
