"""A rebuild beside the index in use: searches go on, changes reach both, and the switch is all or nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import pytest

from pipeline.domain.audience import LOCAL
from pipeline.domain.errors import IndexUnavailable
from pipeline.domain.passage import Query
from tests.peers.made_episodes import BREAD, ROCKETS, SLEEP, episode, insight, transcript
from tests.peers.memory_index import LetterEmbedder
from tests.peers.postgres import postgres_schema
from vectorstore.index import EpisodeIndex, IndexCounts
from vectorstore.opening import open_index

ASKED = Query("How often does a sourdough starter need feeding?", LOCAL)
EMBEDDER = LetterEmbedder()
MADE = episode("bread", show="bread")


@pytest.fixture(params=["folder", "postgresql"])
async def index(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[EpisodeIndex]:
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(postgres_schema()) if request.param == "postgresql" else ""
        opened = await stack.enter_async_context(open_index(tmp_path, embedder=EMBEDDER, database_url=url))
        await opened.add(MADE, transcript(BREAD), (insight(MADE, BREAD[0]),))
        yield opened


def files(folder: Path, pattern: str) -> list[Path]:
    return list(folder.glob(pattern))


async def found(index: EpisodeIndex) -> list[str]:
    result = await index.search(ASKED)
    assert not result.degraded
    return [passage.episode_title for passage in result.passages]


async def test_searches_go_on_until_the_new_build_takes_over(index: EpisodeIndex) -> None:
    async with index.rebuilding() as beside:
        assert await beside.indexed_episode_ids() == frozenset()
        await beside.add(episode("rockets"), transcript(ROCKETS), ())
        assert await found(index) == ["Bread"]
    assert await found(index) == ["Rockets"]
    assert await index.counts() == IndexCounts(1, 0, 1, 0)
    await index.check()
    assert not index.needs_rebuild


async def test_a_rebuild_that_fails_changes_nothing_and_goes_on_next_time(index: EpisodeIndex, tmp_path: Path) -> None:
    async def stop_halfway() -> None:
        async with index.rebuilding() as beside:
            await beside.add(episode("rockets"), transcript(ROCKETS), ())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await stop_halfway()
    assert await found(index) == ["Bread"]
    await index.check()
    assert index.was_cut
    async with index.rebuilding() as beside:
        assert await beside.indexed_episode_ids() == {episode("rockets").id}
        await beside.add(MADE, transcript(BREAD), ())
    await index.check()
    assert not index.was_cut
    assert await index.indexed_episode_ids() == {MADE.id, episode("rockets").id}
    assert len(files(tmp_path, "vectors-*")) == 1


async def test_is_not_cut_while_somebody_is_at_it(index: EpisodeIndex) -> None:
    async with index.rebuilding() as beside:
        await index.check()
        assert not index.was_cut
        await beside.add(MADE, transcript(BREAD), ())


async def test_what_is_added_or_forgotten_meanwhile_reaches_both(index: EpisodeIndex) -> None:
    sleep = episode("sleep", show="sleep")
    async with index.rebuilding() as beside:
        await beside.add(MADE, transcript(BREAD), ())
        await index.add(sleep, transcript(SLEEP), ())
        assert sleep.id in await beside.indexed_episode_ids()
        await index.forget([MADE.id])
        assert MADE.id not in await index.indexed_episode_ids()
    assert await index.indexed_episode_ids() == {sleep.id}


async def test_what_somebody_added_meanwhile_is_not_replaced_by_what_was_read_before(index: EpisodeIndex) -> None:
    async with index.rebuilding() as beside:
        await index.add(MADE, transcript(ROCKETS), ())
        await beside.add(MADE, transcript(BREAD), ())
    assert ROCKETS[0] in (await index.search(ASKED)).passages[0].text


async def test_only_one_rebuilds_at_a_time(index: EpisodeIndex) -> None:
    async with index.rebuilding() as beside:
        with pytest.raises(IndexUnavailable, match="rebuilt already"):
            async with index.rebuilding():
                pass
        await beside.add(MADE, transcript(BREAD), ())
    assert await found(index) == ["Bread"]


async def test_a_search_that_is_under_way_is_not_cut_off_by_the_switch(index: EpisodeIndex) -> None:
    async def search_often() -> list[list[str]]:
        return [await found(index) for _ in range(30)]

    async with asyncio.TaskGroup() as group:
        searches = [group.create_task(search_often()) for _ in range(3)]
        for _ in range(2):
            async with index.rebuilding() as beside:
                await beside.add(MADE, transcript(BREAD), ())
    assert {tuple(titles) for task in searches for titles in task.result()} == {("Bread",)}


async def test_a_killed_rebuild_goes_on_where_it_was(tmp_path: Path) -> None:
    await kill_in_a_rebuild(tmp_path)
    async with open_index(tmp_path, embedder=EMBEDDER) as opened:
        assert opened.was_cut
        assert await found(opened) == ["Bread"]
        async with opened.rebuilding() as beside:
            assert await beside.indexed_episode_ids() == {episode("rockets").id}
            await beside.add(MADE, transcript(BREAD), ())
        assert len(files(tmp_path, "words-*.sqlite3")) == 1
        assert await opened.indexed_episode_ids() == {MADE.id, episode("rockets").id}


async def test_what_a_killed_rebuild_left_damaged_is_thrown_away(tmp_path: Path) -> None:
    await kill_in_a_rebuild(tmp_path)
    left = json.loads((tmp_path / "builds.json").read_text())["following"]["name"]
    for file in (tmp_path / f"vectors-{left}").rglob("*.sqlite3"):
        file.write_bytes(b"no database" * 1_000)
    async with open_index(tmp_path, embedder=EMBEDDER) as opened:
        async with opened.rebuilding() as beside:
            assert await beside.indexed_episode_ids() == frozenset()
            await beside.add(MADE, transcript(BREAD), ())
        assert not files(tmp_path, f"words-{left}.sqlite3")
        assert await found(opened) == ["Bread"]


async def kill_in_a_rebuild(folder: Path) -> None:
    """What is on the disk when a process dies that had added one episode to a second build."""
    async with open_index(folder, embedder=EMBEDDER) as opened:
        await opened.add(MADE, transcript(BREAD), ())
        with suppress(ZeroDivisionError):
            async with opened.rebuilding() as beside:
                await beside.add(episode("rockets"), transcript(ROCKETS), ())
                raise ZeroDivisionError


async def test_a_register_that_cannot_be_read_begins_anew(tmp_path: Path) -> None:
    async with open_index(tmp_path, embedder=EMBEDDER) as opened:
        await opened.add(MADE, transcript(BREAD), ())
    (tmp_path / "builds.json").write_text("{]")
    async with open_index(tmp_path, embedder=EMBEDDER) as opened:
        assert await opened.counts() == IndexCounts(0, 0, 0, 0)
