"""Which addresses and URLs of other servers may be called. The client asks again for the address it connects to."""

import ipaddress
import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address at its end
_GLOBAL_UNICAST = ip_network("2000::/3")
_NEVER = tuple(
    ip_network(one)
    for one in (
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
        "2002::/16",  # 6to4: any IPv4 address, also an inner one
        "2001::/23",  # special purposes, Teredo among them
        "2001:db8::/32",
        "3fff::/20",  # documentation (RFC 9637)
    )
)
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?\.?")
_INNER_NAMES = ("localhost", "local", "internal", "intranet", "lan", "home.arpa", "corp", "private")


def is_public(text: str) -> bool:
    """Is this the address of a server on the open internet? Whatever is no address at all is not."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return _is_public_v4(address.ipv4_mapped)
        if address in _NAT64:
            return _is_public_v4(IPv4Address(int(address) & 0xFFFF_FFFF))
        return address in _GLOBAL_UNICAST and _is_plain(address)
    return _is_public_v4(address)


def _is_public_v4(address: IPv4Address) -> bool:
    return _is_plain(address) and address not in ip_network("0.0.0.0/8")


def _is_plain(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    special = address.is_multicast or address.is_reserved or address.is_loopback or address.is_link_local
    inner = address.is_private or address.is_unspecified or not address.is_global
    return not special and not inner and not any(address in network for network in _NEVER)


def may_call(url: str, private: bool) -> bool:
    """Has this URL a form that may be called at all: https to a public name or address on its own port, no user in it?

    `private` (an operator's setting) lets inner hosts, other ports and plain http pass.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not url.isascii() or not url.isprintable() or set(" \\") & set(url) or "@" in parts.netloc or not host:
        return False
    if private:
        return parts.scheme in ("https", "http") and port != 0
    named = "[" not in parts.netloc or ":" in host  # in brackets stands an address (RFC 3986, section 3.2.2)
    return parts.scheme == "https" and port in (None, 443) and named and _is_public_host(host)


def _is_public_host(host: str) -> bool:
    """No inner name, and no address in one of the spellings that only resolvers know (2130706433, 0x7f.1)."""
    if is_public(host):
        return True
    name = host.rstrip(".")
    inner = any(name == one or name.endswith("." + one) for one in _INNER_NAMES)
    return len(name) <= 253 and _NAME.fullmatch(host) is not None and not inner
