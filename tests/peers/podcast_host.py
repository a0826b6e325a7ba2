"""A podcast host on loopback: serves the bytes a test gives it, well or badly.

    async with PodcastHost() as host:
        url = host.serve("/feed.xml", body)
        host.routes["/slow"] = drip(b"<rss/>")

Every request is kept in `requests`. A body served by `serve` has an ETag, answers 304, packs itself by
`encoding` and continues a download where `Range` and `If-Range` ask for it.
"""

import asyncio
import gzip
import hashlib
import ssl
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import brotli  # type: ignore[import-untyped]  # it has no types
from aiohttp import web

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that reached the host."""

    method: str
    path: str
    headers: dict[str, str]


class PodcastHost:
    """Listens on 127.0.0.1 at a free port while its context is open."""

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self.routes: dict[str, Answer] = {}
        self.requests: list[Seen] = []
        self.port = 0
        self._tls = tls
        self._runner: web.ServerRunner | None = None

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(web.Server(self._answer), shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=self._tls)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def url(self, path: str = "/") -> str:
        """The full address of `path` on this host."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}{path}"

    def serve(self, path: str, body: bytes, *, encoding: str = "", etag: str | None = None, **headers: str) -> str:
        """Answer `path` with `body`; `headers` are given with underscores. Returns the full address."""
        self.routes[path] = _file(body, encoding=encoding, etag=etag, headers=_named(headers))
        return self.url(path)

    def times(self, path: str) -> int:
        """How often `path` was asked for."""
        return sum(seen.path == path for seen in self.requests)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.requests.append(Seen(request.method, request.path_qs, dict(request.headers)))
        route = self.routes.get(request.path)
        if route is None:
            return web.Response(status=404, text="not found")
        return await route(request)  # type: ignore[arg-type]  # aiohttp calls it a Request when it has an Application


def status(code: int, *, text: str = "", **headers: str) -> Answer:
    """Always this status; `headers` are given with underscores (`retry_after="2"`)."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=code, text=text, headers=_named(headers))

    return answer


def redirect(location: str, *, code: int = 301) -> Answer:
    """Lead on to `location`."""
    return status(code, location=location)


def in_turn(*answers: Answer) -> Answer:
    """One answer after the other; the last one stays."""
    left = list(answers)

    async def answer(request: web.Request) -> web.StreamResponse:
        return await (left.pop(0) if len(left) > 1 else left[0])(request)

    return answer


def drip(body: bytes, *, pause: float = 0.05) -> Answer:
    """One byte, a pause, one byte, a pause."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for byte in body:
            await response.write(bytes([byte]))
            await asyncio.sleep(pause)
        return response

    return answer


def hang(released: asyncio.Event) -> Answer:
    """Say nothing until the test sets `released`."""

    async def answer(_: web.Request) -> web.StreamResponse:
        await released.wait()
        return web.Response()

    return answer


def cut(body: bytes, *, after: int, etag: str | None = None, arrived: asyncio.Event | None = None) -> Answer:
    """Promise the whole body and break the connection after `after` bytes, but not before `arrived` is set."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"ETag": etag} if etag else {})
        response.content_length = len(body)
        await response.prepare(request)
        await response.write(body[:after])
        if arrived is not None:
            await arrived.wait()
        assert request.transport is not None
        request.transport.close()
        return response

    return answer


def endless() -> Answer:
    """A body without an end."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x" * 65_536)

    return answer


def bomb(encoding: str, *, megabytes: int) -> Answer:
    """A small packed body that unpacks to `megabytes` of zeros."""
    packed = _packed_zeros(megabytes, encoding)

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=packed, headers={"Content-Encoding": encoding})

    return answer


def _file(body: bytes, *, encoding: str, etag: str | None, headers: dict[str, str]) -> Answer:
    tag = etag or f'"{hashlib.sha256(body).hexdigest()[:16]}"'

    async def answer(request: web.Request) -> web.StreamResponse:
        own = {"ETag": tag, **headers}
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers=own)
        wanted = request.headers.get("Range")
        if wanted and request.headers.get("If-Range") == tag:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            own["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
            return web.Response(status=206, body=body[start:], headers=own)
        if encoding and encoding in request.headers.get("Accept-Encoding", ""):
            return web.Response(body=_packed(body, encoding), headers={**own, "Content-Encoding": encoding})
        return web.Response(body=body, headers=own)

    return answer


def _packed(body: bytes, encoding: str) -> bytes:
    if encoding == "br":
        return bytes(brotli.compress(body, quality=5))
    return gzip.compress(body, 6) if encoding == "gzip" else zlib.compress(body)


def _packed_zeros(megabytes: int, encoding: str) -> bytes:
    """Packed piece by piece: a test that measures memory must not see ours."""
    piece = bytes(1 << 20)
    if encoding == "br":
        packer = brotli.Compressor(quality=1)
        return b"".join([*(packer.process(piece) for _ in range(megabytes)), packer.finish()])
    deflater = zlib.compressobj(level=1, wbits=zlib.MAX_WBITS | (16 if encoding == "gzip" else 0))
    return b"".join([*(deflater.compress(piece) for _ in range(megabytes)), deflater.flush()])


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
