"""Those who vouch for people, as tests need them: signers of tokens, and a server that publishes keys."""

import json
import warnings
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hmac import digest
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey, generate_key
from joserfc.jws import JWSRegistry

from tests.conftest import Clock


def part(told: object) -> str:
    """JSON as a part of a token."""
    raw = told if isinstance(told, bytes) else json.dumps(told).encode()
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def by_hand(header: object, claims: object, secret: str = "") -> str:
    """A token that no library would make, signed with HMAC where there is a secret."""
    text = f"{part(header)}.{part(claims)}"
    return f"{text}.{part(digest(secret.encode(), text.encode(), 'sha256')) if secret else ''}"


def signed(key: Key, alg: str, claims: dict[str, Any], **header: Any) -> str:
    """A token signed by this key."""
    registry = JWSRegistry(algorithms=[alg], strict_check_header=False)
    return jwt.encode({"alg": alg, **header}, claims, key, registry=registry)


def a_key(kty: str = "EC", arg: Any = "P-256", **parameters: Any) -> Key:
    """A fresh key pair."""
    with warnings.catch_warnings(action="ignore", category=SecurityWarning):  # weak ones are wanted, too
        return generate_key(kty, arg, {"kid": "k1", **parameters}, private=True)  # type: ignore[call-overload,no-any-return]


class Claims:
    """Claims as they should be, and as a test wants them."""

    def __init__(self, clock: Clock, **usual: Any) -> None:
        self._clock, self._usual, self._count = clock, usual, 0

    def __call__(self, **changed: Any) -> dict[str, Any]:
        """`None` leaves a claim out."""
        self._count += 1
        now = self._clock.now // 1000
        usual = {"sub": "u1", "aud": "blog", "iat": now, "exp": now + 300, "jti": f"j{self._count}", "name": "Grace"}
        return {name: value for name, value in {**usual, **self._usual, **changed}.items() if value is not None}


class KeyServer:
    """Publishes keys, counts who asks, and fails when told so."""

    def __init__(self) -> None:
        self.keys: list[Any] = []
        self.fetched = 0
        self.failing = False
        self.url = ""

    async def answer(self, _: web.Request) -> web.Response:
        self.fetched += 1
        if self.failing:
            return web.Response(status=500)
        told = [key.as_dict(private=False) if isinstance(key, RSAKey | ECKey | OKPKey) else key for key in self.keys]
        return web.json_response({"keys": told})


@asynccontextmanager
async def key_server() -> AsyncIterator[KeyServer]:
    """A server of keys on loopback."""
    serving = KeyServer()
    app = web.Application()
    app.router.add_get("/jwks", serving.answer)
    async with TestServer(app) as server:
        serving.url = str(server.make_url("/jwks"))
        yield serving
