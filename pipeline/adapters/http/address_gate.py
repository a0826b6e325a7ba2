"""The gate at the socket: which network addresses may be dialled at all."""

import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Final

WEB_PORTS: Final = frozenset({80, 443, 8000, 8080, 8443})
"""The ports a podcast host may use; an allow-listed address may use any."""

REFUSAL: Final = "the address gate refused"
"""Marks our refusal in the text of an error, since the dialling library joins several errors into one text."""

# Kept by hand: `ipaddress.is_global` of Python 3.11 calls several of these global. 168.63.129.16 and 192.0.0.192
# are metadata services of clouds; 192.88.99.0/24 leads into 6to4 relays.
_NOT_PUBLIC_4: Final = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    )
)
_GLOBAL_6: Final = IPv6Network("2000::/3")
# Protocol assignments with Teredo, documentation, 6to4, documentation again.
_NOT_PUBLIC_6: Final = tuple(ip_network(b) for b in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
_NAT64: Final = IPv6Network("64:ff9b::/96")


class AddressGate:
    """Makes the sockets of the HTTP client, but only for addresses that may be dialled.

    It sees the final address of every attempt, after all spellings, names and redirects are resolved, so a name
    that answers differently the second time gains nothing. `allow` lists CIDR blocks of the own network.
    """

    def __init__(self, *, allow: Iterable[str] = ()) -> None:
        """Raises ValueError when a block is not a CIDR."""
        self._allowed = tuple(ip_network(block, strict=False) for block in allow)

    def __call__(self, address: tuple[Any, ...]) -> socket.socket:
        """A fresh socket for this `getaddrinfo` row. Raises PermissionError, whose text holds REFUSAL."""
        family, kind, protocol, _, sockaddr = address
        if not self.admits(str(sockaddr[0]), int(sockaddr[1])):
            raise PermissionError(REFUSAL)
        made = socket.socket(family=family, type=kind, proto=protocol)
        made.setblocking(False)
        return made

    def admits(self, address: str, port: int) -> bool:
        """Whether this numeric address and port may be dialled; anything that is no address may not."""
        try:
            ip = _unwrapped(ip_address(address.partition("%")[0]))
        except ValueError:
            return False
        if any(ip in block for block in self._allowed):
            return True
        return port in WEB_PORTS and _is_public(ip)


def _unwrapped(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address inside a mapped or a NAT64 one: that is where the packets go."""
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            return ip.ipv4_mapped
        if ip in _NAT64:
            return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    if isinstance(ip, IPv4Address):
        return not any(ip in block for block in _NOT_PUBLIC_4)
    return ip in _GLOBAL_6 and not any(ip in block for block in _NOT_PUBLIC_6)
