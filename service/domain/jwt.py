"""A signed token (JWT, RFC 7519, in the compact form of RFC 7515): taken apart strictly, its signature checked against
given keys. Where keys come from, and what the claims mean, stands elsewhere."""

import json
import re
import warnings
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey, import_key
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode

from service.domain.errors import SignOnRefused

MAX_LENGTH = 8_192
MAX_TEXT = 255
_PARTS = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
_MOST_KEYS = 50
_RSA_BITS = range(2_048, 8_193)

_PUBLIC_PARTS = frozenset({"kty", "crv", "x", "y", "n", "e"})

HMAC = frozenset({"HS256"})
SIGNED = frozenset({"RS256", "ES256", "EdDSA", "Ed25519"})
# What may be said of how a token is to be read, or whose key it is: the site's settings say that, not the token.
_REFUSED_HEADERS = frozenset({"crit", "b64", "zip", "enc", "cty", "jku", "jwk", "x5u"})


class Jwt(NamedTuple):
    """A token that has the right form and is not believed yet."""

    text: str
    alg: str
    kid: str | None


class VerifyKey(NamedTuple):
    """A key that signatures can be checked with, and by which algorithms."""

    kid: str | None
    algs: frozenset[str]
    key: Key


class _Registry(JWSRegistry):
    """EdDSA (RFC 8037) means its one curve that we take; the name for that curve alone came later (RFC 9864)."""

    max_header_length = MAX_LENGTH

    def get_alg(self, name: str) -> Any:
        return super().get_alg("Ed25519" if name == "EdDSA" else name)


def read_jwt(text: str, algs: Collection[str]) -> Jwt:
    """The token's header, if one of these algorithms is named in it and nothing that is not ours to follow.
    Raises SignOnRefused."""
    if len(text) > MAX_LENGTH:
        raise SignOnRefused("too-long")
    parts = _PARTS.fullmatch(text)
    if parts is None:
        raise SignOnRefused("not-a-jwt")
    header = _object(parts[1])
    alg, kid, typ = header.get("alg"), header.get("kid"), header.get("typ", "JWT")
    if not isinstance(alg, str) or alg not in algs:
        raise SignOnRefused("algorithm")
    if not isinstance(typ, str) or typ.upper() != "JWT" or _REFUSED_HEADERS & header.keys():
        raise SignOnRefused("header")
    if kid is not None and (not isinstance(kid, str) or len(kid) > MAX_TEXT):
        raise SignOnRefused("header")
    return Jwt(text, alg, kid)


def _object(part: str) -> dict[str, Any]:
    """The JSON object in one part: no field twice, no number that JSON does not have."""
    try:
        found = json.loads(urlsafe_b64decode(part.encode()), object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise SignOnRefused("not-a-jwt") from None
    if not isinstance(found, dict):
        raise SignOnRefused("not-a-jwt")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a field stands twice")
    return fields


def _no_number(name: str) -> None:
    raise ValueError(name)


def verified(jwt: Jwt, keys: Iterable[VerifyKey]) -> dict[str, Any]:
    """The claims, if one of the keys has signed them by the algorithm named. Raises SignOnRefused."""
    found = fitting(jwt, keys)
    if not found:
        raise SignOnRefused("unknown-key")
    if not any(_signed_by(jwt, one) for one in found):
        raise SignOnRefused("signature")
    return _object(jwt.text.split(".")[1])


def fitting(jwt: Jwt, keys: Iterable[VerifyKey]) -> list[VerifyKey]:
    """The keys that may have signed the token: of its algorithm, and of its key id where both have one."""
    return [one for one in keys if jwt.alg in one.algs and (None in (jwt.kid, one.kid) or jwt.kid == one.kid)]


def _signed_by(jwt: Jwt, one: VerifyKey) -> bool:
    registry = _Registry(algorithms=[jwt.alg, "Ed25519"], strict_check_header=False)
    try:
        jws.deserialize_compact(jwt.text, one.key, registry=registry)
    except (JoseError, ValueError):
        return False
    return True


def hmac_key(secret: str) -> VerifyKey:
    """The key of a shared secret, taken as its ASCII bytes, as JWT libraries take a text."""
    return VerifyKey(None, HMAC, OctKey.import_key(secret))


def read_keys(raw: bytes) -> tuple[VerifyKey, ...]:
    """The keys of a JWK set (RFC 7517) that we would check a signature with. Raises ValueError.

    Left out are keys for other uses, of other kinds, too small or too large, and those whose private part is there.
    """
    try:
        found = json.loads(raw)["keys"]
    except (KeyError, TypeError, RecursionError):
        raise ValueError("no JWK set") from None
    if not isinstance(found, list) or len(found) > _MOST_KEYS:
        raise ValueError("no JWK set")
    keys = [_key(one) for one in found if isinstance(one, dict)]
    return tuple(key for key in keys if key is not None)


def _key(told: dict[str, Any]) -> VerifyKey | None:
    try:
        if told.get("use", "sig") != "sig" or "verify" not in told.get("key_ops", ["verify"]) or "d" in told:
            return None
        with warnings.catch_warnings(action="ignore", category=SecurityWarning):  # a weak one is left out below
            key = import_key({name: value for name, value in told.items() if name in _PUBLIC_PARTS})
        algs = _algs(key)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    named, kid = told.get("alg"), told.get("kid")
    algs &= algs if named is None else _same(named)
    return VerifyKey(kid if isinstance(kid, str) else None, algs, key) if algs else None


def _algs(key: Key) -> frozenset[str]:
    if isinstance(key, RSAKey):
        return frozenset({"RS256"}) if key.public_key.key_size in _RSA_BITS else frozenset()
    if isinstance(key, ECKey):
        return frozenset({"ES256"}) if key.curve_name == "P-256" else frozenset()
    if isinstance(key, OKPKey):
        return frozenset({"EdDSA", "Ed25519"}) if key.curve_name == "Ed25519" else frozenset()
    return frozenset()


def _same(alg: object) -> frozenset[str]:
    edwards = frozenset({"EdDSA", "Ed25519"})
    return edwards if str(alg) in edwards else frozenset({str(alg)})
