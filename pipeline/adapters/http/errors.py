"""What went wrong on the wire, in our own words."""

import socket
import ssl
from collections.abc import Iterator

import aiohttp

from pipeline.adapters.http.address_gate import REFUSAL
from pipeline.domain.errors import AddressRefused, FetchError, Unreachable


def translated(error: Exception, *, url: str) -> FetchError:
    """Our error for one of the HTTP library, the network or TLS; `url` must be fit to be shown."""
    if any(REFUSAL in str(cause) for cause in _causes(error)):
        return AddressRefused(url, "it is not at a public address, or not at a port of the web")
    if isinstance(error, aiohttp.InvalidURL):
        return AddressRefused(url, "it is not a web address")
    return Unreachable(url, _problem(error))


def _problem(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorDNSError | socket.gaierror | UnicodeError):
        return "its host name is not known"
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
        return "its certificate or encryption is not valid"
    if isinstance(error, aiohttp.ClientConnectorError):
        return "no connection could be made"
    if isinstance(error, aiohttp.ClientPayloadError):
        return "the answer was cut off or damaged"
    if isinstance(error, aiohttp.ClientResponseError):
        return "the answer is not proper HTTP"
    return "the connection broke"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it."""
    current: BaseException | None = error
    while current is not None:
        yield current
        current = current.__cause__ or current.__context__
