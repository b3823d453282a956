"""Who one is, over the API: the session, and its end. How one begins is in signing_in.py."""

from aiohttp import web

from service.actions.end_session import end_all_tokens, end_session_of, end_token, living_sessions
from service.actions.identify import Who
from service.actions.invitations import waiting_request
from service.domain.errors import NotAllowedNow, Refusal
from service.domain.member import why_not
from service.web.access import who_asks
from service.web.app_keys import RESOURCES
from service.web.bodies import NO_CONTENT, json_response
from service.web.contract import Ask, Contract
from service.web.parameters import Choice
from service.web.problems import code_of
from service.web.shapes.members import MemberTold, member_told
from service.web.shapes.session import OpenSessionsTold, SessionTold, open_sessions_told

_WHAT_TO_DO = {
    "not-signed-in": "Sign in as a member of this blog.",
    "not-a-member": "Ask to be made a member; the owner of this blog decides.",
    "suspended": "Wait until the suspension ends, or write to the owner of this blog.",
    "banned": "Write to the owner of this blog.",
}
EVERYWHERE = Choice("everywhere", "1 ends every session and every token of the member.", ("0", "1"))
_HAS_ASKED = "You have asked to be made a member; the owner of this blog decides."


@Contract(Ask.ANYONE, {200: SessionTold})
async def get_session(request: web.Request) -> web.Response:
    """GET S/session: whether one may comment, why not, and what to do about it."""
    who = await who_asks(request)
    refusal: type[Refusal] | None = why_not(who.site.policy, who.member, request.app[RESOURCES].now_ms())
    code = code_of(refusal) if refusal else None
    asked = code == "not-a-member" and await _has_asked(request, who)
    told = SessionTold(
        signed_in=who.member is not None,
        member=member_told(who.member) if who.member else None,
        may_comment=code is None,
        why_not=code,
        what_to_do=_HAS_ASKED if asked else _WHAT_TO_DO.get(code or ""),
        has_asked=asked,
        form_message=who.site.policy.form_message,
        who_may_comment=who.site.policy.who_may_comment,
        edit_window_s=who.site.policy.edit_window_s,
    )
    return json_response(told)


async def _has_asked(request: web.Request, who: Who) -> bool:
    return await waiting_request(request.app[RESOURCES], who.signed_in()) is not None


@Contract(Ask.SIGNED_IN, {200: MemberTold})
async def get_me(request: web.Request) -> web.Response:
    """GET S/members/me: what the site knows of the one who asks."""
    who = await who_asks(request)
    return json_response(member_told(who.signed_in()))


@Contract(Ask.SIGNED_IN, {204: None}, query=(EVERYWHERE,), problems=(NotAllowedNow,))
async def delete_session(request: web.Request) -> web.Response:
    """DELETE S/session: ends this token with its session, or with everywhere=1 all that the member is signed in by."""
    who = await who_asks(request)
    member = who.signed_in()
    if EVERYWHERE.of(request) == "1":
        await end_all_tokens(request.app[RESOURCES], member)
    elif who.token_hash is None:
        raise NotAllowedNow("A key is no session: it is ended by DELETE S/keys/{id}.")
    else:
        await end_token(request.app[RESOURCES], who.token_hash)
    return web.Response(status=204, headers=NO_CONTENT)


@Contract(Ask.SIGNED_IN, {200: OpenSessionsTold})
async def get_sessions(request: web.Request) -> web.Response:
    """GET S/members/me/sessions: where one is signed in by the widget."""
    who = await who_asks(request)
    return json_response(open_sessions_told(await living_sessions(request.app[RESOURCES], who.signed_in())))


@Contract(Ask.SIGNED_IN, {204: None})
async def delete_one_session(request: web.Request) -> web.Response:
    """DELETE S/members/me/sessions/{id}: ends this session of one's own."""
    who = await who_asks(request)
    await end_session_of(request.app[RESOURCES], who.signed_in(), request.match_info["id"])
    return web.Response(status=204, headers=NO_CONTENT)
