"""An episode that kills whatever works on it, in the real service: `status` tells of it alone."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.app import open_app
from bot.handover import Request
from bot.operations import perform
from bot.running import OWNER
from pipeline.domain.audience import LOCAL
from pipeline.flows import Stage
from tests.peers.podcast_host import PodcastHost
from tests.peers.poisoned_service import settings_for
from tests.peers.postgres import postgres_database

ROOT = Path(__file__).parents[3]
NAMES = ("one", "poison")
HEAD = """<?xml version="1.0"?><rss version="2.0" xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel>
<title>Kiln Talk</title>"""
ITEM = """<item><guid>{name}</guid><title>{name}</title><enclosure url="{base}{name}.mp3" type="audio/mpeg" length="1"/>
<podcast:transcript url="{base}{name}.vtt" type="text/vtt"/></item>"""
KILLED = -signal.SIGKILL


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "sqlite":
        yield "-"
        return
    with postgres_database() as url:
        yield url


@asynccontextmanager
async def followed(data: Path, database: str) -> AsyncIterator[str]:
    """Kiln Talk with two episodes, which wait; gives the id of the poison."""
    async with PodcastHost() as host:
        base = host.url()
        for name in NAMES:
            host.serve(f"/{name}.vtt", b"WEBVTT\n\n" + b"\n\n".join(lines(name)))
        items = "".join(ITEM.format(name=name, base=base) for name in NAMES)
        address = host.serve("/feed.xml", f"{HEAD}{items}</channel></rss>".encode())
        async with open_app(settings_for(data, database)) as app:
            assert (await perform(app, OWNER, Request("add", {"address": address}), lambda _: None)).code == 0
            [feed] = await app.library.feeds(workspace=LOCAL)
            episodes = await app.library.episodes(feed.feed.id, workspace=LOCAL)
        yield next(episode.id for episode in episodes if episode.title == "poison")


def lines(name: str) -> Iterator[bytes]:
    for n in range(1, 9):
        said = f"The {name} glaze crawls because its clay shrinks more than it does, so test tile {n} is fired first."
        yield f"00:0{n}:00.000 --> 00:0{n}:30.000\n<v Ada>{said}".encode()


@asynccontextmanager
async def lives(data: Path, database: str, *, poison: str) -> AsyncIterator[Callable[[Stage, str], Awaitable[int]]]:
    """Has a service live, as often as it is called, and says how it ended."""
    mother = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.peers.poisoned_service", str(data), database),
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("PODSIFT_")} | {"POISON": poison},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    told, ended = mother.stdin, mother.stdout
    assert told is not None
    assert ended is not None

    async def life(stage: Stage, mood: str) -> int:
        told.write(f"{stage.value} {mood}\n".encode())
        return int(await ended.readline())

    try:
        yield life
    finally:
        told.close()
        await mother.wait()


async def status_of(data: Path, database: str) -> dict[str, Any]:
    async with open_app(settings_for(data, database)) as app:
        return dict((await perform(app, OWNER, Request("status"), lambda _: None)).to_reply()["data"])


@pytest.mark.parametrize("stage", [Stage.INGEST, Stage.ANALYSE, Stage.INDEX])
async def test_after_three_crashes_the_poison_is_told_of_and_the_other_is_ready(
    tmp_path: Path, database: str, stage: Stage
) -> None:
    async with followed(tmp_path, database) as poison, lives(tmp_path, database, poison=poison) as life:
        ends = [await life(stage, "poison")]
        while ends[-1] == KILLED and len(ends) < 8:
            ends.append(await life(stage, "poison"))
    status = await status_of(tmp_path, database)

    assert ends == [KILLED] * 3 + [0]
    [failed] = status["failed"]
    begins = f"It stopped Podsift three times while it was at “{stage.value}”, and then a process of its own"
    assert (failed["title"], failed["reason"]) == ("poison", f"{begins}, so it is left alone.")
    assert (status["ready"], status["waiting"], status["indexed_episodes"]) == (1, 0, 1)


async def test_who_is_indexed_whenever_the_service_is_killed_is_not_to_blame(tmp_path: Path, database: str) -> None:
    async with followed(tmp_path, database), lives(tmp_path, database, poison="nobody") as life:
        ends = [await life(Stage.INDEX, "unlucky") for _ in range(3)]
        ends.append(await life(Stage.INDEX, "well"))
    status = await status_of(tmp_path, database)

    assert ends == [KILLED] * 3 + [0]
    assert (status["failed"], status["ready"], status["indexed_episodes"]) == ([], 2, 2)
