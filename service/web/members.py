"""A site's members over the API: who there is, and what owners and moderators may make of them."""

from aiohttp import web

from service.actions.add_member import NewMember, add_member
from service.actions.replays import Statement
from service.actions.set_member import MemberChange, members_page, set_member
from service.domain.errors import NameTaken, NotAllowedNow
from service.domain.member import Member
from service.web.access import who_asks
from service.web.app_keys import RESOURCES
from service.web.bodies import encode, json_response, read_body
from service.web.contract import IDEMPOTENCY_KEY, LOCATION, Ask, Contract
from service.web.once import Keep, once
from service.web.paging import listed
from service.web.parameters import CURSOR, LIMIT
from service.web.shapes.members import (
    MemberBody,
    MemberChangeBody,
    MembersTold,
    MemberTold,
    member_told,
    members_told,
)
from service.web.times import from_rfc3339


@Contract(Ask.MODERATORS, {200: MembersTold}, query=(LIMIT, CURSOR))
async def get_members(request: web.Request) -> web.Response:
    """GET S/members: everybody on the site, in the order of their coming."""
    who = await who_asks(request)
    who.moderator()
    res = request.app[RESOURCES]
    return await listed(
        request, "members", lambda after, limit: members_page(res, who.site, after, limit), members_told
    )


@Contract(
    Ask.OWNERS, {201: MemberTold}, body=MemberBody, takes=(IDEMPOTENCY_KEY,), gives=(LOCATION,), problems=(NameTaken,)
)
async def post_member(request: web.Request) -> web.Response:
    """POST S/members: makes somebody a member."""
    who = await who_asks(request)
    who.owner()
    body, raw = await read_body(request, MemberBody)
    new = NewMember(body.name, body.email, body.role)

    async def work(keep: Keep | None) -> web.Response:
        def kept(member: Member) -> list[Statement]:
            return [] if keep is None else keep(201, _location(member), encode(member_told(member)))

        member = await add_member(request.app[RESOURCES], who.site, new, kept)
        return json_response(member_told(member), 201, {"Location": _location(member)})

    return await once(request, who, raw, work)


def _location(member: Member) -> str:
    return f"/api/v1/sites/{member.site_id}/members/{member.id}"


@Contract(Ask.MODERATORS, {200: MemberTold}, body=MemberChangeBody, problems=(NotAllowedNow, NameTaken))
async def patch_member(request: web.Request) -> web.Response:
    """PATCH S/members/{id}: suspends (until a time), bans, lets back in; owners give roles and names."""
    who = await who_asks(request)
    actor = who.moderator()
    body, _ = await read_body(request, MemberChangeBody)
    until = None if body.suspended_until is None else from_rfc3339(body.suspended_until, "/suspended_until")
    change = MemberChange(body.status, until, body.role, body.name)
    member = await set_member(request.app[RESOURCES], actor, who.site, request.match_info["id"], change)
    return json_response(member_told(member))
