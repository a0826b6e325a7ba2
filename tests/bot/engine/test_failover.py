"""Several processes on one PostgreSQL, with real processes that are killed."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from bot.engine.durable import Engine, Rhythm, open_engine
from bot.engine.failover import Pace, holding, libpq_url, names_of_the_living
from bot.engine.queues import Job
from bot.engine.workflows import start
from pipeline.domain.errors import CatalogUnavailable, DataFolderBusy
from pipeline.flows import Stage
from tests.peers.engine_process import PACE, QUICK, writing_work
from tests.peers.postgres import postgres_database
from tests.peers.waiting import until

ROOT = Path(__file__).parents[3]


@pytest.fixture
def url() -> Iterator[str]:
    """A database of its own."""
    with postgres_database() as address:
        yield address


class Log:
    """The lines that all processes of a test write."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()

    def lines(self) -> list[str]:
        return self.path.read_text(encoding="utf-8").splitlines()

    async def until(self, *lines: str) -> None:
        """Until one of these lines is there."""

        async def is_there() -> bool:
            return any(line in self.lines() for line in lines)

        await until(is_there)

    async def until_count(self, part: str, count: int) -> None:
        """Until so many lines have this part."""

        async def are_there() -> bool:
            return sum(part in line for line in self.lines()) >= count

        await until(are_there)


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "log")


@asynccontextmanager
async def process(url: str, slot: str, log: Log, *, hang_in: str = "") -> AsyncIterator[asyncio.subprocess.Process]:
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.peers.engine_process", url, slot, str(log.path), hang_in),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield started
    finally:
        if started.returncode is None:
            started.kill()
        await started.communicate()


async def ask_for(started: asyncio.subprocess.Process, episode: str) -> None:
    assert started.stdin is not None
    started.stdin.write(f"{episode}\n".encode())
    await started.stdin.drain()


@asynccontextmanager
async def engine(url: str, slot: str, log: Log, *, pace: Pace = PACE, rhythm: Rhythm = QUICK) -> AsyncIterator[Engine]:
    work = writing_work(slot, log.path)
    async with open_engine(url=url, role="all", slot=slot, work=work, rhythm=rhythm, pace=pace) as opened:
        yield opened


async def test_the_work_of_a_process_that_never_returns_is_done_by_another(url: str, log: Log) -> None:
    async with process(url, "a", log, hang_in="analyse") as dies:
        await ask_for(dies, "e1")
        await log.until("a analyse e1")
        async with engine(url, "b", log) as lives:
            # While it lives its work is its own, however long it takes.
            await lives.start_episode(Job("e2", 1))
            await log.until("a analyse e2", "b analyse e2")
            assert "b analyse e1" not in log.lines()
            dies.kill()
            await log.until("b index e1")
            await log.until("b index e2")

    assert log.lines().count("a ingest e1") + log.lines().count("b ingest e1") == 1


async def test_a_process_that_returns_under_its_name_takes_its_own_work_back(url: str, log: Log) -> None:
    async with process(url, "a", log, hang_in="analyse") as dies:
        await ask_for(dies, "e1")
        await log.until("a analyse e1")
    async with engine(url, "a", log):
        await log.until("a index e1")

    assert log.lines().count("a ingest e1") == 1
    assert log.lines().count("a analyse e1") == 2


async def test_work_that_processes_die_of_is_given_up(url: str, log: Log) -> None:
    async with process(url, "a", log, hang_in="analyse") as dies:
        await ask_for(dies, "poison")
        await log.until("a analyse poison")
    abandoned: list[tuple[Stage, str]] = []
    async with engine(url, "b", log, pace=Pace(look_every=0.1, grace=0.1, crashes=0)) as lives:

        async def it_is_given_up() -> bool:
            abandoned.extend(await lives.abandoned())
            return bool(abandoned)

        await until(it_is_given_up)

    assert abandoned == [(Stage.ANALYSE, "poison")]


async def test_all_processes_together_take_one_new_episode_of_a_host_at_once(url: str, log: Log) -> None:
    async with process(url, "a", log, hang_in="ingest") as one, process(url, "b", log, hang_in="ingest") as other:
        for number in range(3):
            await ask_for(one, f"a{number} busy.example")
            await ask_for(other, f"b{number} busy.example")
        await log.until_count(" ingest ", 1)
        # One of another host starts, so the queues have been looked at since: none more of the busy one's had room.
        await ask_for(one, "c idle.example")
        await ask_for(other, "d calm.example")
        await log.until("a ingest c", "b ingest c")
        await log.until("a ingest d", "b ingest d")

    assert len([line for line in log.lines() if line.split()[-1] not in {"c", "d"}]) == 1


