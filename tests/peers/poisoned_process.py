"""A process with an engine that one episode kills, also where it runs apart.

    python -m tests.peers.poisoned_process serve URL LOG
    python -m tests.peers.poisoned_process STAGE EPISODE     (what `Apart` starts)

Every stage takes a moment, so that much runs at once. LOG gets a line for each stage that was done, `given up …` and
`apart …` included. It ends when the log says that all episodes are settled.
"""

import asyncio
import json
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

from bot.engine.apart import Apart
from bot.engine.durable import Rhythm, open_engine
from bot.engine.queues import Job
from bot.engine.verdicts import Verdict
from bot.engine.workflows import Work
from bot.settings import load_settings
from pipeline.domain.errors import PodsiftError
from pipeline.flows import Stage
from tests.peers.engine_process import NEXT, writing_work

POISON = "poison"
EPISODES = (*(f"good-{number}" for number in range(20)), POISON)
QUICK = Rhythm(first_pause=0.01, patience=0.0, farewell=1)


def poisoned_work(log: Path, *, apart: Apart) -> Work:
    """Work that kills whatever process does it as soon as it reads the poison."""
    writing = writing_work("service", log)

    async def run_stage(stage: Stage, episode_id: str) -> Stage | None:
        await asyncio.sleep(0.05)
        if episode_id == POISON and stage is Stage.ANALYSE:
            os.kill(os.getpid(), signal.SIGKILL)
        return await writing.run_stage(stage, episode_id)

    async def run_apart(stage: Stage, episode_id: str) -> Verdict:
        _write(log, f"apart {stage.value} {episode_id}")
        verdict = await apart.run(stage, episode_id)
        _write(log, f"service {stage.value} {episode_id}")
        return verdict

    async def give_up(_stage: Stage, episode_id: str, error: PodsiftError) -> None:
        _write(log, f"given up {episode_id}: {error}")

    return replace(writing, run_stage=run_stage, run_apart=run_apart, give_up=give_up)


async def serve(url: str, log: Path) -> None:
    """Take all episodes through their stages."""
    apart = Apart(load_settings(_env_file=None), module=__name__ if __name__ != "__main__" else __spec__.name)
    async with open_engine(
        url=url, role="all", slot="local", work=poisoned_work(log, apart=apart), rhythm=QUICK
    ) as engine:
        for episode in EPISODES:
            await engine.start_episode(Job(episode, 1, host=episode))
        while await engine.under_way():  # noqa: ASYNC110  the engine tells nobody
            await asyncio.sleep(0.05)


def apart_process(stage: Stage, episode: str) -> None:
    """Do one stage, or die of it."""
    sys.stdin.readline()
    if episode == POISON:
        os.kill(os.getpid(), signal.SIGKILL)
    following = NEXT[stage]
    print(json.dumps(Verdict(following=None if following is None else following.value).as_result()), flush=True)


def _write(log: Path, line: str) -> None:
    with log.open("a", encoding="utf-8") as lines:
        lines.write(f"{line}\n")


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        asyncio.run(serve(sys.argv[2], Path(sys.argv[3])))
    else:
        apart_process(Stage(sys.argv[1]), sys.argv[2])
