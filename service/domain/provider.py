"""Signing in at an OpenID provider (OpenID Connect Core 1.0, authorization code flow with PKCE, RFC 7636): what it
tells of itself, where the browser is sent, and what its answer must say."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated, Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from service.domain.errors import SignOnRefused
from service.domain.jwt import MAX_TEXT
from service.domain.sign_on import LEEWAY_S, LONGEST_S, Person, SignOn, check_times, proven, usable_name, vouched_for

ATTEMPT_MS = 600_000
_Url = Annotated[str, msgspec.Meta(max_length=2_000)]


class Provider(msgspec.Struct, frozen=True):
    """What a provider tells of itself (OpenID Connect Discovery 1.0, section 3)."""

    issuer: _Url
    authorization_endpoint: _Url
    token_endpoint: _Url
    jwks_uri: _Url
    userinfo_endpoint: _Url | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class Attempt(msgspec.Struct, frozen=True):
    """One try to sign in. Only hashes are kept: the state is in the URL, the browser's secret in its cookie."""

    state_hash: str
    browser_hash: str
    site_id: str
    issuer: str
    to: str  # the path to go on to
    expires_at: int  # milliseconds UTC


class Proofs(NamedTuple):
    """What only the browser that began can come back with."""

    nonce: str
    verifier: str

    @property
    def challenge(self) -> str:
        """The verifier's S256 (RFC 7636, section 4.2)."""
        return urlsafe_b64encode(sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()


def proofs_of(browser_secret: str, state: str) -> Proofs:
    """Nonce and verifier, made from what the browser keeps, so that neither need be stored."""
    made = [hmac.digest(browser_secret.encode(), f"{use} {state}".encode(), "sha256").hex() for use in Proofs._fields]
    return Proofs(*made)


def discovery_url(issuer: str) -> str:
    """Where a provider tells of itself."""
    return issuer.rstrip("/") + "/.well-known/openid-configuration"


def read_provider(raw: bytes) -> Provider:
    """The provider's metadata. Raises ValueError."""
    try:
        return msgspec.json.decode(raw, type=Provider)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError("no metadata of a provider") from error


def host_of(issuer: str) -> str:
    """The provider's host, as people are told of it."""
    return urlsplit(issuer).hostname or ""


def authorization_url(provider: Provider, client_id: str, redirect_uri: str, state: str, proofs: Proofs) -> str:
    """Where the browser is sent to sign in."""
    asked = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "scope": "openid profile email",
        "state": state,
        "nonce": proofs.nonce,
        "code_challenge": proofs.challenge,
        "code_challenge_method": "S256",
    }
    join = "&" if "?" in provider.authorization_endpoint else "?"
    return provider.authorization_endpoint + join + urlencode(asked, quote_via=quote)


def check_answer(provider: Provider, query: Mapping[str, str]) -> str:
    """The code that the provider's answer carries, if it is his (RFC 9207). Raises SignOnRefused."""
    named = query.get("iss")
    missing = named is None and provider.authorization_response_iss_parameter_supported
    if missing or named not in (None, provider.issuer):
        raise SignOnRefused("answer-issuer")
    code = query.get("code", "")
    if "error" in query or not code:
        raise SignOnRefused("provider-refused")
    return code


def check_id_token(sign_on: SignOn, claims: Mapping[str, Any], nonce: str, now_ms: int) -> str:
    """The subject, if the claims are meant for this attempt (OpenID Connect Core 1.0, section 3.1.3.7).
    Raises SignOnRefused."""
    told_at = check_times(claims, sign_on.issuer, sign_on.client_id, now_ms)
    audience, party, subject = claims["aud"], claims.get("azp"), claims.get("sub")
    if party != sign_on.client_id and (party is not None or (isinstance(audience, list) and len(audience) > 1)):
        raise SignOnRefused("authorized-party")
    if not hmac.compare_digest(str(claims.get("nonce")).encode("utf-8", "replace"), nonce.encode()):
        raise SignOnRefused("nonce")
    if told_at < now_ms - (LONGEST_S + LEEWAY_S) * 1000:
        raise SignOnRefused("issued-at")
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_TEXT or not subject.isprintable():
        raise SignOnRefused("claims")
    return subject


def person_of(sign_on: SignOn, claims: Mapping[str, Any], about: Mapping[str, Any]) -> Person:
    """Whom checked claims tell of; `about` is what the provider told of him on request, with the same subject."""
    told = {**about, **claims}
    source = claims if "email" in claims else about
    email = proven(source.get("email")) if source.get("email_verified") in (True, "true") else None
    roles = told.get("roles")
    member = told.get("member")
    vouched = vouched_for(
        sign_on, member if isinstance(member, bool) else None, roles if isinstance(roles, list) else []
    )
    name = usable_name(told.get("name"), told.get("preferred_username"), told.get("given_name"), told.get("nickname"))
    return Person(sign_on.issuer, claims["sub"], int(claims["iat"] * 1000), name, email, vouched)
