"""Who asks: the site in the path, the token in the header, the address behind trusted proxies."""

from functools import lru_cache
from hashlib import blake2b
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from aiohttp import web

from service.actions.identify import Who, identify
from service.domain.errors import NotFound, NotSignedIn, ReadOnly
from service.domain.site import Site
from service.domain.token import Scope
from service.web.app_keys import RESOURCES, SERVING, Serving

_BEARER: tuple[Scope, ...] = ("full", "comment")
Networks = tuple[IPv4Network | IPv6Network, ...]


async def site_of(request: web.Request) -> Site:
    """The site that the path names. Raises NotFound."""
    site = await request.app[RESOURCES].cache.site(request.match_info["site"])
    if site is None:
        raise NotFound
    return site


async def who_asks(request: web.Request) -> Who:
    """The one who asks, by his bearer token (RFC 6750), or a visitor. Raises NotFound, NotSignedIn, ReadOnly."""
    site = await site_of(request)
    address = address_key(request)
    header = request.headers.get("Authorization")
    if header is None:
        return Who(site, address)
    kind, _, token = header.partition(" ")
    if kind.lower() != "bearer" or not token:
        raise NotSignedIn
    who = await identify(request.app[RESOURCES], site, token.strip(), _BEARER, address)
    if who.reads_only and request.method not in ("GET", "HEAD"):
        raise ReadOnly
    return who


def address_key(request: web.Request) -> str:
    """A key for limits by address: keyed hash of the address, of the /64 for IPv6. The address itself is not kept."""
    serving = request.app[SERVING]
    peer = request.remote or ""
    if serving.trusted_proxies:
        peer = client_address(peer, request.headers.getall("X-Forwarded-For", []), serving.trusted_proxies)
    return _key(peer, serving.address_secret)


def client_address(peer: str, forwarded_for: list[str], trusted: Networks) -> str:
    """The right-most address that is no trusted proxy's; headers count only where the peer is trusted."""
    hops = [hop.strip() for line in forwarded_for for hop in line.split(",")]
    for hop in [peer, *reversed(hops)]:
        peer = hop if _address(hop) is not None else peer
        if not _is_trusted(hop, trusted):
            break
    return peer


def _is_trusted(hop: str, trusted: Networks) -> bool:
    address = _address(hop)
    return address is not None and any(address in network for network in trusted)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.strip("[]"))
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


@lru_cache(maxsize=8_192)
def _key(peer: str, secret: bytes) -> str:
    address = _address(peer)
    if isinstance(address, IPv6Address):
        peer = str(IPv6Network((int(address) >> 64 << 64, 64)))
    elif address is not None:
        peer = str(address)
    return blake2b(peer.encode(), key=secret[:64], digest_size=12).hexdigest()


def serving_of(request: web.Request) -> Serving:
    """What the web layer knows about this process."""
    return request.app[SERVING]
