"""Many feeds on loopback, served by a process of their own, for measuring those who read them.

    with feed_farm(feeds=500, sizes=(92, 470)) as farm:
        farm.url(7)          # the same feed each time, on a loopback host of its own
        farm.turn()          # the next round: some feeds have one episode more

Of a hundred feeds 88 answer 304 to a conditional request, 9 give the same body without validators, and 3 (`changed`)
change each round. Bodies are packed with gzip where the reader accepts it.
"""

import asyncio
import gzip
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from aiohttp import web

from tests.peers.made_feeds import made_feed

_NOTES = 3_600


@dataclass(frozen=True, slots=True)
class Farm:
    """The farm as its visitors see it."""

    port: int
    feeds: int

    def url(self, number: int) -> str:
        """The address of a feed; each has a host of its own, as most feeds of the world have."""
        return f"http://127.1.{number // 250}.{number % 250 + 1}:{self.port}/{number}.xml"

    def kind(self, number: int) -> str:
        """Whether the feed is `not modified`, `unchanged` or `changed` in the next round."""
        place = number * 37 % 100
        return "not modified" if place < 88 else "unchanged" if place < 97 else "changed"

    def turn(self) -> None:
        """Begin the next round."""
        urllib.request.urlopen(f"http://127.0.0.1:{self.port}/turn").read()


@contextmanager
def feed_farm(*, feeds: int, sizes: Sequence[int]) -> Iterator[Farm]:
    """Serve so many feeds of these sizes in KB, in turn, until the block ends."""
    command = [sys.executable, "-m", "tests.peers.feed_farm", *map(str, (feeds, *sizes))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Farm(int(process.stdout.readline()), feeds)
        finally:
            process.terminate()


class _Server:
    def __init__(self, feeds: int, sizes: Sequence[int]) -> None:
        self._round = 0
        self._farm = Farm(0, feeds)
        self._sizes = sizes
        self._bodies: dict[tuple[int, int], tuple[bytes, bytes]] = {}

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path == "/turn":
            self._round += 1
            return web.Response(text=str(self._round))
        number = int(request.path[1:].removesuffix(".xml"))
        kind = self._farm.kind(number)
        news = self._round if kind == "changed" else 0
        headers = {"Content-Type": "application/rss+xml"}
        if kind != "unchanged":
            headers["ETag"] = f'"{number}-{news}"'
            if request.headers.get("If-None-Match") == headers["ETag"]:
                return web.Response(status=304, headers=headers)
        plain, packed = self._body(self._sizes[number * 13 % len(self._sizes)], news)
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            return web.Response(body=packed, headers=headers | {"Content-Encoding": "gzip"})
        return web.Response(body=plain, headers=headers)

    def _body(self, size: int, news: int) -> tuple[bytes, bytes]:
        if (size, news) not in self._bodies:
            plain = made_feed(items=max(1, size * 1_000 // (_NOTES + 1_100)) + news, notes=_NOTES)
            self._bodies[size, news] = (plain, gzip.compress(plain))
        return self._bodies[size, news]


async def _serve(feeds: int, sizes: Sequence[int]) -> None:
    runner = web.ServerRunner(web.Server(_Server(feeds, sizes).answer))
    await runner.setup()
    await web.TCPSite(runner, "0.0.0.0", 0, backlog=1_000).start()  # noqa: S104  all of loopback, for a moment
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), [int(size) for size in sys.argv[2:]]))
