"""Who one is, over the wire: whether one may comment, and what to do where one may not."""

from msgspec import Struct

from service.web.shapes.members import MemberTold


class SessionTold(Struct, frozen=True):
    """Whether one may comment; else why not (the code of a problem) and what to do about it."""

    signed_in: bool
    member: MemberTold | None
    may_comment: bool
    why_not: str | None
    what_to_do: str | None
    form_message: str
