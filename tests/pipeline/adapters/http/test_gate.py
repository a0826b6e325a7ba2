"""Which addresses may be dialled, and where a trail of redirects may lead."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.adapters.http.address_gate import AddressGate
from pipeline.adapters.http.headers import max_age, retry_after
from pipeline.adapters.http.web_address import Trail, shown
from pipeline.domain.errors import AddressRefused

PRIVATE = [
    "0.0.0.0",  # noqa: S104 - judged, never bound
    "10.1.2.3",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::1",
    "2001:10::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%lo",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "localhost",
    "0x7f.1",
    "1",
    "\uff11\uff12\uff17.0.0.1",
]
PUBLIC = [
    "8.8.8.8",
    "93.184.216.34",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "172.15.0.1",
    "192.169.0.1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_refuses_every_spelling_of_a_private_address(address: str) -> None:
    assert not AddressGate().admits(address, 443)


@pytest.mark.parametrize("address", PUBLIC)
def test_admits_public_addresses_at_ports_of_the_web_only(address: str) -> None:
    gate = AddressGate()
    assert all(gate.admits(address, port) for port in (80, 443, 8000, 8080, 8443))
    assert not any(gate.admits(address, port) for port in (0, 22, 25, 3306, 6379, 11211))


def test_an_allowed_block_may_use_any_port() -> None:
    gate = AddressGate(allow=["192.168.7.0/24", "fd00::/8"])
    assert gate.admits("192.168.7.9", 32400)
    assert gate.admits("::ffff:192.168.7.9", 32400)
    assert gate.admits("fd00::1", 1)
    assert not gate.admits("192.168.8.9", 80)


def test_refuses_a_block_that_is_none() -> None:
    with pytest.raises(ValueError, match="lan"):
        AddressGate(allow=["lan"])


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_judged_like_the_address_inside(address: object) -> None:
    gate = AddressGate()
    assert gate.admits(f"::ffff:{address}", 80) == gate.admits(str(address), 80)


def test_makes_no_socket_for_a_refused_address() -> None:
    with pytest.raises(PermissionError):
        AddressGate()((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("10.0.0.1", 80)))


def test_makes_a_socket_that_does_not_block() -> None:
    made = AddressGate()((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("8.8.8.8", 80)))
    with made:
        assert made.getblocking() is False


def test_refuses_to_go_from_https_to_http() -> None:
    with pytest.raises(AddressRefused, match="unprotected"):
        Trail.start("https://example.com/feed").follow(301, "http://example.com/feed", limit=5)


def test_credentials_come_back_only_at_the_very_origin() -> None:
    trail = Trail.start("https://ann:pw@Example.com/feed#top")
    assert trail.url == "https://Example.com/feed"
    assert trail.headers == {"Authorization": "Basic YW5uOnB3"}
    for elsewhere in ("https://example.com:8443/feed", "https://cdn.example.com/feed", "https://example.org/"):
        assert trail.follow(301, elsewhere, limit=5).headers == {}
    assert trail.follow(301, "https://example.com:443/other", limit=5).headers == trail.headers


def test_moves_only_when_every_hop_is_for_good() -> None:
    trail = Trail.start("http://example.com/feed")
    assert trail.moved_to is None
    assert trail.follow(301, "/a", limit=5).follow(308, "b", limit=5).moved_to == "http://example.com/b"
    assert trail.follow(301, "/a", limit=5).follow(307, "b", limit=5).moved_to is None


def test_shows_addresses_without_secrets() -> None:
    assert shown("https://u:p@example.com:8443/feed?key=1#x") == "https://example.com:8443/feed"
    assert shown("http://[::1") == "an address that cannot be read"


DATE = "Wed, 21 Oct 2026 07:28:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "120"}, 120),
        ({"Retry-After": " 0 "}, 0),
        ({"Retry-After": "999999999999999999"}, 86_400),
        ({"Retry-After": "Wed, 21 Oct 2026 07:30:00 GMT", "Date": DATE}, 120),
        ({"Retry-After": "Wed, 21 Oct 2026 07:30:00", "Date": DATE}, 120),
        ({"Retry-After": "Wed, 21 Oct 2020 07:30:00 GMT", "Date": DATE}, 0),
        ({"Retry-After": "Wed, 21 Oct 2099 07:30:00 GMT", "Date": DATE}, 86_400),
        ({"Retry-After": "Wed, 21 Oct 2026 07:30:00 GMT"}, None),
        ({"Retry-After": "soon", "Date": DATE}, None),
        ({"Retry-After": "-5", "Date": DATE}, None),
        ({"Retry-After": "²"}, None),
        ({}, None),
    ],
)
def test_reads_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


@pytest.mark.parametrize(
    ("field", "seconds"),
    [("max-age=600", 600), ("public, Max-Age=60", 60), ('max-age="5"', 5), ("s-maxage=9", None), ("no-store", None)],
)
def test_reads_how_long_an_answer_is_fresh(field: str, seconds: float | None) -> None:
    assert max_age({"Cache-Control": field}) == seconds
