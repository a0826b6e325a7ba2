"""A web address on its way through redirects: where it leads next, and what may be sent there."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Self
from urllib.parse import SplitResult, unquote, urljoin, urlsplit, urlunsplit

from pipeline.domain.errors import AddressRefused

PERMANENT: Final = frozenset({301, 308})
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_PORTS: Final = {"http": 80, "https": 443}


def shown(url: str) -> str:
    """The address without userinfo, query and fragment: what may stand in an error or a log."""
    try:
        parts = urlsplit(url.strip())
        return urlunsplit((parts.scheme, _host_and_port(parts), parts.path, "", ""))
    except ValueError:
        return "an address that cannot be read"


@dataclass(frozen=True, slots=True)
class Trail:
    """A request's way: `url` is the next stop, without userinfo and fragment; it is at `origin`, and began at `home`.

    `permanent` holds while every redirect so far said that it is for good.
    """

    url: str
    origin: tuple[str, str, int]
    home: tuple[str, str, int]
    private: Mapping[str, str] = field(default_factory=dict)
    hops: int = 0
    permanent: bool = True

    @classmethod
    def start(cls, url: str, *, credentials: str | None = None, headers: Mapping[str, str] | None = None) -> Self:
        """Begin at `url`; without `credentials` its userinfo serves. `headers` are as private as these.

        Raises AddressRefused.
        """
        parts = _checked(url)
        own = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}" if parts.username else None
        private = {**_authorization(credentials or own), **(headers or {})}
        home = _origin(parts)
        return cls(url=_clean(parts), origin=home, home=home, private=private)

    @property
    def host(self) -> str:
        """The host of the next stop, in small letters."""
        return self.origin[1]

    @property
    def headers(self) -> Mapping[str, str]:
        """What only the origin we set out for may see."""
        return self.private if self.origin == self.home else {}

    @property
    def moved_to(self) -> str | None:
        """The new address when the old one is gone for good."""
        return self.url if self.hops and self.permanent else None

    def follow(self, status: int, location: str, *, limit: int) -> Self:
        """The way after a redirect; userinfo in it is dropped.

        Raises AddressRefused after `limit` redirects, from https to http, or to what is no web address.
        """
        if self.hops >= limit:
            raise AddressRefused(shown(self.url), f"it redirects more than {limit} times")
        try:
            target = urljoin(self.url, location.strip())
        except ValueError as error:
            raise AddressRefused(shown(self.url), "it redirects to something that is no web address") from error
        parts = _checked(target)
        if self.url.startswith("https:") and parts.scheme == "http":
            raise AddressRefused(shown(self.url), "it leads from https to unprotected http")
        permanent = self.permanent and status in PERMANENT
        return replace(self, url=_clean(parts), origin=_origin(parts), hops=self.hops + 1, permanent=permanent)


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url.strip())
        readable = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError as error:
        raise AddressRefused(shown(url), "it is not a web address") from error
    if parts.scheme not in _PORTS:
        raise AddressRefused(shown(url), "only http and https addresses are read")
    if not readable:
        raise AddressRefused(shown(url), "it is not a web address")
    return parts


def _clean(parts: SplitResult) -> str:
    return urlunsplit((parts.scheme, _host_and_port(parts), parts.path or "/", parts.query, ""))


def _host_and_port(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2]


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    return (parts.scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme, 0))


def _authorization(credentials: str | None) -> dict[str, str]:
    if not credentials:
        return {}
    if ":" in credentials:
        return {"Authorization": "Basic " + base64.b64encode(credentials.encode()).decode()}
    return {"Authorization": f"Bearer {credentials}"}
