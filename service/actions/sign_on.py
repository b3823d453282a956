"""Signs somebody on whom the blog itself vouches for, by its token: signed, for this site, fresh, used once."""

import logging
from typing import Any

from service.actions.recognise import recognise
from service.actions.resources import Resources
from service.actions.start_session import Session, start_session
from service.domain.errors import SignOnRefused
from service.domain.jwt import hmac_key, read_jwt, verified
from service.domain.sign_on import SignOn, person_of, token_key
from service.domain.site import Site
from service.storage import sign_on as settings

_LOG = logging.getLogger("greenroom.security")


async def sign_on(res: Resources, site: Site, jwt: str, origin: str | None = None) -> Session:
    """A session for whom the token vouches. Raises SignOnRefused, the same to the outside for every token that does
    not hold; Unreachable where the keys cannot be had."""
    try:
        return await _signed_on(res, site, jwt, origin)
    except SignOnRefused as refused:
        log_refusal(site, refused)
        raise


def log_refusal(site: Site, refused: SignOnRefused) -> None:
    """The reason, for the operator alone. Never the token, nor whom it is about."""
    _LOG.warning("sign-on refused on %s: %s", site.id, refused.reason)


async def _signed_on(res: Resources, site: Site, jwt: str, origin: str | None) -> Session:
    set_up = await settings.find(res.db, site.id)
    if set_up is None or set_up.kind not in ("hs256", "jwks"):
        raise SignOnRefused("off")
    person, jti, expires_at = person_of(set_up, await _claims(res, set_up, jwt), res.now_ms())
    key = token_key(jti)
    if await settings.is_used(res.db, site.id, key):
        raise SignOnRefused("replayed")
    member = await recognise(res, site, person)
    return await start_session(res, site, member, origin, [settings.using_jti(site.id, key, expires_at)])


async def _claims(res: Resources, set_up: SignOn, text: str) -> dict[str, Any]:
    jwt = read_jwt(text, set_up.algs)
    if set_up.kind == "jwks":
        return await res.issuers.claims(jwt, set_up.jwks_url)
    secrets = [res.seal.shared_secret(set_up.site_id, one) for one in set_up.generations(res.now_ms())]
    return verified(jwt, [hmac_key(secret) for secret in secrets])
