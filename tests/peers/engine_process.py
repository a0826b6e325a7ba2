"""A process with an engine that can be killed: python -m tests.peers.engine_process URL SLOT LOG [HANG_IN].

Each stage appends a line `SLOT STAGE EPISODE` to LOG, and each reading of a bucket of feeds `SLOT scan BUCKET`; the
stage named HANG_IN (or `scan`) then never ends. Lines on standard input are ids of episodes to start, with the host
they come from, or `scan BUCKET TICK`; the end of the input ends the process.
"""

import asyncio
import sys
from pathlib import Path

from bot.engine.durable import Rhythm, open_engine
from bot.engine.failover import Pace
from bot.engine.queues import Job
from bot.engine.workflows import Work
from pipeline.domain.errors import PodsiftError
from pipeline.flows import Stage

QUICK = Rhythm(first_pause=0.01, farewell=1)
"""With the patience of the service: the database sees a little later than we that a killed process is gone."""
PACE = Pace(look_every=0.1, grace=0.4)
NEXT = {Stage.INGEST: Stage.ANALYSE, Stage.ANALYSE: Stage.INDEX, Stage.INDEX: None}


def writing_work(slot: str, log: Path, *, hang_in: str = "") -> Work:
    """Work that is written down."""

    async def do(what: str, which: str) -> None:
        with log.open("a", encoding="utf-8") as lines:
            lines.write(f"{slot} {what} {which}\n")
        if what == hang_in:
            await asyncio.Event().wait()

    async def run_stage(stage: Stage, episode_id: str) -> Stage | None:
        await do(stage.value, episode_id)
        return NEXT[stage]

    async def scan(bucket: int) -> None:
        await do("scan", str(bucket))

    async def give_up(_stage: Stage, _episode_id: str, error: PodsiftError) -> None:
        raise error

    async def post(_channel_id: str, _day: str) -> None:
        return None

    return Work(scan, run_stage, give_up, post)


async def main(url: str, slot: str, log: str, hang_in: str = "") -> None:
    """Run until the input ends."""
    work = writing_work(slot, Path(log), hang_in=hang_in)
    async with open_engine(url=url, role="all", slot=slot, work=work, rhythm=QUICK, pace=PACE) as engine:
        while line := await asyncio.to_thread(sys.stdin.readline):
            episode, _, host = line.strip().partition(" ")
            if episode == "scan":
                bucket, _, tick = host.partition(" ")
                await engine.start_scans([int(bucket)], tick=tick)
            else:
                await engine.start_episode(Job(episode, 1, host=host))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
