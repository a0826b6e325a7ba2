"""Services, one after the other, in which one episode kills whatever process works on it.

    python -m tests.peers.poisoned_service DATA DATABASE    one life for every line STAGE MOOD on standard input

DATABASE is a PostgreSQL, or “-” for files in DATA. With the mood “poison” the process dies of the episode that the
environment's POISON names, in that stage; with “unlucky” of every episode, whoever's fault it is; with “well” of none.
Apart (`poisoned_apart.py`) only the poison kills. A life ends when nothing is under way.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import SecretStr

from bot.app import App, open_app
from bot.engine.apart import Apart
from bot.engine.durable import Rhythm, open_engine
from bot.engine.worker import Worker
from bot.settings import Settings, load_settings
from pipeline.domain.episode import Episode
from pipeline.domain.insight import Insight, Proposal
from pipeline.domain.intake.whose_words import Sibling
from pipeline.domain.transcript import Transcript
from pipeline.flows import Pipeline, Stage
from pipeline.ports import Index, InsightProposer, TranscriptReader

QUICK = Rhythm(first_pause=0.01, farewell=1)
Dies = Callable[[str], None]


class DeadlyReader:
    """A TranscriptReader."""

    def __init__(self, whole: TranscriptReader, dies: Dies) -> None:
        self._whole = whole
        self._dies = dies

    async def read(self, episode: Episode, *, siblings: Sequence[Sibling] = ()) -> Transcript:
        self._dies(episode.id)
        return await self._whole.read(episode, siblings=siblings)


class DeadlyProposer:
    """An InsightProposer."""

    def __init__(self, whole: InsightProposer, dies: Dies) -> None:
        self._whole = whole
        self._dies = dies
        self.version = whole.version

    async def propose(self, episode: Episode, transcript: Transcript) -> tuple[Proposal, ...]:
        self._dies(episode.id)
        return await self._whole.propose(episode, transcript)


class DeadlyIndex:
    """An Index, as far as the stage needs it."""

    def __init__(self, whole: Index, dies: Dies) -> None:
        self._whole = whole
        self._dies = dies

    async def add(self, episode: Episode, transcript: Transcript, insights: Sequence[Insight]) -> None:
        self._dies(episode.id)
        await self._whole.add(episode, transcript, insights)


def settings_for(data: Path, database: str) -> Settings:
    """Everything on loopback."""
    url = None if database == "-" else SecretStr(database)
    return load_settings(
        data=data, database_url=url, allow_networks="127.0.0.0/8", whisper_model="off", zone="UTC", _env_file=None
    )


async def live(settings: Settings, stage: Stage, mood: str) -> None:
    """Do everything that waits."""

    def dies(episode_id: str) -> None:
        if mood == "unlucky" or (mood == "poison" and episode_id == os.environ["POISON"]):
            os.kill(os.getpid(), signal.SIGKILL)

    async with open_app(settings) as app:
        work = _worker(app, _deadly(app.pipeline, stage, dies)).work()
        url = settings.engine_url
        async with open_engine(url=url, role="all", slot="local", work=work, rhythm=QUICK) as engine:
            await app.worker.take_up(engine)
            while await engine.under_way():  # noqa: ASYNC110  the engine tells nobody
                await asyncio.sleep(0.05)


def _deadly(pipeline: Pipeline, stage: Stage, dies: Dies) -> Pipeline:
    if stage is Stage.INGEST:
        return replace(pipeline, reader=DeadlyReader(pipeline.reader, dies))
    if stage is Stage.ANALYSE:
        return replace(pipeline, proposer=DeadlyProposer(pipeline.proposer, dies))
    return replace(pipeline, index=DeadlyIndex(pipeline.index, dies))  # type: ignore[arg-type]  # nothing else is asked of it


def _worker(app: App, pipeline: Pipeline) -> Worker:
    return Worker(
        pipeline,
        roster=app.roster,
        deliveries=app.deliveries,
        messengers={},
        hold_after=50,
        upkeep=app.upkeep,
        apart=Apart(app.settings, module="tests.peers.poisoned_apart"),
    )


def live_again_and_again(settings: Settings) -> None:
    """A process for every line, forked from this one, which has no threads; standard output tells how it ended."""
    for line in sys.stdin:
        stage, mood = line.split()
        child = os.fork()
        if not child:
            try:
                asyncio.run(live(settings, Stage(stage), mood))
                os._exit(0)
            finally:
                os._exit(1)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    live_again_and_again(settings_for(Path(sys.argv[1]), sys.argv[2]))
