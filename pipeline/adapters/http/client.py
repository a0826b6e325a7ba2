"""The one HTTP client for every outside address: public addresses only, with caps on size, time and redirects."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar

import aiohttp

from pipeline.adapters.audio.download import Downloaded, PartFile, Progress, receive_into
from pipeline.adapters.http.address_gate import AddressGate
from pipeline.adapters.http.errors import translated
from pipeline.adapters.http.headers import max_age, retry_after
from pipeline.adapters.http.host_slots import HostSlots
from pipeline.adapters.http.web_address import REDIRECTS, Trail, shown
from pipeline.domain.errors import HttpStatus, TooLarge, TooSlow, Unreachable
from pipeline.domain.feed import Validators
from pipeline.domain.identity import content_hash
from pipeline.ports import Fetched

_T = TypeVar("_T")
_Receive = Callable[[aiohttp.ClientResponse, Trail], Awaitable[_T]]

_LONGEST_FIELD: Final = 16 * 1024
_LONGEST_VALIDATOR: Final = 2_000
_ATTEMPTS: Final = 4
"""How often one download is resumed after a cut before it is given up."""

_ACCEPT: Final = "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"


class GuardedHttp:
    """A `Fetcher` that may be shown any address; use it as an async context manager.

    `allow` lists CIDR blocks of the own network that may be read, on any port. `total_seconds` is the time for
    one request with all its redirects, waiting for a slot not counted; `download_seconds` the same for audio.
    """

    def __init__(
        self,
        *,
        allow: Iterable[str] = (),
        total_seconds: float = 30.0,
        download_seconds: float = 3600.0,
        per_host: int = 4,
        connections: int = 100,
        max_redirects: int = 5,
        user_agent: str = "Podsift/0.1 (podcast reader)",
    ) -> None:
        self._gate = AddressGate(allow=allow)
        self._total_seconds = total_seconds
        self._download_seconds = download_seconds
        self._slots = HostSlots(per_host=per_host, total=connections)
        # Audio has slots of its own: an hour of it must not keep the feeds of the same host waiting.
        self._download_slots = HostSlots(per_host=2, total=16)
        self._max_redirects = max_redirects
        self._user_agent = user_agent
        self._session: aiohttp.ClientSession | None = None
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Open the session on the running loop."""
        self._session = await self._stack.enter_async_context(
            aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(socket_factory=self._gate, limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
                headers={"User-Agent": self._user_agent},
                max_line_size=_LONGEST_FIELD,
                max_field_size=_LONGEST_FIELD,
                trust_env=False,
            )
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all connections."""
        self._session = None
        await self._stack.aclose()

    async def fetch(
        self,
        url: str,
        *,
        validators: Validators | None = None,
        max_bytes: int = 25_000_000,
        credentials: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Fetched:
        """The body at `url`, at most `max_bytes` after decompression; `headers` are for its origin alone.

        A body that is the one `validators` names counts as not modified, whatever the server says; its fresh
        validators are returned. Raises AddressRefused, TooLarge, TooSlow, HttpStatus or Unreachable.
        """
        known = validators or Validators()

        async def receive(response: aiohttp.ClientResponse, trail: Trail) -> Fetched:
            return await _fetched(response, trail, known=known, max_bytes=max_bytes)

        async def ask(conditions: Mapping[str, str]) -> Fetched:
            return await self._follow(
                Trail.start(url, credentials=credentials, headers=headers),
                receive,
                headers={"Accept": _ACCEPT, **conditions},
                seconds=self._total_seconds,
                slots=self._slots,
            )

        conditions = _conditions(known)
        try:
            return await ask(conditions)
        except Unreachable as error:
            if not conditions or not isinstance(error.__cause__, aiohttp.ClientResponseError):
                raise
        # Some servers send a body after «not modified», which is not HTTP: asked without conditions, the hash decides.
        return await ask({})

    async def download(
        self,
        url: str,
        path: Path,
        *,
        max_bytes: int,
        on_progress: Progress | None = None,
        credentials: str | None = None,
    ) -> Downloaded:
        """Stream the bytes at `url` into the file `path`, which appears only when it is complete.

        A cut is mended by asking for the rest, in this call and in the next one for the same path.
        `on_progress` is told (bytes so far, bytes in all or None). Raises the same errors as `fetch`.
        """
        part = PartFile(path)

        async def receive(response: aiohttp.ClientResponse, trail: Trail) -> Downloaded:
            return await receive_into(
                part, response, url=shown(trail.url), max_bytes=max_bytes, on_progress=on_progress
            )

        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return await self._follow(
                    Trail.start(url, credentials=credentials),
                    receive,
                    headers={"Accept": "*/*", "Accept-Encoding": "identity", **part.resume_headers()},
                    seconds=self._download_seconds,
                    slots=self._download_slots,
                )
            except Unreachable:
                if attempt == _ATTEMPTS or not part.is_resumable:
                    raise
        raise AssertionError  # pragma: no cover - the last attempt returns or raises

    async def _follow(
        self, trail: Trail, receive: _Receive[_T], *, headers: Mapping[str, str], seconds: float, slots: HostSlots
    ) -> _T:
        clock = asyncio.get_running_loop().time
        while True:
            async with slots.of(trail.host):
                started = clock()
                result = await self._hop(trail, receive, headers=headers, seconds=seconds)
                seconds -= clock() - started
            if not isinstance(result, Trail):
                return result
            trail = result

    async def _hop(
        self, trail: Trail, receive: _Receive[_T], *, headers: Mapping[str, str], seconds: float
    ) -> _T | Trail:
        """One request: what `receive` makes of the answer, or the way on."""
        if self._session is None:
            message = "GuardedHttp is used outside of its context."
            raise RuntimeError(message)
        try:
            async with (
                asyncio.timeout(max(seconds, 0)),
                self._session.get(trail.url, headers={**headers, **trail.headers}, allow_redirects=False) as response,
            ):
                if response.status in REDIRECTS and (location := response.headers.get("Location")):
                    response.close()
                    return trail.follow(response.status, location, limit=self._max_redirects)
                return await receive(response, trail)
        except TimeoutError as error:
            raise TooSlow(shown(trail.url), "it did not answer in full within the time we give it") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise translated(error, url=shown(trail.url)) from error


def _conditions(known: Validators) -> dict[str, str]:
    """The stored validators as they were given; one that could break out of its header field is left out."""
    asked = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in asked.items() if value and _is_harmless(value)}


def _is_harmless(value: str) -> bool:
    return len(value) <= _LONGEST_VALIDATOR and value.isprintable()


async def _fetched(response: aiohttp.ClientResponse, trail: Trail, *, known: Validators, max_bytes: int) -> Fetched:
    given = Validators(
        etag=response.headers.get("ETag"), last_modified=response.headers.get("Last-Modified"), body_hash=None
    )
    body = bytearray()
    if response.status == HTTPStatus.NOT_MODIFIED and (known.etag or known.last_modified):
        validators = _refreshed(known, given, body_hash=known.body_hash)
    elif HTTPStatus.OK <= response.status < HTTPStatus.MULTIPLE_CHOICES:
        body = await _body(response, trail, max_bytes=max_bytes)
        validators = Validators(given.etag, given.last_modified, content_hash(body))
    else:
        response.close()
        raise HttpStatus(shown(trail.url), response.status, retry_after=retry_after(response.headers))
    same_body = known.body_hash is not None and validators.body_hash == known.body_hash
    unchanged = response.status == HTTPStatus.NOT_MODIFIED or same_body
    return Fetched(
        url=trail.url,
        body=b"" if unchanged else bytes(body),
        content_type=response.headers.get("Content-Type", ""),
        validators=validators,
        not_modified=unchanged,
        moved_to=trail.moved_to,
        max_age=max_age(response.headers),
    )


def _refreshed(known: Validators, given: Validators, *, body_hash: str | None) -> Validators:
    return Validators(given.etag or known.etag, given.last_modified or known.last_modified, body_hash)


async def _body(response: aiohttp.ClientResponse, trail: Trail, *, max_bytes: int) -> bytearray:
    """The decoded body. The cap is checked piece by piece, since a few packed bytes may unpack to gigabytes."""
    received = bytearray()
    size = response.content_length or 0
    if size <= max_bytes:
        async for piece in response.content.iter_any():
            received += piece
            size = len(received)
            if size > max_bytes:
                break
    if size > max_bytes:
        response.close()
        raise TooLarge(shown(trail.url), f"it is larger than {max_bytes:,} bytes")
    return received
