"""Several processes on one PostgreSQL: nobody waits for ever, nothing is counted twice, connections stay few."""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing, suppress

import psycopg
import pytest

from pipeline.domain.audience import LOCAL
from pipeline.domain.errors import IndexUnavailable
from pipeline.domain.passage import Query
from pipeline.ports import Vectors
from pipeline.steps.rebuild import level_index
from tests.peers.made_episodes import BREAD, SLEEP, episode, transcript
from tests.peers.memory_index import LetterEmbedder
from tests.peers.memory_stores import MemoryEpisodes, MemoryInsights, MemoryTranscripts
from tests.peers.memory_vectors import MemoryVectors
from tests.peers.postgres import postgres_schema
from vectorstore.entry import Fence
from vectorstore.index import EpisodeIndex
from vectorstore.postgres import MOST_CONNECTIONS, PostgresRegister, open_postgres
from vectorstore.postgres_words import PostgresWords
from vectorstore.shelf import Shelf
from vectorstore.words import Term

ASKED = Query("How often does a sourdough starter need feeding?", LOCAL)
Kept = defaultdict[str, MemoryVectors]
"""The vectors that all share, by the name of their build."""
MADE = episode("bread", show="bread")


class CountedEmbedder(LetterEmbedder):
    """`texts` is how many were embedded."""

    def __init__(self) -> None:
        self.texts = 0

    async def embed(self, texts: Sequence[str]) -> Vectors:
        self.texts += len(texts)
        return await super().embed(texts)


class AllReady(MemoryEpisodes):
    """A catalogue in which every episode is ready."""

    async def ready_ids(self) -> tuple[str, ...]:
        return tuple(self.episodes)


class Member:
    """One of the processes: an index with connections of its own, on vectors that all share."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.embedder = CountedEmbedder()
        self.index = EpisodeIndex(shelf, embedder=self.embedder)

    async def terms(self) -> tuple[Term, ...]:
        """How rare the words of the question are in the index."""
        async with self.shelf.reading() as volume:
            return (await volume.words.find(ASKED.text, fence=Fence(("public",)), limit=9)).terms


@asynccontextmanager
async def member(url: str, vectors: Kept, *, version: str = "v") -> AsyncIterator[Member]:
    async with open_postgres(url) as database:
        shelf = Shelf(
            PostgresRegister(database),
            words=lambda build: PostgresWords(database, build=build.name),
            vectors=lambda build: vectors[build.name],
            version=version,
        )
        yield Member(shelf)
        await shelf.close()


@pytest.fixture
async def url() -> AsyncIterator[str]:
    async with postgres_schema() as each:
        yield each


async def test_workers_that_add_and_forget_one_episode_at_once_neither_block_nor_miscount(url: str) -> None:
    vectors: Kept = defaultdict(MemoryVectors)
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

    async with postgres_schema() as fresh, member(fresh, defaultdict(MemoryVectors)) as alone:
        await alone.index.add(MADE, transcript(BREAD), ())
        assert await alone.terms() == after_all


async def test_of_many_processes_one_fills_an_empty_index(url: str) -> None:
    made = [episode(f"e{number}") for number in range(6)]
    transcripts = MemoryTranscripts({each.id: transcript(SLEEP) for each in made})
    catalog = AllReady({each.id: each for each in made})

    async def level(each: Member) -> None:
        with suppress(IndexUnavailable):  # another does it
            await level_index(
                lambda *_: None,
                ready=catalog,
                episodes=catalog,
                transcripts=transcripts,
                insights=MemoryInsights(),
                index=each.index,
            )

    vectors: Kept = defaultdict(MemoryVectors)
    async with asyncio.timeout(30), member(url, vectors) as one, member(url, vectors) as two:
        await asyncio.gather(level(one), level(two))

        chunks = (await one.index.counts()).chunks
        assert await one.index.indexed_episode_ids() == set(catalog.episodes)
        assert one.embedder.texts + two.embedder.texts == chunks


async def test_processes_with_different_embeddings_do_not_make_the_index_anew_by_turns(url: str) -> None:
    vectors: Kept = defaultdict(MemoryVectors)
    async with member(url, vectors) as old, member(url, vectors, version="w") as new:
        await old.index.add(MADE, transcript(BREAD), ())
        await old.index.check()
        await new.index.check()
        assert new.index.needs_rebuild, "whoever came last"
        async with new.index.rebuilding() as beside:
            await beside.add(MADE, transcript(BREAD), ())

        await old.index.check()
        assert not old.index.needs_rebuild
        assert "Another process" in old.index.problem
        assert "by their words alone" in (await old.index.search(ASKED)).degraded
        with pytest.raises(IndexUnavailable, match="give all the same settings"):
            await old.index.add(MADE, transcript(BREAD), ())
        assert not (await new.index.search(ASKED)).degraded


async def test_a_finding_about_an_index_that_another_process_has_made_anew_goes_with_it(url: str) -> None:
    vectors: Kept = defaultdict(MemoryVectors)
    async with (
        member(url, vectors) as old,
        member(url, vectors, version="w") as one,
        member(url, vectors, version="w") as two,
    ):
        await old.index.add(MADE, transcript(BREAD), ())
        for each in (one, two):
            await each.index.check()
        assert not await two.index.vectors_answer()
        async with one.index.rebuilding() as beside:
            await beside.add(MADE, transcript(BREAD), ())

        assert "another embedding" in two.index.problem
        assert await two.index.vectors_answer()
        assert not (await two.index.search(ASKED)).degraded
        assert (two.index.problem, two.index.needs_rebuild, two.index.is_foreign) == ("", False, False)


async def test_a_search_does_not_wait_for_a_worker_that_adds(url: str) -> None:
    vectors: Kept = defaultdict(MemoryVectors)
    async with member(url, vectors) as worker, member(url, vectors) as bot:
        await worker.index.add(MADE, transcript(BREAD), ())
        async with worker.shelf.turn() as live, asyncio.timeout(10):
            await live[0].words.mark([MADE.id], whole=False)
            assert (await bot.index.search(ASKED)).passages[0].episode_title == "Bread"


async def test_a_process_takes_few_connections_however_much_it_does_at_once(url: str) -> None:
    name = secrets.token_hex(8)  # others may run this test on the same server
    named = f"{url}&application_name={name}"
    count = "select count(*) from pg_stat_activity where application_name = %s"
    most = 0
    async with asyncio.timeout(30), member(named, defaultdict(MemoryVectors)) as one:
        await one.index.add(MADE, transcript(BREAD), ())
        with closing(psycopg.connect(url, autocommit=True)) as watcher:
            async with asyncio.TaskGroup() as group:
                for number in range(20):
                    group.create_task(one.index.add(episode(f"e{number}"), transcript(SLEEP), ()))
                    tasks = [group.create_task(one.index.search(ASKED)) for _ in range(3)]
                    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                    row = watcher.execute(count, [name]).fetchone()
                    most = max(most, 0 if row is None else row[0])
        assert (await one.index.counts()).episodes == 21

    assert 1 < most <= MOST_CONNECTIONS
