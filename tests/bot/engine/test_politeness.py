"""What a host is asked at once, by all queues of the real engine together."""

import asyncio
from collections import Counter
from pathlib import Path

from bot.engine.buckets import Readers
from bot.engine.durable import Rhythm, open_engine
from bot.engine.queues import Job
from bot.engine.workflows import Work
from pipeline.domain.errors import PodsiftError
from pipeline.domain.feed import DueFeed, bucket_of
from pipeline.flows import Stage

HOST = "busy.example"
QUICK = Rhythm(first_pause=0.01, patience=0.0, farewell=1)


class Asking:
    """Work that asks a host for something and gets no answer until it is let go."""

    def __init__(self) -> None:
        self.under_way: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        self.most = 0
        self.let_go = asyncio.Event()
        self._changed = asyncio.Condition()
        self._readers = Readers()

    async def scan(self, _bucket: int) -> None:
        feeds = [DueFeed(f"feed {number}", f"https://{HOST}/{number}.xml") for number in range(9)]
        await self._readers.read(feeds, self._ask)

    async def run_stage(self, stage: Stage, episode_id: str) -> Stage | None:
        if stage is Stage.INGEST:
            await self._ask(episode_id)
        return None

    def work(self) -> Work:
        async def give_up(_stage: Stage, _episode_id: str, error: PodsiftError) -> None:
            raise error

        async def post(_channel_id: str, _day: str) -> None: ...

        return Work(self.scan, self.run_stage, give_up, post)

    async def until(self, what: str, *, done: int = 0, under_way: int = 0) -> None:
        async with asyncio.timeout(30), self._changed:
            await self._changed.wait_for(lambda: self.done[what] >= done and self.under_way[what] >= under_way)

    async def _ask(self, which: str) -> None:
        what = which.partition(" ")[0]
        await self._count(what, 1)
        if what != "marker":
            await self.let_go.wait()
        await self._count(what, -1)

    async def _count(self, what: str, more: int) -> None:
        async with self._changed:
            self.under_way[what] += more
            self.done[what] += more < 0
            self.most = max(self.most, sum(self.under_way.values()) - self.under_way["marker"])
            self._changed.notify_all()


async def test_feeds_new_and_old_episodes_together_ask_a_host_for_four_things_at_once(tmp_path: Path) -> None:
    asking = Asking()
    url = f"sqlite:///{tmp_path / 'engine.db'}"
    async with open_engine(url=url, role="all", slot="local", work=asking.work(), rhythm=QUICK) as engine:
        await engine.start_scans([bucket_of(f"https://{HOST}/")], tick="1")
        for number in range(5):
            await engine.start_episode(Job(f"new {number}", 1, host=HOST))
            await engine.start_episode(Job(f"old {number}", 1, rank=9, host=HOST))
        await asking.until("feed", under_way=2)
        await asking.until("new", under_way=1)
        await asking.until("old", under_way=1)
        # Others' turn comes, in both queues and twice: there was room, but not for this host.
        for turn in (1, 2):
            for rank in (1, 9):
                await engine.start_episode(Job(f"marker {turn} {rank}", 1, rank=rank, host=f"idle{turn}.example"))
            await asking.until("marker", done=2 * turn)
        waiting = dict(asking.under_way)
        asking.let_go.set()
        for what, count in (("feed", 9), ("new", 5), ("old", 5)):
            await asking.until(what, done=count)

    assert waiting == {"feed": 2, "new": 1, "old": 1, "marker": 0}
    assert asking.most == 4