async def test_a_bucket_of_feeds_is_read_by_one_process_and_by_another_when_that_dies(url: str, log: Log) -> None:
    async with process(url, "a", log, hang_in="scan") as dies:
        await ask_for(dies, "scan 1 first")
        await log.until("a scan 1")
        async with engine(url, "b", log) as lives:
            # Asked at the same moment as the other process, before it could see that the bucket is being read.
            await start("scan", lives._workflows.scan, "scan:1:raced", 1, part="1")
            await lives.start_scans([1, 2], tick="second")
            await log.until("a scan 2", "b scan 2")
            assert [line for line in log.lines() if line.endswith("scan 1")] == ["a scan 1"]
            dies.kill()
            await log.until_count("b scan 1", 2)

            async def the_bucket_is_free() -> bool:
                await lives.start_scans([1], tick="third")
                return log.lines().count("b scan 1") == 3

            await until(the_bucket_is_free)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_a_bucket_is_free_again_in_a_process_that_returns(
    kind: str, tmp_path: Path, log: Log, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("url") if kind == "postgres" else f"sqlite:///{tmp_path}/engine.db"
    for crashes in (1, 2):
        async with process(url, "a", log, hang_in="scan") as dies:
            await ask_for(dies, f"scan 1 {crashes}")
            await log.until_count("a scan 1", crashes)
    async with engine(url, "a", log) as returned:
        await log.until_count("a scan 1", 3)

        async def the_bucket_is_free() -> bool:
            await returned.start_scans([1], tick="later")
            return log.lines().count("a scan 1") == 4

        await until(the_bucket_is_free)


async def test_all_processes_together_ask_the_model_six_things_at_once(url: str, log: Log) -> None:
    async with process(url, "a", log, hang_in="analyse") as one, process(url, "b", log, hang_in="analyse") as other:
        for number in range(8):
            await ask_for(one, f"a{number} one{number}.example")
            await ask_for(other, f"b{number} other{number}.example")
        await log.until_count(" ingest ", 16)
        await log.until_count(" analyse ", 6)

    assert sum(" analyse " in line for line in log.lines()) == 6


async def test_two_processes_cannot_have_one_name(url: str, log: Log) -> None:
    async with process(url, "a", log) as first:
        await ask_for(first, "e1")
        await log.until("a index e1")
        with pytest.raises(DataFolderBusy, match=r"under the name “a”.*PODSIFT_WORKER"):
            async with engine(url, "a", log, rhythm=replace(QUICK, patience=0.0)):
                pass
        first.kill()
        await first.wait()
        async with holding(url, "a", patience=QUICK.patience):
            pass


async def test_all_processes_that_live_are_named(url: str) -> None:
    async with holding(url, "worker-0", patience=0.0), holding(url, "bot-0", patience=0.0):
        assert await names_of_the_living(url) == ("bot-0", "worker-0")

    async def nobody_is_named() -> bool:
        return not await names_of_the_living(url)

    await until(nobody_is_named)  # the database sees a little later than we that a connection is closed
    with pytest.raises(CatalogUnavailable, match="none does not answer"):
        await names_of_the_living("postgresql://nobody@127.0.0.1:1/none")


async def test_a_name_is_held_again_after_the_database_dropped_the_connection(url: str) -> None:
    async with holding(url, "a", patience=0.0) as slot, holding(url, "b", patience=0.0) as other:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' "
                # Other tests, which hold locks in their own databases on this server, run beside this one.
                "and database = (select oid from pg_database where datname = current_database()) "
                "and pid <> pg_backend_pid()"
            )
        await slot.keep()
        await other.keep()
        async with other.standing_in("a") as is_free:
            assert not is_free
        async with other.standing_in("c") as is_free:
            assert is_free


async def test_a_database_that_is_away_is_told_plainly() -> None:
    with pytest.raises(CatalogUnavailable, match="none does not answer"):
        async with holding("postgresql://nobody@127.0.0.1:1/none", "a", patience=0.0):
            pass


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_an_address_is_understood_with_any_driver(scheme: str) -> None:
    assert libpq_url(f"{scheme}://u@h/d") == "postgresql://u@h/d"
