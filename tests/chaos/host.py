"""The outside world of a chaos run: the sample shows as often as wanted, and a chat server that takes every post.

It lives in the driver, which nobody kills, and counts what it is asked for.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from aiohttp import ClientSession, web

from bot.sample_host import SampleHost, serve_samples

_SLOW = 0.03
_POSTING = 0.1
"""Seconds before and after a post is taken: a kill may come between the post and the news of it."""


class World:
    """`fetches` counts answered requests by path, `posts` the messages by (channel, key)."""

    def __init__(self, samples: SampleHost, session: ClientSession) -> None:
        self.fetches: Counter[str] = Counter()
        self.posts: Counter[tuple[str, str]] = Counter()
        self.url = ""
        self._samples = samples
        self._session = session

    def feed(self, copy: int) -> str:
        """The address of one show under a name of its own."""
        shows = self._samples.public_feeds
        path = shows[copy % len(shows)].removeprefix(self._samples.base_url)
        return f"{self.url}/c{copy}{path}"

    async def show(self, request: web.Request) -> web.Response:
        """A page of a copy: the sample host's, with addresses of this copy."""
        copy, path = request.match_info["copy"], request.match_info["path"]
        await asyncio.sleep(_SLOW)
        async with self._session.get(f"{self._samples.base_url}/{path}") as page:
            body = await page.read()
        self.fetches[f"{copy}/{path}"] += 1
        here = f"{self.url}/{copy}".encode()
        return web.Response(
            body=body.replace(self._samples.base_url.encode(), here), status=page.status, content_type=page.content_type
        )

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
async def outside_world() -> AsyncIterator[World]:
    """The world on loopback, as long as the block runs."""
    async with serve_samples(now=datetime.now(UTC)) as samples, ClientSession() as session:
        world = World(samples, session)
        application = web.Application()
        application.router.add_post("/chat/{channel}", world.post)
        application.router.add_get("/chat/{channel}", world.find)
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
