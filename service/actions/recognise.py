"""Finds, or makes, the member behind a name that somebody else vouches for, and keeps him as he was told last."""

from collections.abc import Callable

import msgspec

from service.actions.admit import Newcomer, admit, free_name
from service.actions.changes import Change
from service.actions.resources import Resources
from service.domain.errors import SignOnRefused, StorageUnavailable
from service.domain.member import Member
from service.domain.membership import admits
from service.domain.names import name_key
from service.domain.sign_on import Identity, Person, Vouched, given_after, role_after, status_after
from service.domain.site import Site
from service.storage import identities, members
from service.storage.database import Outdated, Statement
from service.storage.identities import KnownAlready

_TRIES = 8
_MILLION = 1_000_000


async def recognise(res: Resources, site: Site, person: Person) -> Member:
    """The member. Issuer and subject say who he is; a proven address finds him only the first time."""
    for _ in range(_TRIES):
        known = await identities.find(res.db, site.id, person.issuer, person.subject)
        try:
            return await _retold(res, site, known, person) if known else await _met(res, site, person)
        except (KnownAlready, Outdated):  # he came in another window at the same moment, or somebody changed him
            continue
    raise StorageUnavailable


async def _met(res: Resources, site: Site, person: Person) -> Member:
    """The first time: the member of his proven address, or somebody new."""
    namesake = await members.find_by_email(res.db, site.id, person.email) if person.email is not None else None
    if namesake is not None and await _may_be(res, site, namesake, person):
        return await _become(res, site, namesake, _identity(namesake, person, "no"), person, identities.adding)
    email = None if namesake is not None else person.email
    allowed = person.vouched != "no" or admits(site.policy, person.email)
    newcomer = Newcomer(person.name, email, email is not None, allowed)
    first: Vouched = "no" if person.vouched == "no" else "member"
    member = await admit(res, site, newcomer, lambda one: [identities.adding(_identity(one, person, first))])
    if person.vouched != "moderator":
        return member
    known = _identity(member, person, first)
    return await _become(res, site, member, known, person, lambda told: identities.telling(known, told))


async def _may_be(res: Resources, site: Site, namesake: Member, person: Person) -> bool:
    """An address that one issuer gives to two of his people has changed hands; but nobody escapes a ban by that."""
    others = await identities.of_member(res.db, site.id, namesake.id)
    taken = any(one.issuer == person.issuer for one in others)
    return not taken or namesake.status in ("suspended", "banned")


def _identity(member: Member, person: Person, gave: Vouched) -> Identity:
    return Identity(member.site_id, person.issuer, person.subject, member.id, person.name, gave, person.told_at)


async def _retold(res: Resources, site: Site, known: Identity, person: Person) -> Member:
    """What is newer than what we know is taken over."""
    member = await members.find(res.db, site.id, known.member_id)
    if member is None:
        raise SignOnRefused("no-member")
    if person.told_at <= known.told_at:
        return member
    return await _become(res, site, member, known, person, lambda told: identities.telling(known, told))


async def _become(
    res: Resources,
    site: Site,
    member: Member,
    known: Identity,
    person: Person,
    keep: Callable[[Identity], Statement],
) -> Member:
    """Makes the member what is told of him, in one unit with what is kept of the telling."""
    new = msgspec.structs.replace(
        member,
        name=await _name(res, site, member, known, person),
        email=await _email(res, site, member, person),
        status=status_after(site.policy, member, known.gave, person),
        role=role_after(member, known.gave, person),
    )
    told = _identity(member, person, given_after(member, known.gave, person))
    if new == member:
        await res.db.write([keep(told)])
        return member
    await res.db.write([members.retelling(member, new), keep(told)])
    res.cache.forget_member(site.id, member.id)
    if (new.name, new.role) != (member.name, member.role):
        res.changes.announce(Change(site.id))
    return msgspec.structs.replace(new, version=member.version + 1)


async def _name(res: Resources, site: Site, member: Member, known: Identity, person: Person) -> str:
    """The name that is told, if it is another than last time; with a number if it is somebody's here."""
    if person.name == known.name:
        return member.name
    if name_key(person.name) == name_key(member.name):
        return person.name
    return await free_name(res, site, person.name, int(res.ids.new(), 16) % _MILLION)


async def _email(res: Resources, site: Site, member: Member, person: Person) -> str | None:
    """The proven address that is told, unless it is another member's."""
    if person.email in (None, member.email):
        return member.email
    return member.email if await members.find_by_email(res.db, site.id, person.email) else person.email
