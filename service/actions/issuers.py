"""What those who vouch for people publish: the keys that they sign with, and what OpenID providers tell of themselves.
Read by actions; remembered here for all of them."""

from collections.abc import Callable
from typing import Any

import msgspec

from service.domain.errors import Unreachable
from service.domain.jwt import Jwt, VerifyKey, fitting, read_keys, verified
from service.domain.provider import Provider, discovery_url, read_provider
from service.outward.client import Outward
from service.outward.documents import Documents


class Issuers:
    """Keys by URL, providers by issuer."""

    def __init__(self, outward: Outward, now_ms: Callable[[], int]) -> None:
        self._outward = outward
        self._keys: Documents[tuple[VerifyKey, ...]] = Documents(outward, now_ms, read_keys)
        self._providers: Documents[Provider] = Documents(outward, now_ms, read_provider)

    async def claims(self, jwt: Jwt, jwks_url: str) -> dict[str, Any]:
        """The claims of a token signed by a key of this URL. A key that is not known yet may be a new one.
        Raises SignOnRefused, Unreachable."""
        keys = await self._keys.get(jwks_url)
        if not fitting(jwt, keys):
            keys = await self._keys.newer(jwks_url, keys)
        return verified(jwt, keys)

    async def provider(self, issuer: str) -> Provider:
        """What the provider tells of itself. Raises Unreachable."""
        found = await self._providers.get(discovery_url(issuer))
        urls = (found.authorization_endpoint, found.token_endpoint, found.jwks_uri)
        if found.issuer != issuer or not all(self._outward.may_call(url) for url in urls):
            raise Unreachable
        return found


class Grant(msgspec.Struct, frozen=True):
    """What a provider gives for a code (OpenID Connect Core 1.0, section 3.1.3.3)."""

    id_token: str
    access_token: str = ""
