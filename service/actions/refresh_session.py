"""Trades a refresh token for the next pair. One that comes a second time ends its session: somebody has a copy.

Source: RFC 9700, section 4.14.2. There is no time of grace: why is told in docs/decisions.md.
"""

import logging

import msgspec

from service.actions.end_session import end_session
from service.actions.identify import hash_of
from service.actions.resources import Resources
from service.actions.start_session import Session, new_pair
from service.domain import session as rules
from service.domain.errors import NotSignedIn
from service.domain.site import Site
from service.storage import sessions

_LOG = logging.getLogger("greenroom.security")


async def refresh_session(res: Resources, site: Site, refresh_token: str, origin: str | None = None) -> Session:
    """The next pair of tokens. `origin`: the request's Origin header; a page of another one than the session's is given
    none. Raises NotSignedIn, the same for whatever does not hold."""
    token_hash = hash_of(refresh_token)
    found = await sessions.find_by_refresh_token(res.db, site.id, token_hash)
    if found is None or not found.session.lives(res.now_ms()) or not found.session.is_for(origin):
        raise NotSignedIn
    try:
        return await _trade(res, found, token_hash)
    except sessions.RefreshTokenUsed:
        await _end_for_reuse(res, found.session)
        raise NotSignedIn from None


async def _trade(res: Resources, found: sessions.Refreshing, token_hash: str) -> Session:
    if found.used:
        raise sessions.RefreshTokenUsed
    session, now = found.session, res.now_ms()
    member = await res.cache.member(session.site_id, session.member_id)
    if member is None or member.status == "left":
        raise NotSignedIn
    session = msgspec.structs.replace(session, expires_at=rules.over_at(session.created_at, now))
    pair, unit = new_pair(res, session, member)
    await res.db.write([*sessions.using(session, token_hash, now, session.expires_at), *unit])
    return pair


async def _end_for_reuse(res: Resources, session: rules.Session) -> None:
    """Which of the two is the thief cannot be told, so both are signed out."""
    await end_session(res, session.id)
    line = "a refresh token of session %s (member %s of %s) was used twice; the session was ended"
    _LOG.warning(line, session.id, session.member_id, session.site_id)
