"""The sample shows of `bot/samples`, served on loopback as a podcast host would serve them."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Final
from xml.sax.saxutils import escape

from aiohttp import encode_basic_auth, hdrs, web

from pipeline.domain.identity import content_hash

PUBLIC_SHOWS: Final = ("gradient-notes", "merge-window", "load-curve")
PRIVATE_SHOW: Final = "tidewell-staff-room"

# Nothing here is secret: the samples only show how a members' feed behaves.
_MEMBER: Final = ("member", "tidewell")
_MEDIA_KEY: Final = "t1dewell-41"

_FEED: Final = "feed.xml"
_TYPES: Final = MappingProxyType(
    {
        "xml": "application/rss+xml; charset=utf-8",
        "vtt": "text/vtt; charset=utf-8",
        "srt": "application/x-subrip; charset=utf-8",
        "json": "application/json; charset=utf-8",
        "mp3": "audio/mpeg",
    }
)
_PLACEHOLDER: Final = re.compile(r"\{\{(?:(base)|(key)|(\d+) minutes ago)\}\}")

# One MPEG 2.5 layer III frame, 8 kHz mono at 8 kbit/s: four bytes of header, and zeros mean silence for 72 ms.
_SILENCE: Final = (b"\xff\xe3\x18\xc4" + bytes(68)) * 14


@dataclass(frozen=True, slots=True)
class SampleHost:
    """Where the samples are served.

    The private feed asks for `credentials` (`user:password`, HTTP Basic). The addresses of its transcripts and
    audio carry a key of their own, as they do at most hosts of members' feeds, and need no sign-in.
    """

    base_url: str
    public_feeds: tuple[str, ...]
    private_feed: str
    credentials: str


@asynccontextmanager
async def serve_samples(*, now: datetime, port: int = 0) -> AsyncIterator[SampleHost]:
    """Serve the samples on 127.0.0.1 until the block ends, their episodes dated back from the aware time `now`.

    Feed addresses contain the port, and a feed is known by its address: who keeps the catalogue between two runs
    gives a fixed `port`. Raises OSError when that port is taken.
    """
    texts = await asyncio.to_thread(_read_samples, files("bot.samples"))
    listener = socket.create_server(("127.0.0.1", port))
    base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    application = web.Application()
    application.router.add_get("/{path:.+}", _answer_from(_pages(texts, base_url=base_url, now=now)))
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
    try:
        await runner.setup()
        await web.SockSite(runner, listener).start()
        yield SampleHost(
            base_url=base_url,
            public_feeds=tuple(f"{base_url}/{show}/{_FEED}" for show in PUBLIC_SHOWS),
            private_feed=f"{base_url}/{PRIVATE_SHOW}/{_FEED}",
            credentials=":".join(_MEMBER),
        )
    finally:
        await runner.cleanup()
        listener.close()


def render_feed(template: str, *, base_url: str, now: datetime, key: str = "") -> str:
    """The feed that `template` becomes for a host at `base_url` and the aware time `now`.

    `{{base}}` becomes the address, `{{90 minutes ago}}` an RFC 2822 date in whole seconds, `{{key}}` the `key`.
    """
    moment = now.astimezone(UTC)

    def fill(match: re.Match[str]) -> str:
        if match[1]:
            return escape(base_url)
        if match[2]:
            return escape(key)
        return format_datetime(moment - timedelta(minutes=int(match[3])), usegmt=True)

    return _PLACEHOLDER.sub(fill, template)


@dataclass(frozen=True, slots=True)
class _Page:
    body: bytes
    content_type: str
    private: bool
    opens_by_key: bool


def _read_samples(folder: Traversable) -> Mapping[tuple[str, str], str]:
    return {
        (show, entry.name): entry.read_text(encoding="utf-8")
        for show in (*PUBLIC_SHOWS, PRIVATE_SHOW)
        for entry in folder.joinpath(show).iterdir()
    }


def _pages(texts: Mapping[tuple[str, str], str], *, base_url: str, now: datetime) -> Mapping[str, _Page]:
    """What is served, by path without the first slash."""
    pages = {}
    for (show, name), text in texts.items():
        private = show == PRIVATE_SHOW
        stem, _, suffix = name.rpartition(".")
        body = render_feed(text, base_url=base_url, now=now, key=_MEDIA_KEY) if name == _FEED else text
        pages[f"{show}/{name}"] = _Page(body.encode(), _TYPES[suffix], private, opens_by_key=name != _FEED)
        if name != _FEED:
            pages[f"audio/{stem}.mp3"] = _Page(_SILENCE, _TYPES["mp3"], private, opens_by_key=True)
    return pages


def _answer_from(pages: Mapping[str, _Page]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        page = pages.get(request.match_info["path"])
        if page is None:
            raise web.HTTPNotFound
        if page.private and not _may_read(page, request):
            return web.Response(status=401, headers={hdrs.WWW_AUTHENTICATE: 'Basic realm="Tidewell members"'})
        etag = content_hash(page.body)
        headers = {hdrs.ETAG: f'"{etag}"', hdrs.CACHE_CONTROL: "no-cache"}
        if any(known.value in {etag, "*"} for known in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        return web.Response(body=page.body, headers={**headers, hdrs.CONTENT_TYPE: page.content_type})

    return answer


def _may_read(page: _Page, request: web.Request) -> bool:
    has_key = page.opens_by_key and request.query.get("key") == _MEDIA_KEY
    return has_key or request.headers.get(hdrs.AUTHORIZATION) == encode_basic_auth(*_MEMBER)
