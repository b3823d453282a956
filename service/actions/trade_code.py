"""Trades the popup's one-time code for a session, with whoever proves that the popup was his (PKCE, RFC 7636)."""

from hmac import compare_digest

from service.actions.hand_over_code import short_code_hash, short_code_id
from service.actions.identify import hash_of
from service.actions.resources import Resources
from service.actions.start_session import Session, start_session
from service.domain.code import Code, as_short, challenge_of
from service.domain.errors import NotSignedIn
from service.domain.site import Site
from service.storage import codes


async def trade_code(res: Resources, site: Site, code: str, verifier: str, origin: str | None) -> Session:
    """A session for the member who was signed in at the popup. `origin`: the request's Origin header.

    Raises NotSignedIn, the same for whatever does not hold. Short codes have five tries for each challenge.
    """
    challenge = challenge_of(verifier)
    if challenge is None:
        raise NotSignedIn
    short = as_short(code)
    found = await _short(res, site, short, challenge) if short else await codes.find(res.db, site.id, hash_of(code))
    if found is None or not compare_digest(found.challenge, challenge) or origin not in (None, found.origin):
        raise NotSignedIn
    member = await res.cache.member(site.id, found.member_id)
    if member is None or member.status == "left":
        raise NotSignedIn
    return await start_session(res, site, member, found.origin, [codes.using(found, res.now_ms())])


async def _short(res: Resources, site: Site, code: str, challenge: str) -> Code | None:
    code_id = short_code_id(site.id, challenge)
    await res.db.write([codes.trying(code_id, res.now_ms())])
    found = await codes.find(res.db, site.id, code_id)
    right = found is not None and compare_digest(found.hash, short_code_hash(challenge, code))
    return found if right else None
