"""Roles as real processes on one PostgreSQL and one Chroma server: what each serves, and that each ends in time."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest
from sqlalchemy import make_url

from bot.settings import Role, load_settings
from tests.peers.chroma_server import chroma_server, free_port
from tests.peers.podcast_host import PodcastHost, hang
from tests.peers.postgres import postgres_database
from tests.peers.waiting import until
from vectorstore.postgres import PostgresRegister, open_postgres

ROOT = Path(__file__).parents[2]
FEED = """<?xml version="1.0"?><rss version="2.0" xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel>
<title>Kiln Talk</title><item><guid>k1</guid><title>Glaze</title>
<enclosure url="{base}/k1.mp3" type="audio/mpeg" length="1"/>
<podcast:transcript url="{base}/k1.vtt" type="text/vtt"/></item></channel></rss>"""


@dataclass(frozen=True)
class Fleet:
    data: Path
    database: str
    chroma: str
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        """What all its processes say."""
        return self.data.with_name("log")

    async def says(self, words: str) -> bool:
        """Whether one of its processes did."""
        return words in self.log.read_text(encoding="utf-8")

    async def command(self, *arguments: str) -> str:
        """What a command prints that is typed beside it."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", "from bot.cli import main; main()", *arguments),
            env=self._environment(),
            cwd=self.data,
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await process.communicate()
        return said.decode()

    def _environment(self, **more: str) -> dict[str, str]:
        settings = {
            "PODSIFT_DATA": str(self.data),
            "PODSIFT_DATABASE_URL": self.database,
            "PODSIFT_CHROMA_URL": self.chroma,
            "PODSIFT_ALLOW_NETWORKS": "127.0.0.0/8",
            "PODSIFT_WHISPER_MODEL": "off",
            "PYTHONPATH": str(ROOT),
            "COLUMNS": "200",
        }
        return {name: value for name, value in os.environ.items() if not name.startswith("PODSIFT_")} | {
            **settings,
            **self.more,
            **more,
        }

    @asynccontextmanager
    async def process(self, role: Role, *, slot: str = "") -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
        """A running process and its address."""
        port = free_port()
        async with self.starting(role, slot=slot, port=port) as process:
            await until(lambda: _answers(port), seconds=120)
            yield process, f"http://127.0.0.1:{port}"

    @asynccontextmanager
    async def starting(self, role: Role, *, slot: str = "", port: int = 0) -> AsyncIterator[asyncio.subprocess.Process]:
        """A process that may not be there yet."""
        with self.log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", "from bot.cli import main; main()", "run", "--role", role),
                env=self._environment(PODSIFT_WORKER=slot or f"{role}-0", PODSIFT_WEB_PORT=str(port)),
                cwd=self.data,
                stderr=log,
            )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def _answers(port: int) -> bool:
    async with httpx.AsyncClient() as client:
        try:
            return (await client.get(f"http://127.0.0.1:{port}/healthz")).status_code == 200
        except httpx.TransportError:
            return False


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    with postgres_database() as database, chroma_server(tmp_path / "chroma") as chroma:
        yield Fleet(data, database, chroma)


async def test_every_role_is_watched_and_the_page_is_the_webs_alone(fleet: Fleet) -> None:
    async with (
        fleet.process("worker") as (_, worker),
        fleet.process("web") as (_, web),
        httpx.AsyncClient() as client,
    ):
        addresses = (("worker", worker), ("web", web))
        answers = {name: await client.get(address) for name, address in addresses}
        ticks = {name: (await client.get(f"{address}/healthz")).json()["ticks"].keys() for name, address in addresses}
        figures = (await client.get(f"{worker}/metrics")).text

    assert answers["worker"].status_code == 404
    assert "Podsift" in answers["web"].text
    assert ticks == {"worker": {"scan", "forget"}, "web": set()}
    assert 'podsift_up{part="engine"} 1.0' in figures
    assert 'podsift_tick_age_seconds{tick="scan"}' in figures
    assert 'podsift_queue_length{queue="gpu",state="waiting"} 0.0' in figures


async def test_a_process_ends_within_twenty_seconds_and_its_work_is_done_by_the_next(fleet: Fleet) -> None:
    never = asyncio.Event()
    async with PodcastHost() as host:
        address = host.serve("/feed.xml", FEED.format(base=host.url().rstrip("/")).encode())
        host.routes["/k1.vtt"] = hang(never)
        async with fleet.process("web") as (_, web), fleet.process("worker") as (worker, _):
            async with httpx.AsyncClient(headers={"origin": web}) as client:
                await client.post(f"{web}/shows", data={"address": address})
            await until(lambda: _asked(host, "/k1.vtt"))
            begun = time.monotonic()
            worker.send_signal(signal.SIGTERM)
            assert await worker.wait() == 0
            took = time.monotonic() - begun
        host.serve("/k1.vtt", b"WEBVTT\n\n" + b"\n\n".join(_lines()))
        async with fleet.process("worker"):
            await until(lambda: _is_ready(fleet))
        never.set()

    assert took < 20


