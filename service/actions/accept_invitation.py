"""Makes whoever has the code of an invitation a member, once, and signs him in."""

import msgspec

from service.actions.admit import free_name
from service.actions.invitations import invitation_of
from service.actions.make_token import page_token
from service.actions.resources import Resources
from service.actions.start_session import Session, start_session
from service.domain.errors import Banned, Fault, Invalid, NameTaken, NotAllowedNow, StorageUnavailable, Suspended
from service.domain.invitation import Invitation, higher
from service.domain.member import Member
from service.domain.names import check_email, clean_name
from service.domain.site import Site
from service.storage import invitations, members, requests
from service.storage.database import Outdated, Statement

_TRIES = 4
_MILLION = 1_000_000


class Acceptance(msgspec.Struct, frozen=True):
    """What is said in accepting: the code, by which name to be known, and who is signed in already, if anybody."""

    code: str
    name: str | None = None
    email: str | None = None
    member: Member | None = None


async def accept_invitation(res: Resources, site: Site, said: Acceptance) -> Session:
    """Uses the invitation up and opens a session.

    Raises NotFound, InvitationUsed, Gone, NameTaken, Invalid; Suspended, Banned: no invitation ends a ban;
    NotAllowedNow for a member who would gain nothing.
    """
    for _ in range(_TRIES):
        member, unit = await _accepted(res, site, said)
        try:
            session = await start_session(res, site, member, first=unit)
        except Outdated:
            continue
        res.cache.forget_member(site.id, member.id)
        return session
    raise StorageUnavailable


async def accept_on_page(res: Resources, site: Site, said: Acceptance) -> tuple[Member, str]:
    """The same, with a session on our own pages. Raises what `accept_invitation` raises."""
    for _ in range(_TRIES):
        member, unit = await _accepted(res, site, said)
        raw, keeping = page_token(res, member)
        try:
            await res.db.write([*unit, keeping])
        except Outdated:
            continue
        res.cache.forget_member(site.id, member.id)
        return member, raw
    raise StorageUnavailable


async def _accepted(res: Resources, site: Site, said: Acceptance) -> tuple[Member, list[Statement]]:
    """Who the one with the code becomes, and what makes him so."""
    invitation = await invitation_of(res, site, said.code)
    _check_address(invitation, said.email)
    if said.member is not None and said.name is not None:
        raise Invalid([Fault("/name", "You are signed in, so your name is known: leave name out.")])
    known = await _known(res, invitation, said.member)
    if known is None:
        try:
            return await _new(res, site, invitation, said.name)
        except NameTaken:
            await invitation_of(res, site, said.code)  # with this very code, a moment ago: then that is what to say
            raise
    after = _after(res, invitation, known, known_by_code=said.member is None)
    if known.email is None and invitation.email is not None and await _is_free(res, invitation, invitation.email):
        after = msgspec.structs.replace(after, email=invitation.email)
    return after, _raising(invitation, known, after, res.now_ms())


async def _is_free(res: Resources, invitation: Invitation, email: str) -> bool:
    return await members.find_by_email(res.db, invitation.site_id, email) is None


def _check_address(invitation: Invitation, email: str | None) -> None:
    """An address is proven by a letter or a sign-on, and never believed."""
    if email is None or check_email(email) == invitation.email:
        return
    wrong = (
        "This invitation was sent to another address." if invitation.email else "Leave email out: nothing proves it."
    )
    raise Invalid([Fault("/email", wrong)])


async def _known(res: Resources, invitation: Invitation, asker: Member | None) -> Member | None:
    """Who is signed in, as he is now; or the one whose address the letter reached."""
    if asker is not None:
        return await members.find(res.db, asker.site_id, asker.id)
    if invitation.email is None:
        return None
    return await members.find_by_email(res.db, invitation.site_id, invitation.email)


def _after(res: Resources, invitation: Invitation, known: Member, known_by_code: bool) -> Member:
    """What somebody known becomes."""
    standing = known.standing(res.now_ms())
    if standing in ("suspended", "banned"):
        raise Suspended if standing == "suspended" else Banned
    role = higher(known.role, invitation.role)
    if standing == "active" and known_by_code:  # a code lasts longer than a sign-in link may
        raise NotAllowedNow("You are a member already: sign in, and open the invitation again if it offers more.")
    if standing == "active" and role == known.role:
        raise NotAllowedNow("You are a member already; the invitation is still good for somebody else.")
    return msgspec.structs.replace(known, status="active", suspended_until=None, role=role, version=known.version + 1)


def _raising(invitation: Invitation, known: Member, after: Member, now: int) -> list[Statement]:
    return [
        invitations.using(invitation, known.id, now),
        members.becoming(known, "active", after.role),
        *([members.setting_email(known, after.email)] if after.email and after.email != known.email else []),
        requests.closing(known, "accepted", now),
    ]


async def _new(
    res: Resources, site: Site, invitation: Invitation, said_name: str | None
) -> tuple[Member, list[Statement]]:
    new_id, now = res.ids.new(), res.now_ms()
    name = await _name(res, site, invitation, said_name, int(new_id, 16) % _MILLION)
    member = Member(new_id, site.id, name, invitation.email, invitation.role, "active", None, 0, 0, 0, now, 1)
    return member, [invitations.using(invitation, member.id, now), *members.adding(member)]


async def _name(res: Resources, site: Site, invitation: Invitation, said: str | None, number: int) -> str:
    """The name that he gives, if it is free; else that of the invitation, with a number if need be."""
    if said is not None:
        name = clean_name(said)
        if await members.find_by_name(res.db, site.id, name) is not None:
            raise NameTaken("This is a member's name, or looks like one. Take another.")
        return name
    if invitation.name is None:
        raise Invalid([Fault("/name", "A name is needed: the one that readers will see.")])
    return await free_name(res, site, invitation.name, number)
