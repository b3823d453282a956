"""A member (a person allowed on a site), the roles, and who may comment under which policy."""

from typing import Literal

import msgspec

from service.domain.errors import Banned, NotAMember, NotSignedIn, Refusal, Suspended
from service.domain.site import Policy

Role = Literal["member", "moderator", "owner"]
MemberStatus = Literal["invited", "active", "suspended", "banned", "left"]


class Member(msgspec.Struct, frozen=True):
    """A person on one site, with the record that moderators go by."""

    id: str
    site_id: str
    name: str
    email: str | None
    role: Role
    status: MemberStatus
    suspended_until: int | None  # milliseconds UTC; None while suspended: until further notice
    approved_count: int
    rejected_count: int
    spam_count: int
    created_at: int
    version: int

    def moderates(self, now_ms: int) -> bool:
        """May this person decide about others' comments at this moment?"""
        return self.role != "member" and self.standing(now_ms) == "active"

    def standing(self, now_ms: int) -> MemberStatus:
        """The status at this moment: a suspension ends by itself."""
        if self.status == "suspended" and self.suspended_until is not None and self.suspended_until <= now_ms:
            return "active"
        return self.status

    def at(self, now_ms: int) -> "Member":
        """The member as he is to be shown: not suspended when that has ended."""
        if self.standing(now_ms) == self.status:
            return self
        return msgspec.structs.replace(self, status=self.standing(now_ms), suspended_until=None)


def why_not(policy: Policy, member: Member | None, now_ms: int) -> type[Refusal] | None:
    """What keeps this person from commenting under this policy; None if nothing does."""
    if member is None:
        return None if policy.who_may_comment == "anyone" else NotSignedIn
    standing = member.standing(now_ms)
    if standing == "left":  # while he asked
        return NotAMember
    if standing == "suspended":
        return Suspended
    if standing == "banned":
        return Banned
    if standing != "active" and policy.who_may_comment == "members":
        return NotAMember
    return None
