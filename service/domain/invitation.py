"""An invitation (a code that makes whoever has it a member, once) and a request to be let in."""

from typing import Literal

import msgspec

from service.domain.errors import Fault, Gone, Invalid, NotFound
from service.domain.member import Member, Role

InvitationState = Literal["open", "used", "expired", "revoked"]
RequestOutcome = Literal["accepted", "declined"]

DAY_MS = 86_400_000
LASTS_MS = 14 * DAY_MS
MAX_MESSAGE = 1_000  # code points
NO_INVITATION = "There is no such invitation. Ask for a new one."
_RANKS: tuple[Role, ...] = ("member", "moderator", "owner")


class InvitationUsed(Gone):
    """A code works once."""

    detail = "This invitation has been used already."


class Invitation(msgspec.Struct, frozen=True):
    """What is kept of an invitation: never its code. Times are milliseconds UTC."""

    id: str
    site_id: str
    email: str | None
    name: str | None
    role: Role
    invited_by: str | None  # None: at the console
    created_at: int
    expires_at: int
    used_at: int | None = None
    used_by: str | None = None
    revoked_at: int | None = None

    def state(self, now_ms: int) -> InvitationState:
        """What it is at this moment."""
        if self.used_at is not None:
            return "used"
        if self.revoked_at is not None:
            return "revoked"
        return "open" if now_ms < self.expires_at else "expired"

    def check_open(self, now_ms: int) -> None:
        """Raises InvitationUsed, Gone."""
        state = self.state(now_ms)
        if state == "used":
            raise InvitationUsed
        if state != "open":
            raise Gone("This invitation is over. Ask for a new one.")

    def check_inviter(self, inviter: Member | None, now_ms: int) -> None:
        """Raises NotFound where the one who invited could not do so now: nobody leaves himself a way back in."""
        if self.invited_by is None:
            return
        if inviter is None or not inviter.moderates(now_ms) or not may_invite(inviter.role, self.role):
            raise NotFound(NO_INVITATION)


class MembershipRequest(msgspec.Struct, frozen=True):
    """Somebody who is known, and not a member yet, asks to be one."""

    id: str
    site_id: str
    member_id: str
    member_name: str
    message: str
    created_at: int
    decided_at: int | None = None
    decided_by: str | None = None
    outcome: RequestOutcome | None = None


def may_invite(inviter: Role, role: Role) -> bool:
    """Owners invite to any role, moderators to that of a member."""
    return inviter == "owner" or (inviter == "moderator" and role == "member")


def higher(one: Role, other: Role) -> Role:
    """The role with more powers: no invitation takes any away."""
    return max(one, other, key=_RANKS.index)


def check_message(message: str) -> str:
    """What somebody says when he asks to be let in. Raises Invalid."""
    message = message.strip()
    if len(message) > MAX_MESSAGE or "\x00" in message:
        raise Invalid([Fault("/message", f"A message has at most {MAX_MESSAGE} characters, and no NUL.")])
    return message
