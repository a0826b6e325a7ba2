"""Several processes on one PostgreSQL: nobody waits for ever, nothing is counted twice, connections stay few."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

import psycopg
import pytest

from pipeline.domain.audience import LOCAL
from pipeline.domain.passage import Query
from tests.peers.made_episodes import BREAD, SLEEP, episode, transcript
from tests.peers.memory_index import LetterEmbedder
from tests.peers.memory_vectors import MemoryVectors
from tests.peers.postgres import postgres_schema
from vectorstore.entry import Fence
from vectorstore.index import EpisodeIndex
from vectorstore.postgres import MOST_CONNECTIONS, PostgresRegister, open_postgres
from vectorstore.postgres_words import PostgresWords
from vectorstore.shelf import Shelf
from vectorstore.words import Term

ASKED = Query("How often does a sourdough starter need feeding?", LOCAL)
MADE = episode("bread", show="bread")


class Member:
    """One of the processes: an index with connections of its own, on vectors that all share."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.index = EpisodeIndex(shelf, embedder=LetterEmbedder())

    async def terms(self) -> tuple[Term, ...]:
        """How rare the words of the question are in the index."""
        async with self.shelf.reading() as volume:
            return (await volume.words.find(ASKED.text, fence=Fence(("public",)), limit=9)).terms


@asynccontextmanager
async def member(url: str, vectors: MemoryVectors) -> AsyncIterator[Member]:
    async with open_postgres(url) as database:
        shelf = Shelf(
            PostgresRegister(database),
            words=lambda build: PostgresWords(database, build=build.name),
            vectors=lambda _: vectors,
            version="v",
        )
        yield Member(shelf)
        await shelf.close()


@pytest.fixture
async def url() -> AsyncIterator[str]:
    async with postgres_schema() as each:
        yield each


async def test_workers_that_add_and_forget_one_episode_at_once_neither_block_nor_miscount(url: str) -> None:
    vectors = MemoryVectors()
    async with asyncio.timeout(30), member(url, vectors) as one, member(url, vectors) as two:
        async with asyncio.TaskGroup() as group:
            for number in range(8):
                group.create_task(one.index.add(MADE, transcript(BREAD if number % 2 else SLEEP), ()))
                group.create_task(two.index.add(MADE, transcript(SLEEP if number % 2 else BREAD), ()))
                group.create_task((one if number % 2 else two).index.forget([MADE.id]))
        await one.index.add(MADE, transcript(BREAD), ())
        after_all = await two.terms()
        await two.index.check()
        assert not two.index.needs_rebuild
        await two.index.forget([MADE.id])
        await two.index.add(MADE, transcript(BREAD), ())
        assert await one.terms() == after_all

    async with postgres_schema() as fresh, member(fresh, MemoryVectors()) as alone:
        await alone.index.add(MADE, transcript(BREAD), ())
        assert await alone.terms() == after_all


async def test_a_search_does_not_wait_for_a_worker_that_adds(url: str) -> None:
    vectors = MemoryVectors()
    async with member(url, vectors) as worker, member(url, vectors) as bot:
        await worker.index.add(MADE, transcript(BREAD), ())
        async with worker.shelf.turn() as live, asyncio.timeout(10):
            await live[0].words.mark([MADE.id], whole=False)
            assert (await bot.index.search(ASKED)).passages[0].episode_title == "Bread"


async def test_a_process_takes_few_connections_however_much_it_does_at_once(url: str) -> None:
    named = f"{url}&application_name={MADE.id[:20]}"
    count = "select count(*) from pg_stat_activity where application_name = %s"
    most = 0
    async with asyncio.timeout(30), member(named, MemoryVectors()) as one:
        await one.index.add(MADE, transcript(BREAD), ())
        with closing(psycopg.connect(url, autocommit=True)) as watcher:
            async with asyncio.TaskGroup() as group:
                for number in range(20):
                    group.create_task(one.index.add(episode(f"e{number}"), transcript(SLEEP), ()))
                    tasks = [group.create_task(one.index.search(ASKED)) for _ in range(3)]
                    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                    row = watcher.execute(count, [MADE.id[:20]]).fetchone()
                    most = max(most, 0 if row is None else row[0])
        assert (await one.index.counts()).episodes == 21

    assert 1 < most <= MOST_CONNECTIONS
