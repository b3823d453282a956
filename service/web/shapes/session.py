"""Who one is, over the wire: ways to sign in, the tokens that come of it, and whether one may comment."""

from typing import Annotated

from msgspec import Meta, Struct

from service.actions.start_session import Session
from service.domain import session as sessions
from service.domain.site import WhoMayComment
from service.web.bodies import Body, Email
from service.web.shapes.members import MemberTold, member_told
from service.web.times import Time, rfc3339

Secret = Annotated[str, Meta(min_length=1, max_length=512)]


class SessionTold(Struct, frozen=True):
    """Whether one may comment; else why not (the code of a problem) and what to do about it. `has_asked`: to be
    made a member. `who_may_comment` and `edit_window_s` are the site's policy."""

    signed_in: bool
    member: MemberTold | None
    may_comment: bool
    why_not: str | None
    what_to_do: str | None
    has_asked: bool
    form_message: str
    who_may_comment: WhoMayComment
    edit_window_s: int


class SignInBody(Body, frozen=True):
    """One of three: `sso`, a token of the blog's own sign-on; `code` with `code_verifier`, from our popup (PKCE,
    RFC 7636, S256); `refresh_token`, which is good for one use."""

    sso: Annotated[str, Meta(min_length=1, examples=["eyJhbGciOiJIUzI1NiJ9.e30.c2ln"])] | None = None
    code: Secret | None = None
    code_verifier: Secret | None = None
    refresh_token: Secret | None = None


class SignedInTold(Struct, frozen=True):
    """The tokens of a session. `token` is good for commenting until `expires_at`; `refresh_token` is traded once for
    the next pair, within 30 days."""

    token: str
    refresh_token: str
    expires_at: Time
    member: MemberTold


class LinkBody(Body, frozen=True):
    """Where to send a sign-in link. `to`: the path on our pages that it leads on to."""

    email: Email
    to: Annotated[str, Meta(max_length=2_000)] | None = None


class OpenSessionTold(Struct, frozen=True):
    """A session of the widget."""

    id: str
    origin: str | None
    created_at: Time
    last_used_at: Time
    expires_at: Time


class OpenSessionsTold(Struct, frozen=True):
    """A member's sessions of the widget, oldest first."""

    sessions: list[OpenSessionTold]


def signed_in_told(session: Session) -> SignedInTold:
    """The tokens, for the one who signed in."""
    return SignedInTold(session.token, session.refresh_token, rfc3339(session.expires_at), member_told(session.member))


def open_sessions_told(found: list[sessions.Session]) -> OpenSessionsTold:
    """A member's sessions, for himself."""
    return OpenSessionsTold(
        [
            OpenSessionTold(
                one.id, one.origin, rfc3339(one.created_at), rfc3339(one.last_used_at), rfc3339(one.expires_at)
            )
            for one in found
        ]
    )
