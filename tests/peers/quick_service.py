"""The real service in processes of its own, whose ticks come more often, and what its databases say of the work.

async with quick_service(on_servers=False, backfill="0") as service:
    await service.ask("add", address=url)
    service.stages(episode_id)
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from sqlalchemy import Connection, Select, update

import bot.serving
from bot.data_folder import own, socket_path
from bot.engine.durable import Engine
from bot.engine.queues import Job
from bot.handover import Request, hand_over
from bot.logs import set_up_logs
from bot.schedule import ticking
from bot.settings import load_settings
from pipeline import flows
from pipeline.adapters.catalog.engines import make_engine, parse_url
from pipeline.adapters.catalog.tables import feed
from pipeline.flows import FIRST_STAGE, Pipeline, Stage
from tests.peers.chroma_server import chroma_server
from tests.peers.postgres import postgres_database
from tests.peers.waiting import until

TICK: Final = 10.0
"""Seconds between two ticks; the service of everyday life waits a minute."""
_ONE: Final = {"local": "all"}
_FLEET: Final = {"web-0": "web", "worker-0": "worker", "worker-1": "worker"}
_NOTES: Final = "notes"

Times = tuple[float, float, float]
"""When a stage was queued, begun and ended, in seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class QuickService:
    """The processes that run, by slot and role, and where their data is."""

    data: Path
    roles: Mapping[str, str]
    database: str = ""
    chroma: str = ""

    async def ask(self, operation: str, **arguments: Any) -> dict[str, Any]:
        """Have it carry out a command, as the command line does. Ends the program where that is refused."""
        reply = await hand_over(self._socket(next(iter(self.roles))), Request(operation, arguments), lambda _: None)
        if reply["code"]:
            raise SystemExit(str(reply["data"]))
        return dict(reply["data"])

    def rows(self, query: Select[Any]) -> list[tuple[Any, ...]]:
        """What the catalogue says."""
        with self._connection() as connection:
            return [tuple(row) for row in connection.execute(query)]

    def make_due(self, url: str) -> None:
        """Let the next tick read this feed."""
        with self._connection() as connection, connection.begin():
            connection.execute(update(feed).where(feed.c.url == url).values(next_read=datetime.now(UTC)))

    def stages(self, episode_id: str) -> tuple[Times, ...]:
        """The times of each stage that the episode went through, in order; the next is queued when one has ended."""
        lines = [line.split() for line in (self.data / _NOTES).read_text(encoding="utf-8").splitlines()]
        queued = next(float(line[2]) for line in lines if line[:2] == [episode_id, "queued"])
        ran = [(float(line[2]), float(line[3])) for line in lines if line[:2] == [episode_id, "ran"]]
        ends = (queued, *(end for _, end in ran))
        return tuple((before, *times) for before, times in zip(ends, ran, strict=False))

    async def is_up(self) -> bool:
        """Whether every process takes commands."""
        return all(self._socket(slot).exists() for slot in self.roles)

    def _socket(self, slot: str) -> Path:
        return socket_path(self.data, slot=slot if self.database else "")

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        engine = make_engine(parse_url(self.database or f"sqlite:///{self.data / 'catalog.db'}"))
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()


@asynccontextmanager
async def quick_service(*, on_servers: bool, **settings: str) -> AsyncIterator[QuickService]:
    """One process on SQLite; `on_servers` two workers and a web on PostgreSQL and a Chroma server. Settings by name."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        service = QuickService(folder / "data", _ONE)
        if on_servers:
            database = stack.enter_context(postgres_database())
            chroma = stack.enter_context(chroma_server(folder / "chroma"))
            service = QuickService(folder / "data", _FLEET, database, chroma)
        service.data.mkdir(mode=0o700)
        for slot, role in service.roles.items():
            await stack.enter_async_context(_process(service, slot, role, settings))
        await until(service.is_up)
        yield service


@asynccontextmanager
async def _process(service: QuickService, slot: str, role: str, settings: Mapping[str, str]) -> AsyncIterator[None]:
    given = {
        "data": str(service.data),
        "role": role,
        "worker": slot,
        "database_url": service.database,
        "chroma_url": service.chroma,
        "allow_networks": "127.0.0.0/8",
        "whisper_model": "off",
        "zone": "UTC",
        "web": "false",
        **settings,
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PODSIFT_")}
    environment |= {f"PODSIFT_{name.upper()}": value for name, value in given.items()}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.peers.quick_service", env=environment)
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


class _Notes:
    """Writes down in the data folder when an episode was taken up, and when each stage began and ended."""

    def __init__(self, folder: Path) -> None:
        self._file = (folder / _NOTES).open("a", encoding="utf-8", buffering=1)

    def note(self, episode_id: str, what: str, *times: float) -> None:
        """A line that other processes do not cut in two."""
        self._file.write(f"{episode_id} {what} {' '.join(map(str, times))}\n")


def main() -> None:
    """Run the service until it is asked to stop."""
    settings = load_settings(_env_file=None)
    set_up_logs(level="WARNING", layout="text")
    notes, start, run = _Notes(settings.data), Engine.start_episode, flows.run_stage

    async def start_episode(engine: Engine, job: Job, *, stage: Stage = FIRST_STAGE) -> None:
        notes.note(job.episode_id, "queued", time.time())
        await start(engine, job, stage=stage)

    async def run_stage(stage: Stage, episode_id: str, pipeline: Pipeline) -> Stage | None:
        begun = time.time()
        following = await run(stage, episode_id, pipeline)
        notes.note(episode_id, "ran", begun, time.time())
        return following

    flows.run_stage = run_stage  # they only note
    Engine.start_episode = start_episode  # type: ignore[method-assign,assignment]
    bot.serving.ticking = partial(ticking, scan_every=TICK)  # type: ignore[attr-defined]  # shorter
    with own(settings.data, slot=settings.folder_slot):
        asyncio.run(bot.serving.serve(settings))


if __name__ == "__main__":
    main()
