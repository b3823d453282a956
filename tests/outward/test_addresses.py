"""Which addresses and URLs of other servers may be called."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.outward.addresses import is_public, may_call

INSIDE = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.2.0/24"),
    *("192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    "192.88.99.0/24",
]
V4_INSIDE = [ip_network(one) for one in INSIDE]
V6_INSIDE = [
    ip_network(one)
    for one in (
        *("::/128", "::1/128", "fe80::/10", "fc00::/7", "ff00::/8", "2002::/16", "2001::/32", "2001:db8::/32"),
        *("64:ff9b:1::/48", "fec0::/10", "100::/64", "5f00::/16", "3fff::/20", "::/96"),
    )
]


def within(network: object) -> st.SearchStrategy[object]:
    first, last = int(network.network_address), int(network.broadcast_address)  # type: ignore[attr-defined]
    return st.integers(first, last).map(type(network.network_address))  # type: ignore[attr-defined]


v4_inside = st.sampled_from(V4_INSIDE).flatmap(within)
v6_inside = st.sampled_from(V6_INSIDE).flatmap(within)
anything = st.one_of(st.ip_addresses(), v4_inside, v6_inside)


@given(st.one_of(v4_inside, v6_inside))
def test_no_address_inside_is_public(address: object) -> None:
    assert not is_public(str(address))


@given(v4_inside)
def test_nor_is_one_in_the_dress_of_another(address: IPv4Address) -> None:
    number = int(address)
    for dressed in (
        IPv6Address((0xFFFF << 32) | number),  # mapped
        IPv6Address((0x64_FF9B << 96) | number),  # NAT64
        IPv6Address((0x2002 << 112) | (number << 80)),  # 6to4
        IPv6Address(number),  # compatible
        IPv6Address((0x2001 << 112) | (number ^ 0xFFFF_FFFF)),  # Teredo
    ):
        assert not is_public(str(dressed))


@given(anything)
def test_only_global_unicast_is_public(address: IPv4Address | IPv6Address) -> None:
    if is_public(str(address)) and not (isinstance(address, IPv6Address) and address in ip_network("64:ff9b::/96")):
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        shown = mapped or address
        assert shown.is_global
        assert not any((shown.is_multicast, shown.is_private, shown.is_loopback, shown.is_reserved))


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)
    ip_address(address)


@pytest.mark.parametrize("text", ["", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "fe80::1%eth0"])
def test_what_is_no_address_is_not_public(text: str) -> None:
    assert not is_public(text)


@pytest.mark.parametrize(
    "url",
    [
        "https://id.example/",
        "https://id.example:443/a?b=c",
        "https://ID.Example./",
        "https://8.8.8.8/",
        "https://[2606:4700::1111]/",
        "https://xn--bcher-kva.example/",
    ],
)
def test_what_may_be_called(url: str) -> None:
    assert may_call(url, private=False)


@pytest.mark.parametrize(
    "url",
    [
        "http://id.example/",
        "ftp://id.example/",
        "file:///etc/passwd",
        "gopher://id.example/",
        "javascript:alert(1)",
        "//id.example/",
        "id.example",
        "",
        "https://",
        "https://id.example:8443/",
        "https://id.example:22/",
        "https://id.example:0/",
        "https://id.example:99999/",
        "https://user@id.example/",
        "https://user:password@id.example/",
        "https://id.example\\@evil.example/",
        "https://id.example/ x",
        "https://id.example/\r\nX: y",
        "https://bücher.example/",
        "https://localhost/",
        "https://foo.localhost/",
        "https://metadata.google.internal/",
        "https://printer.local/",
        "https://intranet/",
        "https://router.home.arpa/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.1/",
        "https://127.0.0.1.:443/",
        "https://0/",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1/",
        "https://100.64.0.1/",
        "https://[::1]/",
        "https://[::]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:a9fe:a9fe]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[fd00:ec2::254]/",
        "https://[fe80::1%25eth0]/",
        "https://[v1.x]/",
    ],
)
def test_what_may_not_be_called(url: str) -> None:
    assert not may_call(url, private=False)


@given(v4_inside, st.sampled_from(["{}", "{:d}", "{:#x}", "{:#o}"]))
def test_no_spelling_of_an_address_inside_may_be_called(address: IPv4Address, spelling: str) -> None:
    host = spelling.format(address if spelling == "{}" else int(address))
    assert not may_call(f"https://{host}/", private=False)


@given(st.text(max_size=60))
def test_whatever_is_asked_there_is_an_answer(text: str) -> None:
    for url in (text, f"https://{text}/", f"https://{text}"):
        assert may_call(url, private=False) in (True, False)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/", "https://intranet/", "http://[::1]:9/"])
def test_an_operator_may_let_inner_servers_be_called(url: str) -> None:
    assert may_call(url, private=True)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://user@intranet/", "http:///", "gopher://intranet/"])
def test_but_nothing_else(url: str) -> None:
    assert not may_call(url, private=True)
