"""Accepts or declines a request to be made a member."""

import msgspec

from service.actions.resources import Resources
from service.domain.errors import NotAllowedNow, NotFound, StorageUnavailable
from service.domain.invitation import MembershipRequest, RequestOutcome
from service.domain.member import Member
from service.domain.site import Site
from service.storage import members, outbox, requests
from service.storage.database import Outdated, Statement

_TRIES = 4


async def decide_request(
    res: Resources, site: Site, actor: Member | None, request_id: str, outcome: RequestOutcome
) -> MembershipRequest:
    """Decides it, once; who is accepted is a member from then on, and is told. `actor` None: at the console.

    Raises NotFound; NotAllowedNow where it was decided, or where a ban came between.
    """
    for _ in range(_TRIES):
        seen = await requests.find(res.db, site.id, request_id)
        if seen is None:
            raise NotFound
        try:
            return await _decided(res, seen, actor, outcome)
        except Outdated:
            continue
    raise StorageUnavailable


async def _decided(
    res: Resources, seen: MembershipRequest, actor: Member | None, outcome: RequestOutcome
) -> MembershipRequest:
    now, by = res.now_ms(), actor.id if actor else None
    letting_in = await _letting_in(res, seen) if outcome == "accepted" else []
    await res.db.write([requests.deciding(seen, outcome, by, now), *letting_in])
    res.cache.forget_member(seen.site_id, seen.member_id)
    return msgspec.structs.replace(seen, decided_at=now, decided_by=by, outcome=outcome)


async def _letting_in(res: Resources, seen: MembershipRequest) -> list[Statement]:
    member, now = await members.find(res.db, seen.site_id, seen.member_id), res.now_ms()
    if member is None or seen.decided_at is not None or member.status != "invited":
        raise NotAllowedNow("This request has been decided already.")
    letter = outbox.Event(res.ids.new(), seen.site_id, "membership_accepted", member.id, now, now)
    return [members.becoming(member, "active"), outbox.adding(letter)]
