"""One cycle over many feeds on loopback as the service does it: through the engine, against the same without it.

`python -m tests.benchmarks.engine_cycle [FEEDS]` (1,000 feeds: about a minute). SQLite, processor time; each side runs
in a process of its own, after the catalogue was filled by another one. The server's time is not counted.
"""

import asyncio
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Final

from bot.engine.buckets import Readers
from bot.engine.durable import Engine, open_engine
from bot.engine.workflows import Work
from pipeline.adapters.feeds import FeedReader
from pipeline.adapters.http.client import GuardedHttp
from pipeline.domain.errors import PodsiftError
from pipeline.domain.feed import DueFeed, bucket_of
from pipeline.flows import Stage
from pipeline.ports import Fetcher
from tests.peers.feed_farm import Farm, feed_farm
from tests.peers.measuring import in_child, measured, tell
from tests.peers.scanning import Scanner, scanner

_SIZES: Final = (92, 92, 92, 92, 92, 92, 92, 92, 470, 3_500)
"""Kilobytes of the bodies, in turn: most feeds are small, some are not."""
_MODULE: Final = "tests.benchmarks.engine_cycle"


def main() -> None:
    """Print what a later round costs with and without the engine, and the ratio."""
    feeds = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    with feed_farm(feeds=feeds, sizes=_SIZES) as farm, tempfile.TemporaryDirectory() as folder:
        _, [alone], [engine, idle] = (in_child(_MODULE, side, farm.port, feeds, folder) for side in _SIDES)
    for name, cost in (("without the engine", alone), ("through the engine", engine)):
        each = 1_000 * cost.seconds / feeds
        print(f"{name}: {each:.2f} CPU ms a feed, {feeds} feeds, {cost.new} new episodes, peak {cost.peak:.0f} MiB")
    print(f"of it the engine's looking for work, which it also costs when idle: {1_000 * idle.seconds / feeds:.2f}")
    print(f"CPU, through the engine / without: {engine.seconds / alone.seconds:.2f}")


async def _first(farm: Farm, folder: Path) -> None:
    async with scanner(_urls(farm), folder=folder) as feeds:
        tell(await measured(feeds.scan))


async def _alone(farm: Farm, folder: Path) -> None:
    async with scanner(_urls(farm), folder=folder) as feeds:
        farm.turn()
        tell(await measured(feeds.scan))


async def _engine(farm: Farm, folder: Path) -> None:
    async with scanner(_urls(farm), folder=folder) as feeds, GuardedHttp(allow=("127.0.0.0/8",)) as fetcher:
        cycle = _Cycle(farm, feeds, fetcher)
        url = f"sqlite:///{folder}/engine.db"
        async with open_engine(url=url, role="all", slot="bench", work=cycle.work()) as engine:
            farm.turn()
            began = time.monotonic()
            tell(await measured(partial(cycle.run, engine)))
            tell(await measured(partial(_rest, time.monotonic() - began)))


async def _rest(seconds: float) -> int:
    await asyncio.sleep(seconds)
    return 0


class _Cycle:
    """Every feed is due and read in its bucket; new episodes are only counted."""

    def __init__(self, farm: Farm, feeds: Scanner, fetcher: Fetcher) -> None:
        self._due = [DueFeed(one, url) for one, url in zip(feeds.feed_ids, _urls(farm), strict=True)]
        self._feeds = feeds
        self._fetcher = fetcher
        self._parser = FeedReader()
        self._readers = Readers()
        self._new = 0
        self._left = {bucket_of(feed.url) for feed in self._due}
        self._done = asyncio.Event()

    def work(self) -> Work:
        """What the engine calls."""
        return Work(self._scan, self._run_stage, self._give_up, self._post)

    async def run(self, engine: Engine) -> int:
        """A round; the number of new episodes."""
        await engine.start_scans(self._left, tick="1")
        await self._done.wait()
        return self._new

    async def _scan(self, bucket: int) -> None:
        await self._readers.read([feed for feed in self._due if bucket_of(feed.url) == bucket], self._read)
        self._left.discard(bucket)
        if not self._left:
            self._done.set()

    async def _read(self, one: str) -> None:
        new = await self._feeds.read(one, self._fetcher, self._parser)
        self._new += new

    async def _run_stage(self, stage: Stage, episode_id: str) -> Stage | None:
        raise AssertionError((stage, episode_id))

    async def _give_up(self, stage: Stage, episode_id: str, error: PodsiftError) -> None:
        raise AssertionError((stage, episode_id)) from error

    async def _post(self, channel_id: str, day: str) -> None:
        raise AssertionError((channel_id, day))


def _urls(farm: Farm) -> list[str]:
    return [farm.url(number) for number in range(farm.feeds)]


_SIDES: Final = {"first": _first, "alone": _alone, "engine": _engine}

if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in _SIDES:
        visited = Farm(int(sys.argv[2]), int(sys.argv[3]))
        asyncio.run(_SIDES[sys.argv[1]](visited, Path(sys.argv[4])))
    else:
        main()
