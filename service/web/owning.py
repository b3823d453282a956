"""What owners set over the API: the site's policy, its members, its threads."""

from typing import Any

import msgspec
from aiohttp import web

from service.actions.add_member import NewMember, add_member
from service.actions.evidence import thresholds
from service.actions.move_thread import move_thread
from service.actions.preview_policy import preview_policy
from service.actions.replays import Statement
from service.actions.set_member import MemberChange, members_page, set_member
from service.actions.set_policy import set_policy
from service.actions.set_thread import set_thread, threads_page
from service.actions.set_thresholds import follow_policy
from service.domain.errors import NameTaken, NotAllowedNow
from service.domain.member import Member
from service.domain.site import Policy
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
from service.web.shapes.settings import HindsightTold, SettingsBody, hindsight_told
from service.web.shapes.threads import (
    MoveBody,
    MovedTold,
    OwnThreadTold,
    ThreadBody,
    ThreadsTold,
    moved_told,
    own_thread_told,
)
from service.web.times import from_rfc3339


@Contract(Ask.OWNERS, {200: Policy})
async def get_settings(request: web.Request) -> web.Response:
    """GET S/settings: the policy, with the thresholds that hold now."""
    who = await who_asks(request)
    who.owner()
    return json_response(_settings(request, who.site.id, who.site.policy))


@Contract(Ask.OWNERS, {200: Policy}, body=SettingsBody)
async def patch_settings(request: web.Request) -> web.Response:
    """PATCH S/settings: these settings in place of those of the same names; all or none."""
    who = await who_asks(request)
    who.owner()
    changes, _ = await read_body(request, dict[str, Any])
    res = request.app[RESOURCES]
    policy = await set_policy(res, who.site, changes)
    await follow_policy(res, who.site, policy)
    return json_response(_settings(request, who.site.id, policy))


@Contract(Ask.OWNERS, {200: HindsightTold}, body=SettingsBody)
async def post_settings_preview(request: web.Request) -> web.Response:
    """POST S/settings/preview: what these settings would have done to the last 500 comments; nothing is written."""
    who = await who_asks(request)
    who.owner()
    changes, _ = await read_body(request, dict[str, Any])
    return json_response(hindsight_told(await preview_policy(request.app[RESOURCES], who.site, changes)))


def _settings(request: web.Request, site_id: str, policy: Policy) -> Policy:
    hold_at, spam_at = thresholds(request.app[RESOURCES], site_id, policy)
    return msgspec.structs.replace(policy, hold_at=hold_at, spam_at=spam_at)


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


@Contract(Ask.MODERATORS, {200: ThreadsTold}, query=(LIMIT, CURSOR))
async def get_threads(request: web.Request) -> web.Response:
    """GET S/threads: the site's threads in the order of their making."""
    who = await who_asks(request)
    who.moderator()
    res, policy = request.app[RESOURCES], who.site.policy
    return await listed(
        request,
        "threads",
        lambda after, limit: threads_page(res, who.site, after, limit),
        lambda found, next_cursor: ThreadsTold(
            [own_thread_told(one, policy, res.now_ms()) for one in found], next_cursor
        ),
    )


@Contract(Ask.MODERATORS, {200: OwnThreadTold}, body=ThreadBody)
async def patch_thread(request: web.Request) -> web.Response:
    """PATCH S/threads/{id}: its own state and moderation (null: the site's policy speaks again), and its page."""
    who = await who_asks(request)
    who.moderator()
    body, _ = await read_body(request, ThreadBody)
    changes = {n: v for n in body.__struct_fields__ if (v := getattr(body, n)) is not msgspec.UNSET}
    if isinstance(body.published_at, str):
        changes["published_at"] = from_rfc3339(body.published_at, "/published_at")
    res = request.app[RESOURCES]
    thread = await set_thread(res, who.site, request.match_info["id"], changes)
    return json_response(own_thread_told(thread, who.site.policy, res.now_ms()))


@Contract(Ask.MODERATORS, {200: MovedTold}, body=MoveBody)
async def post_thread_move(request: web.Request) -> web.Response:
    """POST S/threads/{id}/move: to another key, or into the thread that stands there; the old key leads to it."""
    who = await who_asks(request)
    who.moderator()
    body, _ = await read_body(request, MoveBody)
    res = request.app[RESOURCES]
    moved = await move_thread(res, who.site, request.match_info["id"], body.key, body.dry_run)
    return json_response(moved_told(moved, body.dry_run, who.site.policy, res.now_ms()))
