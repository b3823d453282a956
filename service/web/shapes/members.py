"""Members over the wire, as they see themselves and as owners see them."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from service.domain.member import Member, MemberStatus, Role
from service.web.bodies import Body, Email
from service.web.shapes.lists import NextCursor
from service.web.times import Time, rfc3339, rfc3339_or_none


class MemberBody(Body, frozen=True):
    """Somebody to be made a member."""

    name: Annotated[str, Meta(min_length=1, max_length=80)]
    email: Email | None = None
    role: Role = "member"


class MemberChangeBody(Body, frozen=True):
    """What is to become of a member; what is left out stays. Without an end a suspension lasts until further notice."""

    status: Literal["active", "suspended", "banned"] | None = None
    suspended_until: Annotated[str, Meta(extra_json_schema={"format": "date-time"})] | None = None
    role: Role | None = None
    name: Annotated[str, Meta(min_length=1, max_length=80)] | None = None


class MemberTold(Struct, frozen=True):
    """A member as he sees himself and as owners see him."""

    id: str
    name: str
    email: str | None
    role: Role
    status: MemberStatus
    suspended_until: Time | None
    created_at: Time
    version: int


class MembersTold(Struct, frozen=True):
    """Members of a site, in the order of their coming."""

    members: list[MemberTold]
    next_cursor: NextCursor


def member_told(member: Member) -> MemberTold:
    """A member, for himself and for owners."""
    return MemberTold(
        member.id,
        member.name,
        member.email,
        member.role,
        member.status,
        rfc3339_or_none(member.suspended_until),
        rfc3339(member.created_at),
        member.version,
    )


def members_told(found: list[Member], next_cursor: str | None) -> MembersTold:
    """A page of a site's members."""
    return MembersTold([member_told(one) for one in found], next_cursor)
