"""The one client for all calls to other servers: short, small, straight, and never to an address inside."""

import asyncio
import logging
import socket
from collections.abc import Mapping
from typing import Any

import aiohttp

from service.domain.errors import Unreachable
from service.outward.addresses import is_public, may_call

MAX_ANSWER = 65_536
TOTAL_S = 3.0
_AT_ONCE = 20
_LOG = logging.getLogger("greenroom.outward")


class Outward:
    """Calls other servers. Whatever goes wrong is Unreachable, with one sentence for all of it.

    The address is checked when the socket to it is made, so there is no moment at which a name could come to mean
    another. No redirects, no proxies, no cookies, nothing compressed.
    """

    def __init__(self, private: bool = False, total_s: float = TOTAL_S) -> None:
        self._private, self._total_s = private, total_s
        self._session: aiohttp.ClientSession | None = None

    def may_call(self, url: str) -> bool:
        """Has this URL a form that may be called?"""
        return may_call(url, self._private)

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> bytes:
        """The body of a 200 answer. Raises Unreachable."""
        return await self._ask("GET", url, headers or {})

    async def post_form(self, url: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None) -> bytes:
        """The body of a 200 answer to a form. Raises Unreachable."""
        return await self._ask("POST", url, headers or {}, data=dict(fields))

    async def _ask(self, method: str, url: str, headers: Mapping[str, str], **options: Any) -> bytes:
        if not self.may_call(url):
            _LOG.warning("an address that may not be called was refused")
            raise Unreachable
        try:
            async with asyncio.timeout(self._total_s):
                return await self._read(method, url, headers, options)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            _LOG.warning("a call to another server failed: %s", type(error).__name__)
            raise Unreachable from None

    async def _read(self, method: str, url: str, headers: Mapping[str, str], options: dict[str, Any]) -> bytes:
        asked = self._opened().request(method, url, headers=headers, allow_redirects=False, **options)
        async with asked as answer:
            if answer.status != 200 or answer.headers.get("Content-Encoding", "identity") != "identity":
                raise ValueError(answer.status)
            body = bytearray()
            async for part in answer.content.iter_any():
                body += part
                if len(body) > MAX_ANSWER:
                    raise ValueError("too long")
            return bytes(body)

    def _opened(self) -> aiohttp.ClientSession:
        """The session, made at the first call: most sites never make one, and it needs a running loop."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=_AT_ONCE, socket_factory=self._socket, use_dns_cache=False),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "greenroom", "Accept": "application/json", "Accept-Encoding": "identity"},
                auto_decompress=False,
                trust_env=False,
                timeout=aiohttp.ClientTimeout(total=self._total_s),
            )
        return self._session

    def _socket(self, address: Any) -> socket.socket:
        family, kind, protocol, _, where = address
        if not self._private and not is_public(str(where[0])):
            raise PermissionError("an address inside")
        return socket.socket(family, kind, protocol)

    async def close(self) -> None:
        """Ends what is open."""
        if self._session is not None:
            await self._session.close()
            self._session = None
