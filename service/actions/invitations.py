"""Reads who has been invited, who asks to be let in, and what a code would do."""

from service.actions.identify import hash_of
from service.actions.resources import Resources
from service.domain.errors import NotFound
from service.domain.invitation import NO_INVITATION, Invitation, MembershipRequest
from service.domain.member import Member
from service.domain.site import Site
from service.storage import invitations, members, requests


async def invitations_page(
    res: Resources, site: Site, after: str | None, limit: int
) -> tuple[list[Invitation], str | None]:
    """The site's invitations in the order of their making, and the id that the next page begins after."""
    found = await invitations.page(res.db, site.id, after or "", limit + 1)
    return found[:limit], found[limit - 1].id if len(found) > limit else None


async def invitation_of(res: Resources, site: Site, code: str) -> Invitation:
    """The open invitation of this code; looking does not use it up. Raises NotFound, InvitationUsed, Gone."""
    found = await invitations.find_by_code(res.db, site.id, hash_of(code))
    if found is None:
        raise NotFound(NO_INVITATION)
    found.check_open(res.now_ms())
    found.check_inviter(await members.find(res.db, site.id, found.invited_by or ""), res.now_ms())
    return found


async def requests_page(
    res: Resources, site: Site, after: str | None, limit: int
) -> tuple[list[MembershipRequest], str | None]:
    """The open requests to be let in, oldest first, and the id that the next page begins after."""
    found = await requests.open_page(res.db, site.id, after or "", limit + 1)
    return found[:limit], found[limit - 1].id if len(found) > limit else None


async def waiting_request(res: Resources, member: Member) -> MembershipRequest | None:
    """The request of this person that nobody has decided yet."""
    last = await requests.latest_of(res.db, member.site_id, member.id)
    return last if last is not None and last.decided_at is None else None
