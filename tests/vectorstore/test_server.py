"""A Chroma server that many processes use, and what happens while it is down, slow, empty or refuses the token."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest

from pipeline.domain.audience import LOCAL
from pipeline.domain.errors import IndexUnavailable
from pipeline.domain.passage import Query
from tests.peers.chroma_server import Gate, chroma_server, gate_before
from tests.peers.hand_seconds import HandSeconds
from tests.peers.made_episodes import BREAD, SLEEP, episode, insight, transcript
from tests.peers.memory_index import LetterEmbedder
from tests.peers.postgres import postgres_schema
from tests.peers.waiting import until
from vectorstore.chroma import ChromaVectors
from vectorstore.chroma_http import ServerStore
from vectorstore.chroma_places import ChromaServer
from vectorstore.index import EpisodeIndex
from vectorstore.opening import open_index
from vectorstore.vectors import IndexDamaged

ASKED = Query("How often does a sourdough starter need feeding?", LOCAL)
EMBEDDER = LetterEmbedder()
MADE = episode("bread", show="bread")
OTHER = episode("sleep", show="sleep")


_COLLECTIONS = "/api/v2/tenants/default_tenant/databases/default_database/collections"


def collections(server: str) -> set[str]:
    return {found["name"] for found in httpx.get(f"{server}{_COLLECTIONS}").raise_for_status().json()}


def vectors_in(store: ServerStore, server: str) -> int:
    return sum(store.collection(name).count() for name in collections(server))


def empty(server: str) -> None:
    for name in collections(server):
        httpx.delete(f"{server}{_COLLECTIONS}/{name}").raise_for_status()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with chroma_server(tmp_path_factory.mktemp("chroma")) as url:
        yield url


@pytest.fixture
async def gate(server: str) -> AsyncIterator[tuple[str, Gate]]:
    async with gate_before(server) as opened:
        yield opened


@pytest.fixture
async def index(gate: tuple[str, Gate], tmp_path: Path) -> AsyncIterator[EpisodeIndex]:
    async with open_index(tmp_path, embedder=EMBEDDER, chroma_url=gate[0], chroma_seconds=2.0) as opened:
        await opened.add(MADE, transcript(BREAD), (insight(MADE, BREAD[0]),))
        yield opened


@pytest.mark.parametrize("mode", ["shut", "slow"])
async def test_a_search_goes_by_words_and_says_so(index: EpisodeIndex, gate: tuple[str, Gate], mode: str) -> None:
    assert not (await index.search(ASKED)).degraded
    gate[1].mode = mode
    found = await index.search(ASKED)
    assert found.passages[0].episode_title == "Bread"
    assert "by their words alone" in found.degraded
    visits = gate[1].visits
    assert (await index.search(ASKED)).degraded
    assert gate[1].visits == visits, "it is left in peace for a while, so the second search does not wait"


async def test_whether_the_vectors_answer_is_told_while_the_server_is_there_away_and_emptied(
    gate: tuple[str, Gate], server: str, tmp_path: Path
) -> None:
    url, there = gate
    seconds = HandSeconds()
    place = ChromaServer(url, seconds=2.0, clock=seconds)
    vectors = ChromaVectors(place, build="0123456789ab")
    await vectors.create()
    await vectors.reach()
    there.mode = "shut"
    with pytest.raises(IndexUnavailable, match="does not answer"):
        await vectors.reach()
    there.mode = "open"
    seconds.now += 11
    await vectors.reach()
    empty(server)
    with pytest.raises(IndexDamaged):
        await vectors.reach()
    await place.disconnect()


async def test_whoever_asks_for_the_vectors_of_a_hanging_server_shares_one_question(
    index: EpisodeIndex, gate: tuple[str, Gate]
) -> None:
    assert await index.vectors_answer()
    gate[1].mode = "slow"
    visits = gate[1].visits
    for _ in range(5):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await index.vectors_answer()
    assert not await index.vectors_answer()
    assert gate[1].visits == visits + 1
    assert not await index.vectors_answer()
    assert gate[1].visits == visits + 1, "it is left in peace for a while"


async def test_indexing_waits_and_catches_up(gate: tuple[str, Gate], tmp_path: Path) -> None:
    url, there = gate
    async with open_index(tmp_path, embedder=EMBEDDER, chroma_url=url) as index:
        there.mode = "shut"
        with pytest.raises(IndexUnavailable, match="does not answer") as caught:
            await index.add(MADE, transcript(BREAD), ())
        assert caught.value.retryable
        assert await index.indexed_episode_ids() == frozenset()
        await index.check()
        assert (index.needs_rebuild, "does not answer" in index.problem) == (False, True)
    there.mode = "open"
    async with open_index(tmp_path, embedder=EMBEDDER, chroma_url=url) as index:
        await index.add(MADE, transcript(BREAD), ())
        assert not (await index.search(ASKED)).degraded


async def test_an_index_may_begin_while_the_server_is_down(gate: tuple[str, Gate], tmp_path: Path) -> None:
    url, there = gate
    there.mode = "shut"
    async with open_index(tmp_path, embedder=EMBEDDER, chroma_url=url) as index:
        assert index.problem
        assert (await index.search(ASKED)).passages == ()
    there.mode = "open"
    async with open_index(tmp_path, embedder=EMBEDDER, chroma_url=url) as index:
        assert index.needs_rebuild
        async with index.rebuilding() as beside:
            await beside.add(MADE, transcript(BREAD), ())
        assert not (await index.search(ASKED)).degraded


async def test_an_emptied_server_is_noticed_and_mended_by_a_rebuild(index: EpisodeIndex, server: str) -> None:
    empty(server)
    assert (await index.search(ASKED)).degraded
    await index.check()
    assert index.needs_rebuild
    with pytest.raises(IndexUnavailable, match="rebuilt first"):
        await index.add(OTHER, transcript(SLEEP), ())
    async with index.rebuilding() as beside:
        await beside.add(MADE, transcript(BREAD), ())
    assert not (await index.search(ASKED)).degraded


async def test_a_server_that_lost_its_rows_is_noticed(index: EpisodeIndex, server: str) -> None:
    store = ServerStore(server, token="", seconds=5)
    for name in collections(server):
        store.collection(name).delete(where={"episode_id": MADE.id})
    store.close()
    assert (await index.search(ASKED)).degraded
    await index.check()
    assert index.needs_rebuild


async def test_an_episode_whose_rows_are_lost_is_added_again_and_nothing_else(index: EpisodeIndex, server: str) -> None:
    await index.add(OTHER, transcript(SLEEP), ())
    store = ServerStore(server, token="", seconds=5)
    for name in collections(server):
        store.collection(name).delete(where={"episode_id": OTHER.id})
    store.close()
    await index.check()
    assert not index.needs_rebuild
    assert await index.indexed_episode_ids() == {MADE.id}
    await index.add(OTHER, transcript(SLEEP), ())
    await index.check()
    assert await index.indexed_episode_ids() == {MADE.id, OTHER.id}


async def test_rows_that_come_late_from_somebody_who_died_are_dropped(index: EpisodeIndex, server: str) -> None:
    """The server still does what it was asked when whoever asked is dead, and the index was looked at meanwhile."""
    store = ServerStore(server, token="", seconds=5)
    row = await EMBEDDER.embed(["late"])
    before = vectors_in(store, server)
    for name in collections(server):
        store.collection(name).upsert(ids=["gone:0"], embeddings=row, metadatas=[{"episode_id": "gone"}])
    await index.check()
    assert not index.needs_rebuild
    # Those of this index went, those of the tests before it stay.
    assert vectors_in(store, server) - before == len(collections(server)) - 2
    store.close()
    assert not (await index.search(ASKED)).degraded


async def test_the_token_goes_along_and_a_wrong_one_is_told(gate: tuple[str, Gate], tmp_path: Path) -> None:
    url, there = gate
    there.token = "s3cret"
    async with open_index(tmp_path / "a", embedder=EMBEDDER, chroma_url=url, chroma_token="s3cret") as index:
        await index.add(MADE, transcript(BREAD), ())
        assert not (await index.search(ASKED)).degraded
    async with open_index(tmp_path / "b", embedder=EMBEDDER, chroma_url=url, chroma_token="wr0ng") as index:
        assert "who goes there?" in index.problem
        assert "wr0ng" not in index.problem


async def test_a_rebuild_leaves_nothing_behind_on_the_server(index: EpisodeIndex, server: str) -> None:
    before = collections(server)
    async with index.rebuilding() as beside:
        await beside.add(MADE, transcript(BREAD), ())
    after = collections(server)
    assert len(after) == len(before)
    assert after != before


@asynccontextmanager
async def two_processes(server: str, folder: Path) -> AsyncIterator[tuple[EpisodeIndex, EpisodeIndex]]:
    """Two that share one index on the servers."""
    async with postgres_schema() as url:
        shared = partial(open_index, folder, embedder=EMBEDDER, chroma_url=server, database_url=url)
        async with shared() as one, shared() as two:
            yield one, two


async def test_several_processes_use_one_index_through_a_rebuild(server: str, tmp_path: Path) -> None:
    async with two_processes(server, tmp_path) as (one, two):
        await one.add(MADE, transcript(BREAD), ())
        assert (await two.search(ASKED)).passages[0].episode_title == "Bread"
        async with one.rebuilding() as beside:
            await two.add(OTHER, transcript(SLEEP), ())
            with pytest.raises(IndexUnavailable, match="rebuilt already"):
                async with two.rebuilding():
                    pass
            await beside.add(MADE, transcript(BREAD), ())
        found = await two.search(ASKED)
        assert (found.passages[0].episode_title, found.degraded) == ("Bread", "")
        assert await two.indexed_episode_ids() == {MADE.id, OTHER.id}
        await two.check()
        assert not two.needs_rebuild


async def test_a_process_uses_the_index_that_another_made_anew_at_once(server: str, tmp_path: Path) -> None:
    async with two_processes(server, tmp_path) as (one, two):
        await one.add(MADE, transcript(BREAD), ())
        empty(server)
        await one.check()
        await two.check()
        assert two.needs_rebuild
        async with one.rebuilding() as beside:
            await beside.add(MADE, transcript(BREAD), ())

        assert not (await two.search(ASKED)).degraded
        await two.add(OTHER, transcript(SLEEP), ())
        assert await one.indexed_episode_ids() == {MADE.id, OTHER.id}


async def test_a_rebuild_that_is_killed_leaves_the_index_and_what_was_added_meanwhile(
    server: str, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(postgres_schema())
        strange = collections(server)
        opening = open_index(tmp_path, embedder=EMBEDDER, chroma_url=server, database_url=url)
        index = await stack.enter_async_context(opening)
        await index.add(MADE, transcript(BREAD), ())
        command = [sys.executable, "-m", "tests.peers.rebuilding_process", str(tmp_path), server, url]
        other = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        assert other.stdout is not None
        assert await other.stdout.readline() == b"half\n"
        await index.add(OTHER, transcript(SLEEP), ())
        other.kill()
        await other.wait()

        found = await index.search(ASKED)
        assert (found.passages[0].episode_title, found.degraded) == ("Bread", "")
        await until(partial(_rebuilt, index))
        assert await index.indexed_episode_ids() == {MADE.id, OTHER.id}
        assert len(collections(server) - strange) == 2, "the dead one's are gone"


async def _rebuilt(index: EpisodeIndex) -> bool:
    """The database lets go of a dead process' lock in its own time."""
    try:
        async with index.rebuilding() as beside:
            await beside.add(MADE, transcript(BREAD), ())
            await beside.add(OTHER, transcript(SLEEP), ())
    except IndexUnavailable:
        return False
    return True
