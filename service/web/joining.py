"""Ways to become a member over the API: invitations and their acceptance, requests and what becomes of them."""

from aiohttp import web

from service.actions.accept_invitation import Acceptance, accept_invitation
from service.actions.ask_to_join import Asked, ask_to_join
from service.actions.decide_request import decide_request
from service.actions.invitations import invitations_page, requests_page
from service.actions.invite import Invite, invite
from service.actions.replays import Statement
from service.actions.revoke_invitation import revoke_invitation
from service.domain.errors import Banned, Gone, NameTaken, NotAllowedNow, RateLimited, Suspended
from service.domain.invitation import Invitation, RequestOutcome
from service.web.access import serving_of, who_asks
from service.web.app_keys import RESOURCES
from service.web.bodies import NO_CONTENT, encode, json_response, read_body
from service.web.contract import IDEMPOTENCY_KEY, LOCATION, Ask, Contract
from service.web.once import Keep, kept_as, once
from service.web.paging import listed
from service.web.parameters import CURSOR, LIMIT
from service.web.shapes.invitations import (
    AcceptanceBody,
    InvitationBody,
    InvitationMadeTold,
    InvitationsTold,
    RequestBody,
    RequestsTold,
    RequestTold,
    invitation_made_told,
    invitation_told,
    request_told,
)
from service.web.shapes.session import SignedInTold, signed_in_told


@Contract(Ask.MODERATORS, {200: InvitationsTold}, query=(LIMIT, CURSOR))
async def get_invitations(request: web.Request) -> web.Response:
    """GET S/invitations: open, used and past ones in the order of their making, never with their codes."""
    who = await who_asks(request)
    who.moderator()
    res = request.app[RESOURCES]
    return await listed(
        request,
        "invitations",
        lambda after, limit: invitations_page(res, who.site, after, limit),
        lambda found, cursor: InvitationsTold([invitation_told(one, res.now_ms()) for one in found], cursor),
    )


@Contract(
    Ask.MODERATORS,
    {200: InvitationMadeTold, 201: InvitationMadeTold},
    body=InvitationBody,
    takes=(IDEMPOTENCY_KEY,),
    gives=(LOCATION,),
    problems=(NameTaken, RateLimited),
)
async def post_invitation(request: web.Request) -> web.Response:
    """POST S/invitations: invites by letter or by link; 200 with the one there is, to an address just written to.

    A call that is replayed for its Idempotency-Key tells no code: that is told once.
    """
    who = await who_asks(request)
    inviter = who.moderator()
    body, raw = await read_body(request, InvitationBody)
    res, wanted = request.app[RESOURCES], Invite(body.email, body.name, body.role)

    async def work(keep: Keep | None) -> web.Response:
        def kept(made: Invitation) -> list[Statement]:
            told = encode(invitation_made_told(made, res.now_ms(), None, None))
            return [] if keep is None else keep(201, _location(made), told)

        made = await invite(res, who.site, inviter, wanted, kept)
        url = invitation_url(request, who.site.id, made.code) if made.code else None
        told = invitation_made_told(made.invitation, res.now_ms(), made.code, url)
        return json_response(told, 201 if made.is_new else 200, {"Location": _location(made.invitation)})

    return await once(request, who, raw, work)


def invitation_url(request: web.Request, site_id: str, code: str) -> str:
    """The page on which the code is accepted."""
    return f"{serving_of(request).public_url}/sites/{site_id}/invitation?code={code}"


def _location(made: Invitation) -> str:
    return f"/api/v1/sites/{made.site_id}/invitations/{made.id}"


@Contract(Ask.MODERATORS, {204: None}, problems=(NotAllowedNow,))
async def delete_invitation(request: web.Request) -> web.Response:
    """DELETE S/invitations/{id}: takes it back, so that its code works no more."""
    who = await who_asks(request)
    await revoke_invitation(request.app[RESOURCES], who.site, who.moderator(), request.match_info["id"])
    return web.Response(status=204, headers=NO_CONTENT)


@Contract(
    Ask.ANYONE, {200: SignedInTold}, body=AcceptanceBody, problems=(Gone, NotAllowedNow, NameTaken, Suspended, Banned)
)
async def post_acceptance(request: web.Request) -> web.Response:
    """POST S/invitations/{code}/accept: whoever has the code becomes a member, once, and is signed in."""
    who = await who_asks(request)
    body, _ = await read_body(request, AcceptanceBody)
    said = Acceptance(request.match_info["code"], body.name, body.email, who.member)
    return json_response(signed_in_told(await accept_invitation(request.app[RESOURCES], who.site, said)))


@Contract(Ask.MODERATORS, {200: RequestsTold}, query=(LIMIT, CURSOR))
async def get_requests(request: web.Request) -> web.Response:
    """GET S/membership-requests: those that wait for a decision, oldest first."""
    who = await who_asks(request)
    who.moderator()
    res = request.app[RESOURCES]
    return await listed(
        request,
        "membership-requests",
        lambda after, limit: requests_page(res, who.site, after, limit),
        lambda found, cursor: RequestsTold([request_told(one) for one in found], cursor),
    )


@Contract(
    Ask.SIGNED_IN,
    {200: RequestTold, 202: RequestTold},
    body=RequestBody,
    takes=(IDEMPOTENCY_KEY,),
    problems=(NotAllowedNow, Suspended, Banned),
)
async def post_request(request: web.Request) -> web.Response:
    """POST S/membership-requests: asks to be made a member; asked again, it is the same request, with 200."""
    who = await who_asks(request)
    asker = who.signed_in()
    body, raw = await read_body(request, RequestBody)

    async def work(keep: Keep | None) -> web.Response:
        def kept(asked: Asked) -> list[Statement]:
            return kept_as(keep, request_told(asked.request), _status_of(asked))

        asked = await ask_to_join(request.app[RESOURCES], asker, body.message, kept)
        return json_response(request_told(asked.request), _status_of(asked))

    return await once(request, who, raw, work)


def _status_of(asked: Asked) -> int:
    return 202 if asked.is_new else 200


@Contract(Ask.MODERATORS, {200: RequestTold}, problems=(NotAllowedNow,))
async def post_request_accepted(request: web.Request) -> web.Response:
    """POST S/membership-requests/{id}/accept: makes the one who asked a member, and tells him."""
    return await _decided(request, "accepted")


@Contract(Ask.MODERATORS, {200: RequestTold}, problems=(NotAllowedNow,))
async def post_request_declined(request: web.Request) -> web.Response:
    """POST S/membership-requests/{id}/decline: leaves things as they are; he may ask again after 30 days."""
    return await _decided(request, "declined")


async def _decided(request: web.Request, outcome: RequestOutcome) -> web.Response:
    who = await who_asks(request)
    actor = who.moderator()
    res, request_id = request.app[RESOURCES], request.match_info["id"]
    return json_response(request_told(await decide_request(res, who.site, actor, request_id, outcome)))
