"""Opens a session for the widget: a short token to speak with, and a refresh token that is traded for the next pair."""

from collections.abc import Sequence

import msgspec

from service.actions.identify import hash_of
from service.actions.resources import Resources
from service.domain import session as rules
from service.domain.member import Member
from service.domain.site import Site
from service.domain.token import Token
from service.storage import sessions, tokens
from service.storage.database import Statement


class Session(msgspec.Struct, frozen=True):
    """What the one who signs in is given. The tokens are seen this once; only their hashes are kept."""

    token: str
    refresh_token: str
    expires_at: int  # of the token, in milliseconds UTC; the refresh token lasts longer
    member: Member


async def start_session(
    res: Resources, site: Site, member: Member, origin: str | None = None, first: Sequence[Statement] = ()
) -> Session:
    """Opens a session for this member. `first` is what must hold or happen in the same unit of work."""
    now = res.now_ms()
    opened = rules.Session(res.ids.new(), site.id, member.id, origin, now, now, rules.over_at(now, now))
    pair, unit = new_pair(res, opened, member)
    await res.db.write([*first, sessions.adding(opened), *unit])
    return pair


def new_pair(res: Resources, session: rules.Session, member: Member) -> tuple[Session, list[Statement]]:
    """The session's next two tokens, and what keeps them.

    The scope is that of commenting, whoever the member is: nobody moderates from a page that is not ours.
    """
    now, raw, refresh = res.now_ms(), res.new_secret(), res.new_secret()
    until = min(now + rules.TOKEN_MS, session.expires_at)
    token = Token(hash_of(raw), session.site_id, member.id, "comment", now, until, session_id=session.id)
    unit = [tokens.adding(token), sessions.adding_refresh_token(session.id, hash_of(refresh), now)]
    return Session(raw, refresh, until, member), unit
