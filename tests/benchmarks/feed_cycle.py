"""One cycle over many feeds on loopback, in ratios: ours, store included, against httpx and feedparser.

`python -m tests.benchmarks.feed_cycle [FEEDS]` (400 feeds: about 50 s). Both readers send the validators of the first
round; the peer parses every 200 and keeps guids in memory. Each runs in a process of its own, ours as after a restart:
the catalogue was filled by another one. The server's time is not counted. Plain HTTP over new connections, so that
certificates do not blur the figures; DNS is not in them.
"""

import asyncio
import io
import sys
import tempfile
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.peers.feed_farm import Farm, feed_farm
from tests.peers.measuring import Cost, in_child, measured, tell
from tests.peers.scanning import scanner

if TYPE_CHECKING:
    import httpx

_SIZES: Final = (92, 92, 92, 92, 92, 92, 92, 92, 470, 3_500)
"""Kilobytes of the bodies, in turn: most feeds are small, some are not."""
_AT_ONCE: Final = 50


def main() -> None:
    """Print what a second round costs both, and the ratio."""
    feeds = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    costs = {side: _cost(side, feeds) for side in ("ours", "peer")}
    for side, cost in costs.items():
        print(f"{side}: {cost.seconds:.2f} CPU s for {feeds} feeds, {cost.new} new episodes, peak {cost.peak:.0f} MiB")
    ours, peer = costs["ours"], costs["peer"]
    print(f"CPU, httpx + feedparser / ours with its store: {peer.seconds / ours.seconds:.1f} (target 15)")
    print(f"ours for 10,000 feeds: {ours.seconds * 10_000 / feeds:.0f} CPU s (target 20)")
    print(f"ours, peak: {ours.peak:.0f} MiB (target 100)")


def _cost(side: str, feeds: int) -> Cost:
    with feed_farm(feeds=feeds, sizes=_SIZES) as farm, tempfile.TemporaryDirectory() as folder:
        steps = ("first", "ours") if side == "ours" else ("peer",)
        return [in_child("tests.benchmarks.feed_cycle", step, farm.port, feeds, folder) for step in steps][-1][0]


async def _first(farm: Farm, folder: Path) -> None:
    async with scanner(_urls(farm), folder=folder) as feeds:
        tell(await measured(feeds.scan))


async def _ours(farm: Farm, folder: Path) -> None:
    async with scanner(_urls(farm), folder=folder) as feeds:
        farm.turn()
        tell(await measured(feeds.scan))


def _urls(farm: Farm) -> list[str]:
    return [farm.url(number) for number in range(farm.feeds)]


class _Peer:
    """What one would write without this project: conditional requests, and feedparser for every body."""

    def __init__(self, farm: Farm, client: "httpx.AsyncClient") -> None:
        self._farm = farm
        self._client = client
        self._etags: dict[int, str] = {}
        self._known: dict[int, set[str]] = {}

    async def prepare(self) -> None:
        """The first round, with the parsing left out: the guids of made feeds are known."""
        slots = asyncio.Semaphore(_AT_ONCE)
        await asyncio.gather(*(self._first(number, slots) for number in range(self._farm.feeds)))

    async def scan(self) -> int:
        """A later round; the number of new guids."""
        slots = asyncio.Semaphore(_AT_ONCE)
        return sum(await asyncio.gather(*(self._later(number, slots) for number in range(self._farm.feeds))))

    async def _first(self, number: int, slots: asyncio.Semaphore) -> None:
        async with slots:
            response = await self._client.get(self._farm.url(number))
        self._etags[number] = response.headers.get("ETag", "")
        self._known[number] = {f"made-{n}" for n in range(1, response.content.count(b"<item>") + 1)}

    async def _later(self, number: int, slots: asyncio.Semaphore) -> int:
        import feedparser

        etag = self._etags[number]
        async with slots:
            response = await self._client.get(self._farm.url(number), headers={"If-None-Match": etag} if etag else {})
            if response.status_code == HTTPStatus.NOT_MODIFIED:
                return 0
            parsed = await asyncio.to_thread(feedparser.parse, io.BytesIO(response.content))
        return len({entry.id for entry in parsed.entries} - self._known[number])


async def _peer(farm: Farm, folder: Path) -> None:
    import httpx  # not where ours is measured, which needs neither it nor feedparser

    del folder
    limits = httpx.Limits(max_connections=_AT_ONCE, max_keepalive_connections=0)
    async with httpx.AsyncClient(limits=limits, timeout=60) as client:
        peer = _Peer(farm, client)
        await peer.prepare()
        farm.turn()
        tell(await measured(peer.scan))


if __name__ == "__main__":
    sides = {"first": _first, "ours": _ours, "peer": _peer}
    if sys.argv[1:2] and sys.argv[1] in sides:
        visited = Farm(int(sys.argv[2]), int(sys.argv[3]))
        asyncio.run(sides[sys.argv[1]](visited, Path(sys.argv[4])))
    else:
        main()
