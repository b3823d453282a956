"""Invites somebody: by a link that is handed over, or by a letter to an address."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from service.actions.identify import hash_of
from service.actions.resources import Resources
from service.domain.errors import NameTaken, NotModerator, StorageUnavailable, TooManyInvitations
from service.domain.ids import first_id_at
from service.domain.invitation import DAY_MS, LASTS_MS, Invitation, may_invite
from service.domain.member import Member, Role
from service.domain.names import check_email, clean_name
from service.domain.site import Site
from service.storage import invitations, members, outbox
from service.storage.database import Statement
from service.storage.invitations import InvitedAlready

_MOST_A_DAY: dict[Role, int] = {"moderator": 100, "owner": 1_000}
_TRIES = 4


class Invite(msgspec.Struct, frozen=True):
    """Whom to invite. With an address it is bound to that person, and `mailed` sends him the code."""

    email: str | None = None
    name: str | None = None
    role: Role = "member"
    mailed: bool = True


class Invited(NamedTuple):
    """The invitation, and its code, this once; None where it is mailed, and nobody else is to see it."""

    invitation: Invitation
    code: str | None
    is_new: bool


def _keep_nothing(_: Invitation) -> list[Statement]:
    return []


async def invite(
    res: Resources,
    site: Site,
    inviter: Member | None,
    wanted: Invite,
    keep: Callable[[Invitation], list[Statement]] = _keep_nothing,
) -> Invited:
    """Makes an invitation; `inviter` None is the operator at the console.

    An address that was invited within the last day is not written to again: the answer is that invitation. Raises
    NotModerator, NameTaken for the address of a member, TooManyInvitations, Invalid.
    """
    if inviter is not None:
        await _check_inviter(res, inviter, wanted.role)
    email = check_email(wanted.email)
    name = None if wanted.name is None else clean_name(wanted.name)
    wanted = msgspec.structs.replace(wanted, email=email, name=name, mailed=wanted.mailed and email is not None)
    for _ in range(_TRIES):
        earlier = await _earlier(res, site, email) if email is not None else None
        if earlier is not None and wanted.mailed and _is_fresh(earlier, res.now_ms()):
            return Invited(earlier, None, False)
        try:
            return await _made(res, site, inviter, wanted, (earlier, keep))
        except InvitedAlready:
            continue
    raise StorageUnavailable


async def _check_inviter(res: Resources, inviter: Member, role: Role) -> None:
    if not may_invite(inviter.role, role):
        raise NotModerator("Only the owners of this blog may invite moderators and owners.")
    most, now = _MOST_A_DAY[inviter.role], res.now_ms()
    if await invitations.made_since(res.db, inviter.id, first_id_at(now - DAY_MS), most) >= most:
        raise TooManyInvitations(most, DAY_MS // 1000, 3_600)


async def _earlier(res: Resources, site: Site, email: str) -> Invitation | None:
    known = await members.find_by_email(res.db, site.id, email)
    if known is not None and known.status not in ("invited", "left"):
        raise NameTaken("This is the address of a member already.")
    return await invitations.waiting_for(res.db, site.id, email)


def _is_fresh(earlier: Invitation, now: int) -> bool:
    """Of what was made at the console nobody here knows whether it was mailed."""
    return earlier.invited_by is not None and earlier.state(now) == "open" and now - earlier.created_at < DAY_MS


async def _made(
    res: Resources,
    site: Site,
    inviter: Member | None,
    wanted: Invite,
    around: tuple[Invitation | None, Callable[[Invitation], list[Statement]]],
) -> Invited:
    earlier, keep = around
    new = new_invitation(res, site, inviter, wanted)
    code = None if wanted.mailed else res.new_secret()
    before = [invitations.revoking(earlier, res.now_ms())] if earlier else []
    await res.db.write([*before, *inviting(new, code), *keep(new)])
    return Invited(new, code, True)


def new_invitation(res: Resources, site: Site, inviter: Member | None, wanted: Invite) -> Invitation:
    """The invitation that is wanted, from now on."""
    now, inviter_id = res.now_ms(), inviter.id if inviter else None
    return Invitation(res.ids.new(), site.id, wanted.email, wanted.name, wanted.role, inviter_id, now, now + LASTS_MS)


def inviting(new: Invitation, code: str | None) -> list[Statement]:
    """What keeps an invitation; without a code, what has it mailed too."""
    if code is not None:
        return [invitations.adding(new, hash_of(code))]
    letter = outbox.Event(new.id, new.site_id, "invitation", new.id, new.created_at, new.created_at)
    return [invitations.adding(new, None), outbox.adding(letter)]
