"""Takes an invitation back, so that its code works no more."""

from service.actions.resources import Resources
from service.domain.errors import NotFound, NotModerator
from service.domain.invitation import may_invite
from service.domain.member import Member
from service.domain.site import Site
from service.storage import invitations


async def revoke_invitation(res: Resources, site: Site, actor: Member, invitation_id: str) -> None:
    """Takes it back; twice is once. Raises NotFound, NotModerator, and NotAllowedNow where it was used."""
    invitation = await invitations.find(res.db, site.id, invitation_id)
    if invitation is None:
        raise NotFound
    if not may_invite(actor.role, invitation.role):
        raise NotModerator("Only the owners of this blog may take this invitation back.")
    await res.db.write([invitations.revoking(invitation, res.now_ms())])
