"""What the durable engine costs: the stages of episodes as bare coroutines and through the engine, in one run.

    python -m tests.benchmarks.engine_overhead [EPISODES]

Each episode goes through three stages that do nothing, so that all that is left is the engine: three queued workflows
of one step each, with their results on disk. SQLite; and PostgreSQL where PODSIFT_TEST_POSTGRES names one. Ends with 1
when an episode costs more than a second of processor time.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from bot.engine.durable import Rhythm, open_engine
from bot.engine.queues import Job
from bot.engine.workflows import Work
from pipeline.domain.errors import PodsiftError
from pipeline.flows import FIRST_STAGE, Stage
from tests.peers.postgres import postgres_database

_EPISODES = 300
_AT_ONCE = 8
_MOST_PROCESSOR = 1.0
_NEXT = {Stage.INGEST: Stage.ANALYSE, Stage.ANALYSE: Stage.INDEX, Stage.INDEX: None}


@dataclass(frozen=True)
class Cost:
    """Seconds of the clock and of the processor (all threads of this process)."""

    wall: float
    processor: float


class Stages:
    """Stages that do nothing, and a bell for the last."""

    def __init__(self, episodes: int) -> None:
        self.left = episodes
        self.done = asyncio.Event()

    async def run(self, stage: Stage, _episode_id: str) -> Stage | None:
        """One stage."""
        await asyncio.sleep(0)
        if stage is Stage.INDEX:
            self.left -= 1
            if self.left == 0:
                self.done.set()
        return _NEXT[stage]


async def bare(episodes: int) -> None:
    """A task for each episode, as many at once as a queue would let."""
    stages, turn = Stages(episodes), asyncio.Semaphore(_AT_ONCE)

    async def take(episode_id: str) -> None:
        async with turn:
            stage: Stage | None = FIRST_STAGE
            while stage is not None:
                stage = await stages.run(stage, episode_id)

    async with asyncio.TaskGroup() as group:
        for number in range(episodes):
            group.create_task(take(f"e{number}"))


async def durable(episodes: int, url: str) -> None:
    """The same through the engine on this database."""
    stages = Stages(episodes)

    async def scan(_bucket: int) -> None:
        return None

    async def give_up(_stage: Stage, _episode_id: str, error: PodsiftError) -> None:
        raise error

    async def post(_channel_id: str, _day: str) -> None:
        return None

    work = Work(scan, stages.run, give_up, post)
    async with open_engine(url=url, role="all", slot="bench", work=work, rhythm=Rhythm(farewell=1)) as engine:
        for number in range(episodes):
            await engine.start_episode(Job(f"e{number}", 1, host=f"host{number}.example"))
        await stages.done.wait()


async def measured(work: Callable[[], Awaitable[None]]) -> Cost:
    """Do it once."""
    wall, processor = time.perf_counter(), time.process_time()
    await work()
    return Cost(time.perf_counter() - wall, time.process_time() - processor)


def tell(name: str, cost: Cost, *, episodes: int, than: Cost) -> None:
    """One line."""
    wall, processor = (1_000 * seconds / episodes for seconds in (cost.wall - than.wall, cost.processor))
    print(
        f"{name:18} {episodes / cost.wall:9.0f} episodes/s   over bare {wall:7.2f} ms an episode, "
        f"processor {processor:6.2f} ms an episode"
    )


def main() -> int:
    """Print the comparison; returns the exit code."""
    episodes = int(sys.argv[1]) if len(sys.argv) > 1 else _EPISODES
    plain = asyncio.run(measured(lambda: bare(episodes)))
    print(f"{episodes} episodes, {len(_NEXT)} stages each, no work in them")
    tell("bare coroutines", plain, episodes=episodes, than=plain)
    costs = []
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder, 'engine.db')}"
        costs.append(asyncio.run(measured(lambda: durable(episodes, url))))
        tell("engine, SQLite", costs[-1], episodes=episodes, than=plain)
    if os.environ.get("PODSIFT_TEST_POSTGRES"):
        with postgres_database() as address:
            costs.append(asyncio.run(measured(lambda: durable(episodes, address))))
        tell("engine, PostgreSQL", costs[-1], episodes=episodes, than=plain)
    return int(any(cost.processor / episodes > _MOST_PROCESSOR for cost in costs))


if __name__ == "__main__":
    sys.exit(main())
