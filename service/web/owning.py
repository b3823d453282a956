"""What owners set over the API: the site's policy, its members, its threads."""

from typing import Any

import msgspec
from aiohttp import web

from service.actions.add_member import NewMember, add_member
from service.actions.evidence import thresholds
from service.actions.set_member import members_page, set_member_status
from service.actions.set_policy import set_policy
from service.actions.set_thread import set_thread, threads_page
from service.domain.site import Policy
from service.web.access import who_asks
from service.web.app_keys import RESOURCES
from service.web.bodies import MemberBody, MemberStatusBody, ThreadBody, json_response, read_body
from service.web.paging import cursor_of, cursor_text, limit_of, link_header
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
    cursor = cursor_of(request, "members")
    found, next_id = await members_page(
        request.app[RESOURCES], who.site, cursor.id if cursor else None, limit_of(request, 50)
    )
    next_cursor = cursor_text("members", next_id)
    told = {"members": [member_json(one) for one in found], "next_cursor": next_cursor}
    return json_response(told, headers=link_header(request, next_cursor))


async def post_member(request: web.Request) -> web.Response:
    """POST S/members: makes somebody a member."""
    who = await who_asks(request)
    who.owner()
    body, _ = await read_body(request, MemberBody)
    member = await add_member(request.app[RESOURCES], who.site, NewMember(body.name, body.email, body.role))
    location = f"/api/v1/sites/{who.site.id}/members/{member.id}"
    return json_response(member_json(member), 201, {"Location": location})


async def patch_member(request: web.Request) -> web.Response:
    """PATCH S/members/{id}: suspends (until a time), bans, lets back in."""
    who = await who_asks(request)
    who.moderator()
    body, _ = await read_body(request, MemberStatusBody)
    until = None if body.suspended_until is None else from_rfc3339(body.suspended_until, "/suspended_until")
    member = await set_member_status(request.app[RESOURCES], who.site, request.match_info["id"], body.status, until)
    return json_response(member_json(member))


async def get_threads(request: web.Request) -> web.Response:
    """GET S/threads: the site's threads in the order of their making."""
    who = await who_asks(request)
    who.moderator()
    cursor = cursor_of(request, "threads")
    found, next_id = await threads_page(
        request.app[RESOURCES], who.site, cursor.id if cursor else None, limit_of(request, 50)
    )
    next_cursor = cursor_text("threads", next_id)
    told = {
        "threads": [thread_json(one, one.state or who.site.policy.state) for one in found],
        "next_cursor": next_cursor,
    }
    return json_response(told, headers=link_header(request, next_cursor))


async def patch_thread(request: web.Request) -> web.Response:
    """PATCH S/threads/{id}: its own state, moderation and title; null lets the site's policy speak again."""
    who = await who_asks(request)
    who.moderator()
    body, _ = await read_body(request, ThreadBody)
    changes = {n: v for n in body.__struct_fields__ if (v := getattr(body, n)) is not msgspec.UNSET}
    thread = await set_thread(request.app[RESOURCES], who.site, request.match_info["id"], changes)
    return json_response(thread_json(thread, thread.state or who.site.policy.state))
