"""What owners set over the API: the site's policy, its members, its threads."""

from typing import Any

import msgspec
from aiohttp import web

from service.actions.add_member import NewMember, add_member
from service.actions.evidence import thresholds
from service.actions.replays import Statement
from service.actions.set_member import MemberChange, members_page, set_member
from service.actions.set_policy import set_policy
from service.actions.set_thread import set_thread, threads_page
from service.domain.member import Member
from service.domain.site import Policy
from service.web.access import who_asks
from service.web.app_keys import RESOURCES
from service.web.bodies import MemberBody, MemberChangeBody, ThreadBody, encode, json_response, read_body
from service.web.once import Keep, once
from service.web.paging import listed
from service.web.shapes import member_json, thread_json
from service.web.times import from_rfc3339


async def get_settings(request: web.Request) -> web.Response:
    """GET S/settings: the policy, with the thresholds that hold now."""
    who = await who_asks(request)
    who.owner()
    return json_response(_settings(request, who.site.policy))


async def patch_settings(request: web.Request) -> web.Response:
    """PATCH S/settings: these settings in place of those of the same names; all or none."""
    who = await who_asks(request)
    who.owner()
    changes, _ = await read_body(request, dict[str, Any])
    return json_response(_settings(request, await set_policy(request.app[RESOURCES], who.site, changes)))


def _settings(request: web.Request, policy: Policy) -> dict[str, Any]:
    hold_at, spam_at = thresholds(request.app[RESOURCES], policy.hold_at, policy.spam_at)
    return {**msgspec.to_builtins(policy), "hold_at": hold_at, "spam_at": spam_at}


async def get_members(request: web.Request) -> web.Response:
    """GET S/members: everybody on the site, in the order of their coming."""
    who = await who_asks(request)
    who.moderator()
    res = request.app[RESOURCES]
    return await listed(request, "members", lambda after, limit: members_page(res, who.site, after, limit), member_json)


async def post_member(request: web.Request) -> web.Response:
    """POST S/members: makes somebody a member."""
    who = await who_asks(request)
    who.owner()
    body, raw = await read_body(request, MemberBody)
    new = NewMember(body.name, body.email, body.role)

    async def work(keep: Keep | None) -> web.Response:
        def kept(member: Member) -> list[Statement]:
            return [] if keep is None else keep(201, _location(member), encode(member_json(member)))

        member = await add_member(request.app[RESOURCES], who.site, new, kept)
        return json_response(member_json(member), 201, {"Location": _location(member)})

    return await once(request, who, raw, work)


def _location(member: Member) -> str:
    return f"/api/v1/sites/{member.site_id}/members/{member.id}"


async def patch_member(request: web.Request) -> web.Response:
    """PATCH S/members/{id}: suspends (until a time), bans, lets back in; owners give roles."""
    who = await who_asks(request)
    actor = who.moderator()
    body, _ = await read_body(request, MemberChangeBody)
    until = None if body.suspended_until is None else from_rfc3339(body.suspended_until, "/suspended_until")
    change = MemberChange(body.status, until, body.role)
    member = await set_member(request.app[RESOURCES], actor, who.site, request.match_info["id"], change)
    return json_response(member_json(member))


async def get_threads(request: web.Request) -> web.Response:
    """GET S/threads: the site's threads in the order of their making."""
    who = await who_asks(request)
    who.moderator()
    res, state = request.app[RESOURCES], who.site.policy.state
    return await listed(
        request,
        "threads",
        lambda after, limit: threads_page(res, who.site, after, limit),
        lambda thread: thread_json(thread, thread.state or state),
    )


async def patch_thread(request: web.Request) -> web.Response:
    """PATCH S/threads/{id}: its own state, moderation and title; null lets the site's policy speak again."""
    who = await who_asks(request)
    who.moderator()
    body, _ = await read_body(request, ThreadBody)
    changes = {n: v for n in body.__struct_fields__ if (v := getattr(body, n)) is not msgspec.UNSET}
    thread = await set_thread(request.app[RESOURCES], who.site, request.match_info["id"], changes)
    return json_response(thread_json(thread, thread.state or who.site.policy.state))
