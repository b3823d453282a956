"""Makes the code of an invitation at the moment when the letter with it is written: it waits nowhere in between."""

from service.actions.identify import hash_of
from service.actions.resources import Resources
from service.domain.errors import NotFound
from service.domain.site import Site
from service.storage import invitations


async def renew_code(res: Resources, site: Site, invitation_id: str) -> str:
    """A fresh code for an open invitation; the one before works no more. Raises NotFound, NotAllowedNow."""
    invitation = await invitations.find(res.db, site.id, invitation_id)
    if invitation is None:
        raise NotFound
    code = res.new_secret()
    await res.db.write([invitations.setting_code(invitation, hash_of(code), res.now_ms())])
    return code
