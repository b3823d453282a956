"""Signs out: ends a token with its session, or everything that a member is signed in by, everywhere."""

from service.actions.resources import Resources
from service.domain.errors import NotFound, NotSignedIn
from service.domain.member import Member
from service.domain.session import Session
from service.storage import codes, sessions, tokens


async def end_token(res: Resources, token_hash: str) -> None:
    """Ends this token, and the session that it belongs to; one that has ended already stays so."""
    token = await res.cache.token(token_hash)
    if token is not None and token.session_id is not None:
        await end_session(res, token.session_id)
        return
    try:
        await res.db.write([tokens.revoking(token_hash, res.now_ms())])
    except NotSignedIn:
        return
    finally:
        res.cache.forget_token(token_hash)


async def end_session(res: Resources, session_id: str) -> None:
    """Ends this session with all its tokens."""
    try:
        await res.db.write(sessions.ending(session_id, res.now_ms()))
    finally:
        res.cache.forget_session(session_id)


async def end_session_of(res: Resources, member: Member, session_id: str) -> None:
    """Ends this session of the member's. Raises NotFound for one that is not his."""
    found = await sessions.find(res.db, member.site_id, session_id)
    if found is None or found.member_id != member.id:
        raise NotFound
    await end_session(res, session_id)


async def end_all_tokens(res: Resources, member: Member) -> None:
    """Ends every session and every token of this member, everywhere."""
    now = res.now_ms()
    unit = [
        sessions.ending_all(member.site_id, member.id, now),
        *tokens.revoking_all(member.id, now),
        *codes.erasing(member.site_id, member.id),  # one that waits to be traded would open the next session
    ]
    try:
        await res.db.write(unit)
    finally:
        res.cache.forget_tokens_of(member.id)


async def living_sessions(res: Resources, member: Member) -> list[Session]:
    """Where this member is signed in by the widget."""
    return await sessions.living_of(res.db, member.site_id, member.id, res.now_ms())
