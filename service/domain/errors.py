"""Facts that stop an act, one class each. What they mean over HTTP stands in web/problems.py, and only there."""

from collections.abc import Sequence
from typing import NamedTuple


class Fault(NamedTuple):
    """One thing that is wrong with a value: where (JSON Pointer, RFC 6901) and what would be right."""

    pointer: str
    detail: str


class Refusal(Exception):
    """Base of all facts that stop an act. The detail is a sentence for the person who asked."""

    detail = "This cannot be done."

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail or self.detail)
        if detail:
            self.detail = detail


class NotSignedIn(Refusal):
    """No token, or one that is unknown, expired, revoked or another site's. One sentence for all of them."""

    detail = "Sign in first: a valid token of this site is needed."


class SignOnRefused(NotSignedIn):
    """A token by which somebody else vouches for a person does not hold. The reason is for the log alone: to the one
    who asks, all such tokens are the same."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


class NotAllowed(Refusal):
    """Base of the refusals that a known person meets."""


class NotAMember(NotAllowed):
    detail = "Only a member of this blog may post a comment."


class Suspended(NotAllowed):
    detail = "Your membership is suspended for now."


class Banned(NotAllowed):
    detail = "Your membership of this blog has been ended by its moderators."


class NotModerator(NotAllowed):
    detail = "Only the moderators of this blog may do this."


class ReadOnly(NotAllowed):
    detail = "This key is for reading only."


class ThreadClosed(NotAllowed):
    detail = "New comments are not allowed here."


class EditWindowOver(NotAllowed):
    detail = "The time in which a comment can be edited or deleted is over."


class NotFound(Refusal):
    """Unknown, another site's, or not for the eyes of the one who asks: all the same from outside."""

    detail = "There is nothing here."


class Gone(Refusal):
    detail = "This was there and is over."


class NotAllowedNow(Refusal):
    detail = "This action does not apply to the comment as it is now."


class AlreadyTraining(Refusal):
    detail = "The model of this site is being trained already. GET S/models tells how far it is."


class LastOwner(NotAllowedNow):
    detail = "A site keeps an owner: make somebody else an owner first."


class Current(NamedTuple):
    """How a comment stands now, told to whoever acted on an older version of it."""

    status: str
    version: int
    decided_by: dict[str, str] | None
    decided_at: int | None
    action: str | None


class StaleDecision(Refusal):
    """Somebody else changed the comment since it was looked at."""

    detail = "The comment has changed since you looked at it. Look again before deciding."

    def __init__(self, current: Current | None = None) -> None:
        super().__init__()
        self.current = current


class EditConflict(Refusal):
    """The comment has another version than the one that was to be edited."""

    detail = "The comment has changed since you read it. Read it again before editing it."


class Invalid(Refusal):
    """A value is wrong. Carries at least one fault."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(faults[0].detail)
        self.faults = tuple(faults)


class WrongFile(Invalid):
    """What is wrong stands in a file that was given; its faults name the lines."""


class RefusedWords(Invalid):
    """The text holds words that this site refuses."""

    def __init__(self, detail: str = "The text holds words that this blog does not accept.") -> None:
        super().__init__([Fault("/text", detail)])


class TextTooLong(Refusal):
    detail = "The text is too long: 10,000 characters at most."


class KeyReused(Refusal):
    detail = "This Idempotency-Key was used before with another body."


class RateLimited(Refusal):
    """Too many in a row: at most `limit` in `window_s` seconds by this `policy`; come back in `retry_after_s`."""

    def __init__(self, policy: str, limit: int, window_s: int, retry_after_s: int) -> None:
        super().__init__(f"Too many in a row: {limit} in {window_s} seconds at most. Try again in {retry_after_s} s.")
        self.policy, self.limit, self.window_s, self.retry_after_s = policy, limit, window_s, retry_after_s


class Unavailable(Refusal):
    """Base of what passes by itself."""

    retry_after_s = 5


class StorageUnavailable(Unavailable):
    detail = "The storage does not answer just now. Nothing was stored; try again."


class Draining(Unavailable):
    detail = "The service is stopping. Nothing was stored; try again."


class Unreachable(Unavailable):
    """Another server that we had to ask gave no usable answer. One sentence, whatever went wrong: no port scans."""

    detail = "The server that vouches for members of this blog does not answer as it should. Try again later."


class TooManyStreams(Unavailable):
    """More event streams than one process, or one address, may hold open."""

    retry_after_s = 30
    detail = "Too many event streams are open. Try again later, or ask S/counts now and then."


class NameTaken(Refusal):
    detail = "This name is taken."


class TooManyInvitations(RateLimited):
    """Letters to strangers are not sent by the thousand."""

    def __init__(self, limit: int, window_s: int, retry_after_s: int) -> None:
        super().__init__("invitations", limit, window_s, retry_after_s)
        self.detail = f"Too many invitations: {limit} a day at most. Try again later."
