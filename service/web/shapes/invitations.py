"""Invitations and requests to be let in, over the wire. Of a code only its maker's answer tells, once."""

from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import asdict

from service.domain.invitation import Invitation, InvitationState, MembershipRequest, RequestOutcome
from service.domain.member import Role
from service.web.bodies import Body, Email
from service.web.shapes.lists import NextCursor
from service.web.times import Time, rfc3339, rfc3339_or_none

Name = Annotated[str, Meta(min_length=1, max_length=80)]


class InvitationBody(Body, frozen=True):
    """Whom to invite. With an address the invitation is mailed; without, the answer has a link to hand over."""

    email: Email | None = None
    name: Name | None = None
    role: Role = "member"


class AcceptanceBody(Body, frozen=True):
    """By which name readers are to know you. An address is taken only if the invitation was mailed to it."""

    name: Name | None = None
    email: Email | None = None


class RequestBody(Body, frozen=True):
    """What to say to the owners of the blog, if anything."""

    message: Annotated[str, Meta(max_length=1_000)] = ""


class InvitationTold(Struct, frozen=True):
    """An invitation, without its code."""

    id: str
    email: str | None
    name: str | None
    role: Role
    state: InvitationState
    invited_by: str | None
    created_at: Time
    expires_at: Time
    used_at: Time | None
    used_by: str | None


class InvitationMadeTold(InvitationTold, frozen=True, kw_only=True):
    """A new invitation. The code and the link with it are told this once, and not at all where they are mailed."""

    code: str | None
    url: str | None
    mailed: bool


class InvitationsTold(Struct, frozen=True):
    """Invitations of a site, in the order of their making."""

    invitations: list[InvitationTold]
    next_cursor: NextCursor


class RequestTold(Struct, frozen=True):
    """A request to be made a member; `outcome` is null while nobody has decided."""

    id: str
    member_id: str
    name: str
    message: str
    created_at: Time
    decided_at: Time | None
    outcome: RequestOutcome | None


class RequestsTold(Struct, frozen=True):
    """Requests that wait for a decision, oldest first."""

    requests: list[RequestTold]
    next_cursor: NextCursor


def invitation_told(one: Invitation, now_ms: int) -> InvitationTold:
    """An invitation, for those who look after the site."""
    return InvitationTold(
        one.id,
        one.email,
        one.name,
        one.role,
        one.state(now_ms),
        one.invited_by,
        rfc3339(one.created_at),
        rfc3339(one.expires_at),
        rfc3339_or_none(one.used_at),
        one.used_by,
    )


def invitation_made_told(one: Invitation, now_ms: int, code: str | None, url: str | None) -> InvitationMadeTold:
    """The same for the one who made it."""
    told = asdict(invitation_told(one, now_ms))
    return InvitationMadeTold(**told, code=code, url=url, mailed=one.email is not None)


def request_told(one: MembershipRequest) -> RequestTold:
    """A request."""
    return RequestTold(
        one.id,
        one.member_id,
        one.member_name,
        one.message,
        rfc3339(one.created_at),
        rfc3339_or_none(one.decided_at),
        one.outcome,
    )
