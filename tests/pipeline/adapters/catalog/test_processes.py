"""Several processes on one SQLite catalogue, and processes that are killed."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import pytest

from pipeline.adapters.catalog import open_catalog
from pipeline.domain.overview import Tally
from tests.peers.catalog import Stores

COUNT = 1500
ROOT = Path(__file__).parents[4]


@pytest.fixture
async def place(tmp_path: Path) -> tuple[str, str]:
    """The address of a catalogue with one feed, and the feed's id."""
    url = f"sqlite:///{tmp_path / 'catalog.db'}"
    async with open_catalog(url) as db:
        return url, (await Stores(db).followed_feed()).id


async def recorder(url: str, feed_id: str) -> Process:
    """A process that is about to record COUNT episodes and waits for a line."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.peers.catalog_recorder",
        url,
        feed_id,
        str(COUNT),
        stdin=PIPE,
        stdout=PIPE,
        cwd=ROOT,
        env=dict(os.environ),
    )
    assert process.stdout is not None
    assert (await process.stdout.readline()).strip() == b"ready"
    return process


async def go(process: Process) -> int:
    """Let it record; returns how many were new."""
    out, _ = await process.communicate(b"go\n")
    return int(out)


async def episodes_in(url: str) -> Tally:
    async with open_catalog(url) as db:
        return (await Stores(db).operations.overview()).episodes


async def test_two_processes_that_record_one_feed_at_once_get_each_episode_once(place: tuple[str, str]) -> None:
    processes = [await recorder(*place), await recorder(*place)]
    counts = await asyncio.gather(*map(go, processes))
    assert sorted(counts) == [0, COUNT]
    assert await episodes_in(place[0]) == Tally(waiting=10, held=COUNT - 10)


async def test_a_process_killed_while_it_records_leaves_all_or_nothing(place: tuple[str, str]) -> None:
    url, feed_id = place
    for delay in (0.02, 0.08):
        process = await recorder(url, feed_id)
        assert process.stdin is not None
        process.stdin.write(b"go\n")
        await process.stdin.drain()
        try:
            await asyncio.wait_for(process.wait(), delay)
        except TimeoutError:
            process.kill()
            await process.wait()
        assert (await episodes_in(url)).total in {0, COUNT}
    again = await go(await recorder(url, feed_id))
    assert again in {0, COUNT}
    assert await episodes_in(url) == Tally(waiting=10, held=COUNT - 10)
