"""Lets a newcomer in: whoever a sign-on, a magic link or a provider tells of becomes the member that he is."""

from collections.abc import Callable

import msgspec

from service.actions.resources import Resources
from service.domain.errors import NameTaken, StorageUnavailable
from service.domain.member import Member
from service.domain.membership import Newcomer, names_like, rises, standing_of
from service.domain.names import check_email, clean_name
from service.domain.site import Site
from service.storage import members, requests
from service.storage.database import Outdated, Statement

__all__ = ["Newcomer", "admit"]

_TRIES = 8
_MILLION = 1_000_000


def _keep_nothing(_: Member) -> list[Statement]:
    return []


async def admit(
    res: Resources, site: Site, newcomer: Newcomer, keep: Callable[[Member], list[Statement]] = _keep_nothing
) -> Member:
    """The member of the proven address, or a new one: active if the blog vouches for him or his proven address is of a
    listed mail domain, else invited. A name that is another's gets a number.

    An address that is not proven finds nobody and is not kept, so each such call makes somebody new: who knows people
    by other marks than their address looks there first, and `keep` says what is kept with him in the same unit.
    Suspended and banned stay so. Raises Invalid for a name or an address that is none.
    """
    wanted = msgspec.structs.replace(newcomer, name=clean_name(newcomer.name), email=check_email(newcomer.email))
    for _ in range(_TRIES):
        known = await _known(res, site, wanted)
        try:
            return await (_raised(res, site, known, wanted, keep) if known else _added(res, site, wanted, keep))
        except (NameTaken, Outdated):  # somebody was faster; perhaps he himself, in another window
            continue
    raise StorageUnavailable


async def _known(res: Resources, site: Site, newcomer: Newcomer) -> Member | None:
    email = newcomer.proven_email
    return await members.find_by_email(res.db, site.id, email) if email is not None else None


async def _raised(
    res: Resources, site: Site, known: Member, newcomer: Newcomer, keep: Callable[[Member], list[Statement]]
) -> Member:
    status, kept = standing_of(site.policy, newcomer), keep(known)
    if not rises(known, status):
        if kept:
            await res.db.write(kept)
        return known
    # To whom the door opens by itself, nobody need open it any more.
    settled = [requests.closing(known, "accepted", res.now_ms())] if status == "active" else []
    await res.db.write([members.becoming(known, status), *settled, *kept])
    res.cache.forget_member(site.id, known.id)
    return msgspec.structs.replace(known, status=status, suspended_until=None, version=known.version + 1)


async def _added(res: Resources, site: Site, newcomer: Newcomer, keep: Callable[[Member], list[Statement]]) -> Member:
    new_id = res.ids.new()
    name = await free_name(res, site, newcomer.name, int(new_id, 16) % _MILLION)
    status, now = standing_of(site.policy, newcomer), res.now_ms()
    member = Member(new_id, site.id, name, newcomer.proven_email, "member", status, None, 0, 0, 0, now, 1)
    await res.db.write([*members.adding(member), *keep(member)])
    return member


async def free_name(res: Resources, site: Site, name: str, number: int) -> str:
    """The name, or one with a number behind it that is nobody's yet. `number`: the last resort's."""
    candidates = list(names_like(name, number))
    if not await members.taken_names(res.db, site.id, candidates[:1]):
        return name
    taken = await members.taken_names(res.db, site.id, candidates)
    return next((one for one in candidates if one not in taken), candidates[-1])