async def test_a_process_whose_model_and_index_never_answer_ends_in_time_as_well(fleet: Fleet) -> None:
    async with PodcastHost() as host, silent_server() as silent:
        address = host.serve("/feed.xml", FEED.format(base=host.url().rstrip("/")).encode())
        host.serve("/k1.vtt", b"WEBVTT\n\n" + b"\n\n".join(_lines()))
        model = {"PODSIFT_OPENAI_MODEL": "mute", "PODSIFT_OPENAI_BASE_URL": f"{silent.address}/v1"}
        mute = replace(fleet, chroma=silent.address, more=model)
        async with mute.process("all") as (process, page):
            async with httpx.AsyncClient(headers={"origin": page}) as client:
                await client.post(f"{page}/shows", data={"address": address})
            await until(lambda: silent.was_asked("POST /v1/chat/completions"), seconds=60)
            begun = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0
            took = time.monotonic() - begun

    assert await silent.was_asked("POST /api/v2")
    assert took < 20


async def test_a_process_that_waits_for_another_in_its_start_ends_in_time_as_well(fleet: Fleet) -> None:
    waiting = """select count(*) from pg_locks where locktype = 'advisory' and not granted
                 and database = (select oid from pg_database where datname = current_database())"""
    with psycopg.connect(fleet.database, autocommit=True) as watcher:

        async def somebody_waits() -> bool:
            return watcher.execute(waiting).fetchone() == (1,)

        async with (
            open_postgres(fleet.database) as database,
            PostgresRegister(database).turn(),
            fleet.starting("worker") as process,
        ):
            await until(somebody_waits, seconds=120)
            begun = time.monotonic()
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(60):
                assert await process.wait() == 0
            took = time.monotonic() - begun

    assert took < 20
    assert not await fleet.says("Traceback")


@dataclass
class SilentServer:
    """Takes requests and answers none."""

    address: str = ""
    requests: list[str] = field(default_factory=list)

    async def was_asked(self, beginning: str) -> bool:
        return any(request.startswith(beginning) for request in self.requests)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.requests.append((await reader.readline()).decode())
        await reader.read()
        writer.close()


@asynccontextmanager
async def silent_server() -> AsyncIterator[SilentServer]:
    silent = SilentServer()
    server = await asyncio.start_server(silent.take, "127.0.0.1", 0)
    async with server:
        silent.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield silent


async def test_a_command_is_carried_out_by_a_process_of_the_same_folder_and_all_are_named(fleet: Fleet) -> None:
    async with fleet.process("web"), fleet.process("gpu"):
        said = await fleet.command("status")

    assert "2 processes run: gpu-0, web-0" in said
    assert await fleet.says("Took a command from another process. operation=status")


async def test_a_database_that_is_full_of_connections_is_waited_for(fleet: Fleet) -> None:
    with psycopg.connect(fleet.database, autocommit=True) as connection, limited_user(connection) as user:
        database = make_url(fleet.database).set(username=user).render_as_string(hide_password=False)
        fleet.log.touch()
        async with AsyncExitStack() as stack:
            starting = asyncio.create_task(
                stack.enter_async_context(replace(fleet, database=database).process("worker"))
            )
            await until(lambda: fleet.says("takes no more connections. Raise its max_connections"), seconds=120)
            connection.execute(f"alter role {user} connection limit -1".encode())
            process, _ = await starting
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0

    assert not await fleet.says("Traceback")


@contextmanager
def limited_user(connection: psycopg.Connection) -> Iterator[str]:
    """A user of the database who may not connect; the server's own limit spares superusers."""
    user = f"podsift_{uuid4().hex[:12]}"
    connection.execute(f"create role {user} login connection limit 0".encode())
    connection.execute(f"alter schema public owner to {user}".encode())
    connection.execute(f"alter database {connection.info.dbname} owner to {user}".encode())
    try:
        yield user
    finally:
        connection.execute(f"reassign owned by {user} to current_user".encode())
        connection.execute(f"drop owned by {user}".encode())
        connection.execute(f"drop role {user}".encode())


async def _asked(host: PodcastHost, path: str) -> bool:
    return host.times(path) > 0


async def _is_ready(fleet: Fleet) -> bool:
    async with await psycopg.AsyncConnection.connect(fleet.database) as connection:
        rows = await (await connection.execute("select state from episode")).fetchall()
    return rows == [("ready",)]


def _lines() -> Iterator[bytes]:
    for n in range(1, 9):
        said = f"A glaze crawls because the clay below it shrinks more than it does, so test tile {n} is fired first."
        yield f"00:0{n}:00.000 --> 00:0{n}:30.000\n<v Ada>{said}".encode()


@pytest.mark.parametrize(
    ("role", "worker", "port"),
    [
        ("all", "local", 8080),
        ("all", "node-7", 8080),
        ("bot", "bot-0", 8080),
        ("web", "web-1", 8091),
        ("worker", "worker-0", 8082),
        ("worker", "worker-3", 8112),
        ("gpu", "box", 8083),
        ("poster", "poster-2026", 8084),
    ],
)
def test_processes_on_one_machine_have_ports_of_their_own(role: Role, worker: str, port: int) -> None:
    server = {"database_url": "postgresql://u@h/d", "chroma_url": "http://h:8000"}

    assert load_settings(role=role, worker=worker, _env_file=None, **server).port == port
