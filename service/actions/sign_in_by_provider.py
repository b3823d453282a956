"""Signs somebody in at an OpenID provider: sends his browser there, and takes it back, once, with what it brings."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote_plus

import msgspec

from service.actions.identify import hash_of
from service.actions.issuers import Grant
from service.actions.make_token import PAGE_MS, make_token
from service.actions.recognise import recognise
from service.actions.resources import Resources
from service.actions.set_sign_on import client_secret
from service.actions.sign_on import log_refusal
from service.domain.errors import NotFound, SignOnRefused, Unreachable
from service.domain.jwt import read_jwt
from service.domain.member import Member
from service.domain.provider import (
    ATTEMPT_MS,
    Attempt,
    Provider,
    authorization_url,
    check_answer,
    check_id_token,
    host_of,
    person_of,
    proofs_of,
)
from service.domain.sign_on import SignOn
from service.domain.site import Site
from service.storage import sign_on as settings


class Sent(NamedTuple):
    """Where the browser is sent, and what it must keep to be known when it comes back."""

    url: str
    browser_secret: str


class SignedIn(NamedTuple):
    """Who came back, with which session of our pages, and where he was going."""

    member: Member
    token: str
    to: str


async def provider_host(res: Resources, site: Site) -> str | None:
    """The host of the site's provider, if it has one."""
    set_up = await settings.find(res.db, site.id)
    return host_of(set_up.issuer) if set_up is not None and set_up.kind == "oidc" else None


async def send_to_provider(res: Resources, site: Site, redirect_uri: str, to: str) -> Sent:
    """Begins. Raises NotFound where the site has no provider, Unreachable."""
    set_up = await _set_up(res, site)
    provider = await res.issuers.provider(set_up.issuer)
    state, browser_secret = res.new_secret(), res.new_secret()
    attempt = Attempt(hash_of(state), hash_of(browser_secret), site.id, set_up.issuer, to, res.now_ms() + ATTEMPT_MS)
    await res.db.write([settings.adding_attempt(attempt)])
    proofs = proofs_of(browser_secret, state)
    return Sent(authorization_url(provider, set_up.client_id, redirect_uri, state, proofs), browser_secret)


async def _set_up(res: Resources, site: Site) -> SignOn:
    set_up = await settings.find(res.db, site.id)
    if set_up is None or set_up.kind != "oidc":
        raise NotFound
    return set_up


async def take_back(
    res: Resources, site: Site, redirect_uri: str, query: Mapping[str, str], browser_secret: str
) -> SignedIn:
    """Ends. `query` is the provider's answer, as the browser brings it. Raises NotFound, SignOnRefused, Unreachable."""
    try:
        return await _taken_back(res, site, redirect_uri, query, browser_secret)
    except SignOnRefused as refused:
        log_refusal(site, refused)
        raise


async def _taken_back(
    res: Resources, site: Site, redirect_uri: str, query: Mapping[str, str], browser_secret: str
) -> SignedIn:
    set_up, state = await _set_up(res, site), query.get("state", "")
    attempt = await _attempt(res, set_up, state, browser_secret)
    provider = await res.issuers.provider(set_up.issuer)
    code, proofs = check_answer(provider, query), proofs_of(browser_secret, state)
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": proofs.verifier,
    }
    grant = await _grant(res, set_up, provider, fields)
    claims = await res.issuers.claims(read_jwt(grant.id_token, set_up.algs), provider.jwks_uri)
    subject = check_id_token(set_up, claims, proofs.nonce, res.now_ms())
    about = await _about(res, provider, grant, claims, subject)
    member = await recognise(res, site, person_of(set_up, claims, about))
    return SignedIn(member, await make_token(res, member, "page", PAGE_MS), attempt.to)


async def _attempt(res: Resources, set_up: SignOn, state: str, browser_secret: str) -> Attempt:
    """The attempt that this browser began, which is used up by this. Another browser's is left alone."""
    attempt = await settings.find_attempt(res.db, set_up.site_id, hash_of(state))
    if attempt is None or attempt.browser_hash != hash_of(browser_secret) or attempt.expires_at <= res.now_ms():
        raise SignOnRefused("state")
    await res.db.write([settings.using_attempt(attempt)])
    if attempt.issuer != set_up.issuer:
        raise SignOnRefused("issuer")
    return attempt


async def _grant(res: Resources, set_up: SignOn, provider: Provider, fields: dict[str, str]) -> Grant:
    """What the provider gives for the code. The client says who it is as the provider wants it (RFC 6749, 2.3.1)."""
    secret, headers = client_secret(res, set_up), {}
    if secret is None:
        fields = {**fields, "client_id": set_up.client_id}
    elif "client_secret_basic" in provider.token_endpoint_auth_methods_supported:
        pair = f"{quote_plus(set_up.client_id)}:{quote_plus(secret)}"
        headers = {"Authorization": "Basic " + b64encode(pair.encode()).decode()}
    else:
        fields = {**fields, "client_id": set_up.client_id, "client_secret": secret}
    grant: Grant = _decoded(await res.outward.post_form(provider.token_endpoint, fields, headers), Grant)
    return grant


async def _about(
    res: Resources, provider: Provider, grant: Grant, claims: Mapping[str, Any], subject: str
) -> Mapping[str, Any]:
    """What the provider tells on request, where its token tells neither name nor address."""
    asked = provider.userinfo_endpoint and grant.access_token
    if not asked or {"name", "email"} <= claims.keys():
        return {}
    bearer = {"Authorization": f"Bearer {grant.access_token}"}
    about: dict[str, Any] = _decoded(await res.outward.get(provider.userinfo_endpoint or "", bearer), dict)
    if about.get("sub") != subject:
        raise SignOnRefused("userinfo-subject")
    return about


def _decoded(raw: bytes, shape: Any) -> Any:
    try:
        return msgspec.json.decode(raw, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unreachable from None
