"""All that hangs at the end hangs within one time."""

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.engine.durable import Rhythm, open_engine
from bot.engine.queues import Job
from bot.engine.workflows import Work
from bot.farewell import Farewell
from bot.upkeep.index_care import keeping_level
from pipeline.domain.errors import PodsiftError
from pipeline.flows import Stage
from pipeline.steps.rebuild import OnEpisode


class Hanging:
    """An index and a model that never answer."""

    def __init__(self) -> None:
        self.begun: set[str] = set()
        self.all_begun = asyncio.Event()

    async def level_index(self, _report: OnEpisode) -> int:
        return await self._hang("level_index")

    async def run_stage(self, stage: Stage, _episode_id: str) -> Stage | None:
        await self._hang(stage.value)
        return None

    def work(self) -> Work:
        async def scan(_bucket: int) -> None: ...

        async def give_up(_stage: Stage, _episode_id: str, _error: PodsiftError) -> None: ...

        async def post(_channel_id: str, _day: str) -> None: ...

        return Work(scan, self.run_stage, give_up, post)

    async def _hang(self, what: str) -> int:
        self.begun.add(what)
        if len(self.begun) == 2:
            self.all_begun.set()
        await asyncio.Event().wait()
        return 0


async def test_stages_and_the_index_that_hang_share_the_time_until_the_end(tmp_path: Path) -> None:
    hanging, farewell = Hanging(), Farewell(seconds=6.0)
    url = f"sqlite:///{tmp_path / 'engine.db'}"
    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(
            open_engine(url=url, role="all", slot="local", work=hanging.work(), rhythm=Rhythm(), farewell=farewell)
        )
        await stack.enter_async_context(keeping_level(hanging, farewell=farewell))
        await engine.start_episode(Job("e1", 1))
        async with asyncio.timeout(20):
            await hanging.all_begun.wait()
        farewell.begin()
        begun = time.monotonic()
    took = time.monotonic() - begun

    assert took < 8


async def test_the_time_runs_from_the_first_who_needs_it() -> None:
    farewell = Farewell(seconds=10.0)

    first = farewell.left()
    farewell.begin()

    assert first == pytest.approx(10.0, abs=0.1)
    assert 0 < farewell.left() <= first
    assert Farewell(seconds=-1.0).left() == 0.0
