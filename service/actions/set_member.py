"""Suspends a member, bans him, lets him back in. His next request, within a second, meets it."""

from service.actions.resources import Resources
from service.domain.errors import NotAllowedNow, NotFound
from service.domain.member import Member, MemberStatus
from service.domain.site import Site
from service.storage import members


async def set_member_status(
    res: Resources, site: Site, member_id: str, status: MemberStatus, until: int | None
) -> Member:
    """Sets a member's status; `until` (milliseconds UTC) ends a suspension by itself.

    Raises NotFound, or NotAllowedNow for an owner: a site keeps its owners until another owner changes their role.
    """
    member = await members.find(res.db, site.id, member_id)
    if member is None:
        raise NotFound
    if member.role == "owner" and status != "active":
        raise NotAllowedNow("An owner cannot be suspended or banned.")
    await res.db.write(members.setting_status(member, status, until if status == "suspended" else None))
    res.cache.forget_member(site.id, member_id)
    return await members.find(res.db, site.id, member_id) or member


async def members_page(res: Resources, site: Site, after: str | None, limit: int) -> tuple[list[Member], str | None]:
    """The site's members in the order of their coming, and the id that the next page begins after."""
    found = await members.page(res.db, site.id, after or "", limit + 1)
    return found[:limit], found[limit - 1].id if len(found) > limit else None
