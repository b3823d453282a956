"""Suspends a member, bans him, lets him back in, gives him a role. His next request, within a second, meets it."""

import msgspec

from service.actions.resources import Resources
from service.domain.errors import Fault, Invalid, NotAllowedNow, NotFound, NotModerator
from service.domain.member import Member, MemberStatus, Role
from service.domain.site import Site
from service.storage import members
from service.storage.database import Statement


class MemberChange(msgspec.Struct, frozen=True):
    """What is to become of a member; None leaves it. `until` (milliseconds UTC) ends a suspension by itself."""

    status: MemberStatus | None = None
    until: int | None = None
    role: Role | None = None


async def set_member(res: Resources, actor: Member | None, site: Site, member_id: str, change: MemberChange) -> Member:
    """Changes a member. `actor` None is the operator at the console.

    Moderators act on members; on moderators and owners, and on roles, only owners do, and nobody on himself: so a
    site always keeps an owner. Raises NotFound, NotModerator, NotAllowedNow, Invalid.
    """
    member = await members.find(res.db, site.id, member_id)
    if member is None:
        raise NotFound
    if change.until is not None and change.status != "suspended":
        raise Invalid([Fault("/suspended_until", "Only a suspension has an end.")])
    _check_actor(actor, member, change)
    if member.status == "left":
        raise NotAllowedNow("This member has left; who comes back comes as a new one.")
    await res.db.write(_unit(member, change))
    res.cache.forget_member(site.id, member_id)
    return await members.find(res.db, site.id, member_id) or member


def _check_actor(actor: Member | None, member: Member, change: MemberChange) -> None:
    if actor is not None and actor.role != "owner" and (member.role != "member" or change.role is not None):
        raise NotModerator("Only the owners of this blog may do this.")
    if actor is not None and actor.id == member.id:
        raise NotAllowedNow("Nobody changes his own standing or role; another owner can.")
    if member.role == "owner" and change.role in (None, "owner") and change.status in ("suspended", "banned"):
        raise NotAllowedNow("An owner cannot be suspended or banned; give him another role first.")


def _unit(member: Member, change: MemberChange) -> list[Statement]:
    unit = []
    if change.status is not None:
        unit.append(members.setting_status(member, change.status, change.until))
    if change.role is not None:
        unit.append(members.setting_role(member, change.role))
    return unit


async def members_page(res: Resources, site: Site, after: str | None, limit: int) -> tuple[list[Member], str | None]:
    """The site's members in the order of their coming, and the id that the next page begins after."""
    found = await members.page(res.db, site.id, after or "", limit + 1)
    return found[:limit], found[limit - 1].id if len(found) > limit else None
