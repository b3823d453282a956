"""Decides about a request to become a member by the link in a letter: as its owner, or as who is signed in."""

from typing import NamedTuple

from service.actions.decide_request import decide_request
from service.actions.identify import Who
from service.actions.letter_links import holder, request_deciding_right
from service.actions.resources import Resources
from service.domain.errors import NotFound
from service.domain.invitation import MembershipRequest, RequestOutcome
from service.domain.member import Member
from service.storage import members, requests


class AskedRequest(NamedTuple):
    """What a letter's link asks about. `actor` None: whoever opened it has to sign in first, and sees nothing yet."""

    actor: Member | None
    request: MembershipRequest
    asker: Member


async def asked_request(res: Resources, who: Who, token: str) -> AskedRequest:
    """What the link asks about. Raises NotFound where it is not ours, its time is up, or whoever asked is gone."""
    right = request_deciding_right(res, who.site.id, token)
    request = await requests.find(res.db, who.site.id, right.request) if right is not None else None
    asker = await members.find(res.db, who.site.id, request.member_id) if request is not None else None
    if right is None or request is None or asker is None or asker.status == "left":
        raise NotFound
    owner = await holder(res, right)
    if owner is not None and owner.role != "owner":
        owner = None
    return AskedRequest(who.member if who.moderates else owner, request, asker)


async def decide_request_by_letter(
    res: Resources, who: Who, asked: AskedRequest, outcome: RequestOutcome
) -> MembershipRequest:
    """Accepts or declines. Raises NotAllowedNow where somebody was faster, NotFound without an actor."""
    if asked.actor is None:
        raise NotFound
    return await decide_request(res, who.site, asked.actor, asked.request.id, outcome)
