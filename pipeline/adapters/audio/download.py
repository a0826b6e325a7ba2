"""A download into a file: grows beside it, can be resumed, and appears only when it is complete."""

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO, Final

import aiohttp

from pipeline.adapters.http.headers import retry_after
from pipeline.domain.errors import HttpStatus, TooLarge, Unreachable

Progress = Callable[[int, int | None], None]
"""Told (bytes so far, bytes in all or None)."""

DISK_RESERVE: Final = 200_000_000
"""Bytes that a download always leaves free on the disk; its caller may want more and say so by `max_bytes`."""

_CHUNK: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A finished download: the file, its size in bytes, and the MIME type the server named."""

    path: Path
    size: int
    content_type: str = ""


class PartFile:
    """The unfinished file beside `path`, and the validator by which the server can tell that the rest fits."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.part = path.with_name(path.name + ".part")
        self._tag = path.with_name(path.name + ".part.tag")

    @property
    def size(self) -> int:
        """Bytes received so far."""
        return self.part.stat().st_size if self.part.exists() else 0

    @property
    def is_resumable(self) -> bool:
        """Whether the server can tell that its file is still the one we began with."""
        return self._tag.exists()

    def resume_headers(self) -> dict[str, str]:
        """The request fields that ask for the rest only; empty when there is nothing to resume."""
        if not self.is_resumable or not self.size:
            return {}
        return {"Range": f"bytes={self.size}-", "If-Range": self._tag.read_text()}

    def begin(self, validator: str | None) -> None:
        """Start anew, remembering what the server calls this version of the file."""
        self.part.parent.mkdir(parents=True, exist_ok=True)
        self.part.write_bytes(b"")
        self._tag.unlink(missing_ok=True)
        if validator:
            self._tag.write_text(validator)

    def discard(self) -> None:
        """Forget what was received."""
        self.part.unlink(missing_ok=True)
        self._tag.unlink(missing_ok=True)

    def finish(self) -> None:
        """The file is complete: give it its name."""
        self._tag.unlink(missing_ok=True)
        self.part.replace(self.path)


async def receive_into(
    part: PartFile,
    response: aiohttp.ClientResponse,
    *,
    url: str,
    max_bytes: int,
    on_progress: Progress | None,
) -> Downloaded:
    """Write the answer into `part` and finish it. Raises HttpStatus, TooLarge or Unreachable."""
    start = _start(part, response, url=url)
    total = None if response.content_length is None else start + response.content_length
    if start == 0:
        part.begin(_validator(response))
    try:
        await _check_room(part, url=url, size=max(total or 0, start), coming=(total or start) - start, cap=max_bytes)
        await _write(part, response, url=url, total=total, max_bytes=max_bytes, on_progress=on_progress)
    except TooLarge:
        response.close()
        part.discard()
        raise
    part.finish()
    return Downloaded(part.path, part.path.stat().st_size, response.headers.get("Content-Type", ""))


def _start(part: PartFile, response: aiohttp.ClientResponse, *, url: str) -> int:
    """From which byte on the answer continues our part; 0 when it begins anew."""
    if response.status == HTTPStatus.OK:
        return 0
    expected = f"bytes {part.size}-"
    if response.status == HTTPStatus.PARTIAL_CONTENT and response.headers.get("Content-Range", "").startswith(expected):
        return part.size
    response.close()
    if response.status in {HTTPStatus.PARTIAL_CONTENT, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE}:
        part.discard()
        raise Unreachable(url, "the server could not continue the download")
    raise HttpStatus(url, response.status, retry_after=retry_after(response.headers))


def _validator(response: aiohttp.ClientResponse) -> str | None:
    """What `If-Range` takes: a strong ETag or a date. Packed bytes cannot be continued."""
    if "Content-Encoding" in response.headers:
        return None
    etag = response.headers.get("ETag", "")
    return etag if etag.startswith('"') else response.headers.get("Last-Modified")


async def _check_room(part: PartFile, *, url: str, size: int, coming: int, cap: int) -> None:
    if size > cap:
        raise TooLarge(url, f"it is larger than {cap:,} bytes")
    usage = await asyncio.to_thread(shutil.disk_usage, part.part.parent)
    if usage.free - coming < DISK_RESERVE:
        raise TooLarge(url, "there is not enough room left on our disk")


async def _write(
    part: PartFile,
    response: aiohttp.ClientResponse,
    *,
    url: str,
    total: int | None,
    max_bytes: int,
    on_progress: Progress | None,
) -> None:
    done = part.size
    with part.part.open("ab") as file:
        async for chunk in response.content.iter_chunked(_CHUNK):
            done += len(chunk)
            if done > max_bytes:
                raise TooLarge(url, f"it is larger than {max_bytes:,} bytes")
            await _append(file, chunk, url=url)
            if on_progress is not None:
                on_progress(done, total)


async def _append(file: BinaryIO, chunk: bytes, *, url: str) -> None:
    try:
        await asyncio.to_thread(file.write, chunk)
    except OSError as error:
        raise TooLarge(url, "our disk could not take all of it") from error
