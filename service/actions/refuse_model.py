"""Says of a version that it is not to serve, and why. It serves again only for an owner who overrides that."""

from service.actions.model_life import Version, version_of
from service.actions.resources import Resources
from service.domain.errors import Fault, Invalid, NotAllowedNow
from service.domain.member import Member
from service.domain.site import Site
from service.storage import models
from service.storage.database import Outdated

MAX_REASON = 500
_SERVES = "This version serves now; promote another or go back first, then refuse it."


async def refuse_model(res: Resources, site: Site, version: str, actor: Member, reason: str) -> Version:
    """The version as refused, in place of what was said of it before.

    Raises NotFound; Invalid without a reason; NotAllowedNow for the one that serves and for a shipped one.
    """
    reason = reason.strip()
    if not 1 <= len(reason) <= MAX_REASON:
        raise Invalid([Fault("/reason", f"A reason is needed, of {MAX_REASON} characters at most.")])
    found = await version_of(res, site, version)
    if found.state == "in_service":
        raise NotAllowedNow(_SERVES)
    if found.trained is None:
        raise NotAllowedNow("The shipped model is what remains where no other may serve; it is not refused.")
    try:
        await res.db.write([models.refusing(found.trained.id, actor.id, reason, res.now_ms())])
    except Outdated:
        raise NotAllowedNow(_SERVES) from None
    return await version_of(res, site, version)
