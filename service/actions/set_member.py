"""Suspends a member, bans him, lets him back in, gives him a role or a name. His next request, within a second,
meets it."""

import msgspec

from service.actions.changes import Change
from service.actions.resources import Resources
from service.domain.errors import Fault, Invalid, NotAllowedNow, NotFound, NotModerator, StorageUnavailable
from service.domain.member import Member, MemberStatus, Role
from service.domain.names import clean_name
from service.domain.site import Site
from service.storage import members, requests
from service.storage.database import Outdated, Statement

_TRIES = 4


class MemberChange(msgspec.Struct, frozen=True):
    """What is to become of a member; None leaves it. `until` (milliseconds UTC) ends a suspension by itself; without a
    status it begins one."""

    status: MemberStatus | None = None
    until: int | None = None
    role: Role | None = None
    name: str | None = None


async def set_member(res: Resources, actor: Member | None, site: Site, member_id: str, change: MemberChange) -> Member:
    """Changes a member. `actor` None is the operator at the console.

    Moderators act on members; on moderators and owners, and on roles and names, only owners do, and nobody on his own
    standing or role. A site always keeps an owner, whoever acts. Raises NotFound, NotModerator, NotAllowedNow,
    NameTaken, Invalid.
    """
    _check_change(change, res.now_ms())
    for _ in range(_TRIES):
        try:
            member = await _changed(res, actor, site, member_id, change)
        except Outdated:
            continue
        res.cache.forget_member(site.id, member_id)
        if change.name is not None or change.role is not None:  # both stand beside every comment of his
            res.changes.announce(Change(site.id))
        return await members.find(res.db, site.id, member_id) or member
    raise StorageUnavailable


async def _changed(res: Resources, actor: Member | None, site: Site, member_id: str, change: MemberChange) -> Member:
    """Raises Outdated where he has become another meanwhile: an owner, say, or somebody who left."""
    member = await members.find(res.db, site.id, member_id)
    if member is None:
        raise NotFound
    check_actor(actor, member, change.role is not None or change.name is not None)
    change = _with_status(member, change)
    _check_member(actor, member, change, res.now_ms())
    await res.db.write([members.unchanged(member), *_unit(member, change, res.now_ms())])
    return member


def _check_change(change: MemberChange, now: int) -> None:
    if change.until is not None and change.status not in (None, "suspended"):
        raise Invalid([Fault("/suspended_until", "Only a suspension has an end.")])
    if change.until is not None and change.until <= now:
        raise Invalid([Fault("/suspended_until", "This moment is past: a suspension ends in the future.")])
    if change.name is not None:
        clean_name(change.name)


def _with_status(member: Member, change: MemberChange) -> MemberChange:
    """An end names what ends; but nobody is let back in from a ban without a word."""
    if change.until is None or change.status is not None:
        return change
    if member.status == "banned":
        raise NotAllowedNow("He is banned, and a ban has no end. Say which status he is to have.")
    return msgspec.structs.replace(change, status="suspended")


def check_actor(actor: Member | None, member: Member, for_owners: bool) -> None:
    """Raises NotModerator where only an owner may act on this member."""
    if actor is not None and actor.role != "owner" and (member.role != "member" or for_owners):
        raise NotModerator("Only the owners of this blog may do this.")


def _check_member(actor: Member | None, member: Member, change: MemberChange, now: int) -> None:
    if actor is not None and actor.id == member.id and (change.status is not None or change.role is not None):
        raise NotAllowedNow("Nobody changes his own standing or role; another owner can.")
    if member.status == "left":
        raise NotAllowedNow("He has left; only he himself can come back.")
    changes = change.status is not None or change.role is not None
    status = change.status or member.standing(now)
    if changes and (change.role or member.role) == "owner" and status != "active":
        raise NotAllowedNow(
            "An owner cannot be suspended or banned: he must be an active member, or take another role."
        )


def _unit(member: Member, change: MemberChange, now: int) -> list[Statement]:
    unit = []
    if change.role is not None:
        unit.append(members.setting_role(member, change.role))
    if change.name is not None:
        unit.append(members.renaming(member, clean_name(change.name)))
    if change.status is not None:
        unit.append(members.setting_status(member, change.status, change.until))
        unit.append(requests.closing(member, "accepted" if change.status == "active" else "declined", now))
    return unit


async def members_page(res: Resources, site: Site, after: str | None, limit: int) -> tuple[list[Member], str | None]:
    """The site's members in the order of their coming, and the id that the next page begins after."""
    found = await members.page(res.db, site.id, after or "", limit + 1)
    return [one.at(res.now_ms()) for one in found[:limit]], found[limit - 1].id if len(found) > limit else None
