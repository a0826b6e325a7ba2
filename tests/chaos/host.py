"""The outside world of a chaos run: shows as many as wanted, a language model, and a chat server that takes every post.

It lives in the driver, which nobody kills, and counts what it has answered to somebody who was still there. Each life
of a process asks the language model at an address of its own, so that it is known which answers came before its death.
"""

import asyncio
import hashlib
import json
import re
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from pathlib import Path

from aiohttp import ClientSession, web

from bot.sample_host import SampleHost, serve_samples
from tests.peers.openai_peer import says_json
from tests.peers.reading_model import reads
from tests.peers.speech import speech, write_audio

_SLOW = 0.03
_THINKING = 0.15
_POSTING = 0.1
"""Seconds before and after a post is taken: a kill may come between the post and the news of it."""
_SPOKEN = 12.0
_EVERY_FOURTH = 4
"""Of so many shows one has nothing but audio."""

_SPOKEN_SHOW = """<?xml version="1.0"?><rss version="2.0"><channel><title>Spoken</title><item><guid>spoken</guid>
<title>Only spoken</title><pubDate>{when}</pubDate><enclosure url="{base}/spoken.mp3" type="audio/mpeg" length="1"/>
</item></channel></rss>"""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model was asked, by whom, and when (on the driver's clock) it answered."""

    asked: str
    life: str
    at: float


class World:
    """`fetches` counts answers by path, `posts` messages by (channel, key); `replies` are the model's.

    `cut` is how many calls of the model were under way when whoever asked was killed, which no care can save.
    """

    def __init__(self, samples: SampleHost, session: ClientSession, sound: bytes) -> None:
        self.fetches: Counter[str] = Counter()
        self.replies: list[Reply] = []
        self.cut = 0
        self.deaths: dict[str, float] = {}
        self.posts: Counter[tuple[str, str]] = Counter()
        self.url = ""
        self._samples = samples
        self._session = session
        self._sound = sound

    @property
    def seen(self) -> int:
        """How many different things it was asked for or told."""
        return len(self.fetches) + len({reply.asked for reply in self.replies}) + len(self.posts)

    def dies(self, life: str) -> None:
        """This life ends now."""
        self.deaths[life] = time.monotonic()

    def feed(self, copy: int) -> tuple[str, int]:
        """The address of one show under a name of its own, and how many episodes it has."""
        if copy % _EVERY_FOURTH == _EVERY_FOURTH - 1:
            return f"{self.url}/c{copy}/spoken.xml", 1
        shows = self._samples.public_feeds
        path = shows[copy % len(shows)].removeprefix(self._samples.base_url)
        return f"{self.url}/c{copy}{path}", 3

    async def show(self, request: web.Request) -> web.Response:
        """A page of a copy: the sample host's, with addresses and a title of this copy."""
        copy, path = request.match_info["copy"], request.match_info["path"]
        await asyncio.sleep(_SLOW)
        status, kind, body = await self._page(path)
        here = f"{self.url}/{copy}".encode()
        body = body.replace(self._samples.base_url.encode(), here).replace(b"{base}", here)
        if path.endswith(".xml"):
            body = re.sub(rb"</title>", f" {copy}</title>".encode(), body, count=1)
        if path.endswith(".mp3"):
            body += f"TAG{copy}".ljust(128).encode()
        if _is_there(request):
            self.fetches[f"{copy}/{path}"] += 1
        return web.Response(body=body, status=status, content_type=kind)

    async def _page(self, path: str) -> tuple[int, str, bytes]:
        if path == "spoken.xml":
            when = format_datetime(datetime.now(UTC) - timedelta(hours=1))
            return HTTPStatus.OK, "application/rss+xml", _SPOKEN_SHOW.replace("{when}", when).encode()
        if path == "spoken.mp3":
            return HTTPStatus.OK, "audio/mpeg", self._sound
        async with self._session.get(f"{self._samples.base_url}/{path}") as page:
            return page.status, page.content_type, await page.read()

    async def think(self, request: web.Request) -> web.StreamResponse:
        """The model replies after a while, unless whoever asked is dead by then."""
        life = request.match_info["life"]
        try:
            asked = await request.read()
        except ConnectionError:
            self.cut += 1
            return web.Response()
        await asyncio.sleep(_THINKING)
        if life in self.deaths or not _is_there(request):
            self.cut += 1
            return web.Response()
        self.replies.append(Reply(hashlib.sha256(asked).hexdigest(), life, time.monotonic()))
        body = json.loads(asked)
        return await says_json(reads(body))(request, body)

    async def post(self, request: web.Request) -> web.Response:
        """A message arrives: nothing here notices that it did before."""
        channel, key = request.match_info["channel"], request.query["key"]
        await asyncio.sleep(_POSTING)
        self.posts[channel, key] += 1
        await asyncio.sleep(_POSTING)
        return web.json_response({"name": f"{channel}/{key}"})

    async def find(self, request: web.Request) -> web.Response:
        """Whether a message with this key is there."""
        channel, key = request.match_info["channel"], request.query["key"]
        return web.json_response({"name": f"{channel}/{key}" if self.posts[channel, key] else None})


@asynccontextmanager
async def outside_world(folder: Path) -> AsyncIterator[World]:
    """The world on loopback, as long as the block runs; `folder` takes a file."""
    sound = write_audio(folder / "spoken.mp3", speech(_SPOKEN)).read_bytes()
    async with serve_samples(now=datetime.now(UTC)) as samples, ClientSession() as session:
        world = World(samples, session, sound)
        application = web.Application()
        application.router.add_post("/chat/{channel}", world.post)
        application.router.add_get("/chat/{channel}", world.find)
        application.router.add_post("/life/{life}/v1/chat/completions", world.think)
        application.router.add_get("/{copy:c[0-9]+}/{path:.+}", world.show)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        world.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield world
        finally:
            await runner.cleanup()


def _is_there(request: web.Request) -> bool:
    return request.transport is not None and not request.transport.is_closing()
