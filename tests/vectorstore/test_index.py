"""What only the real index does: repairs, rebuilds, answers by words alone, and keeps its folder to itself."""

import asyncio
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from pipeline.domain.audience import LOCAL
from pipeline.domain.errors import DataFolderBusy, IndexUnavailable
from pipeline.domain.passage import Query
from pipeline.ports import FillableIndex, Vectors
from tests.peers.made_episodes import BREAD, ROCKETS, SLEEP, episode, insight, transcript
from tests.peers.memory_index import LetterEmbedder
from tests.peers.memory_vectors import MemoryVectors
from vectorstore.folder_register import FolderRegister
from vectorstore.index import EpisodeIndex, IndexCounts
from vectorstore.lexical import SqliteWords
from vectorstore.opening import open_index
from vectorstore.shelf import Shelf

ASKED = Query("How often does a sourdough starter need feeding?", LOCAL)
EMBEDDER = LetterEmbedder()


async def fill(index: FillableIndex) -> None:
    for name, sentences in (("bread", BREAD), ("rockets", ROCKETS), ("sleep", SLEEP)):
        made = episode(name, show=name)
        await index.add(made, transcript(sentences), (insight(made, sentences[0]),))


async def filled_folder(folder: Path) -> None:
    async with open_index(folder, embedder=EMBEDDER) as index:
        await fill(index)


@pytest.fixture
async def vectors() -> MemoryVectors:
    return MemoryVectors()


@pytest.fixture
async def index(tmp_path: Path, vectors: MemoryVectors) -> AsyncIterator[EpisodeIndex]:
    shelf = shelf_in(tmp_path, vectors)
    yield EpisodeIndex(shelf, embedder=EMBEDDER)
    await shelf.close()


def shelf_in(folder: Path, vectors: MemoryVectors) -> Shelf:
    """The first build has these vectors, each further one has its own."""
    made: dict[str, MemoryVectors] = {}
    return Shelf(
        FolderRegister(folder),
        words=lambda build: SqliteWords(folder / f"words-{build.name}.sqlite3"),
        vectors=lambda build: made.setdefault(build.name, MemoryVectors() if made else vectors),
        version=EMBEDDER.version,
    )


async def test_what_was_added_is_there_after_a_restart(tmp_path: Path) -> None:
    await filled_folder(tmp_path)
    async with open_index(tmp_path, embedder=EMBEDDER) as index:
        assert not index.needs_rebuild
        assert await index.counts() == IndexCounts(episodes=3, unfinished=0, chunks=3, insights=3)
        assert len(await index.indexed_episode_ids()) == 3
        assert (await index.search(ASKED)).passages[0].episode_title == "Bread"


async def test_a_new_folder_needs_no_rebuild(tmp_path: Path) -> None:
    async with open_index(tmp_path / "deep" / "index", embedder=EMBEDDER) as index:
        assert not index.needs_rebuild
        assert await index.counts() == IndexCounts(0, 0, 0, 0)


async def test_a_second_owner_is_refused_until_the_first_lets_go(tmp_path: Path) -> None:
    async with open_index(tmp_path, embedder=EMBEDDER):
        with pytest.raises(DataFolderBusy, match=f"Process {os.getpid()} uses"):
            async with open_index(tmp_path, embedder=EMBEDDER):
                pass
    async with open_index(tmp_path, embedder=EMBEDDER) as index:
        assert not index.needs_rebuild


async def test_without_vectors_it_goes_by_words_and_says_so(index: EpisodeIndex, vectors: MemoryVectors) -> None:
    await fill(index)
    vectors.down = True
    found = await index.search(ASKED)
    assert found.passages[0].episode_title == "Bread"
    assert "by their words alone" in found.degraded
    with pytest.raises(IndexUnavailable):
        await index.related(insight(episode("x"), BREAD[0]), workspace=LOCAL)


async def test_what_the_last_look_said_goes_when_vectors_do_their_work_again(
    index: EpisodeIndex, vectors: MemoryVectors
) -> None:
    await fill(index)
    for use in (
        lambda: index.search(ASKED),
        lambda: index.add(episode("new"), transcript(BREAD), ()),
        lambda: index.related(insight(episode("x"), BREAD[0]), workspace=LOCAL),
    ):
        vectors.down = True
        await index.check()
        await index.search(ASKED)
        assert index.problem == "The vectors are down."
        vectors.down = False
        await index.search(Query("?!", LOCAL))
        assert index.problem, "they were not asked"
        await use()
        assert index.problem == ""


async def test_closing_leaves_no_question_behind(tmp_path: Path) -> None:
    class Hanging(MemoryVectors):
        async def reach(self) -> None:
            await asyncio.Event().wait()

    index = EpisodeIndex(shelf_in(tmp_path, Hanging()), embedder=EMBEDDER)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await index.vectors_answer()
    await index.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_search_does_not_hide_that_a_rebuild_is_needed(index: EpisodeIndex, vectors: MemoryVectors) -> None:
    await fill(index)
    await vectors.discard()
    await index.check()
    assert index.problem
    async with index.rebuilding():
        await index.add(episode("new"), transcript(BREAD), ())
        await index.search(ASKED)
        assert index.problem
        assert index.needs_rebuild
        assert not await index.vectors_answer()
    assert index.problem == ""
    assert await index.vectors_answer()


async def test_a_question_without_any_telling_word_is_searched_by_meaning(index: EpisodeIndex) -> None:
    await fill(index)
    found = await index.search(Query("what about it?", LOCAL))
    assert len(found.passages) == 3
    assert found.passages[0].score == 1.0


async def test_a_question_of_signs_alone_finds_nothing(index: EpisodeIndex) -> None:
    await fill(index)
    found = await index.search(Query("?!", LOCAL))
    assert (found.passages, found.searched) == ((), 3)
    assert await index.related(insight(episode("x"), "…"), workspace=LOCAL) == ()


async def test_an_add_that_was_cut_off_is_named_and_repaired_by_adding_again(
    index: EpisodeIndex, vectors: MemoryVectors
) -> None:
    await fill(index)
    made = episode("bread", show="bread")
    vectors.down = True
    with pytest.raises(IndexUnavailable):
        await index.add(made, transcript(SLEEP), ())
    vectors.down = False
    await index.check()
    assert not index.needs_rebuild
    assert made.id not in await index.indexed_episode_ids()
    assert (await index.counts()).unfinished == 1
    await index.add(made, transcript(SLEEP), ())
    assert made.id in await index.indexed_episode_ids()
    await index.check()
    assert not index.needs_rebuild


async def test_a_forget_that_was_cut_off_is_finished_by_the_next(index: EpisodeIndex, vectors: MemoryVectors) -> None:
    await fill(index)
    made = episode("bread", show="bread")
    vectors.down = True
    with pytest.raises(IndexUnavailable):
        await index.forget([made.id])
    vectors.down = False
    await index.check()
    assert not index.needs_rebuild
    await index.forget([made.id])
    assert await index.counts() == IndexCounts(episodes=2, unfinished=0, chunks=2, insights=2)


async def test_two_adds_of_one_episode_at_once_leave_it_once(index: EpisodeIndex) -> None:
    made = episode("bread", show="bread")
    await asyncio.gather(*(index.add(made, transcript(BREAD), (insight(made, "One."),)) for _ in range(5)))
    assert await index.counts() == IndexCounts(episodes=1, unfinished=0, chunks=1, insights=1)


async def test_an_insight_that_is_given_twice_is_kept_once(index: EpisodeIndex) -> None:
    made = episode("bread", show="bread")
    await index.add(made, transcript(BREAD), (insight(made, "One."), insight(made, "One.")))
    await index.check()
    assert not index.needs_rebuild


async def test_an_embedder_that_fails_stops_the_add_and_not_the_search(tmp_path: Path) -> None:
    class Failing(LetterEmbedder):
        async def embed(self, texts: Sequence[str]) -> Vectors:
            raise IndexUnavailable("No vectors today.")

    shelf = shelf_in(tmp_path, MemoryVectors())
    await fill(EpisodeIndex(shelf, embedder=EMBEDDER))
    index = EpisodeIndex(shelf, embedder=Failing())
    with pytest.raises(IndexUnavailable):
        await index.add(episode("new"), transcript(BREAD), ())
    assert (await index.search(ASKED)).passages[0].episode_title == "Bread"
    await shelf.close()


def chroma_folder(folder: Path) -> Path:
    (path,) = folder.glob("vectors-*")
    return path


def remove_vectors(folder: Path) -> None:
    shutil.rmtree(chroma_folder(folder))


def cut_the_database_in_half(folder: Path) -> None:
    path = chroma_folder(folder) / "chroma.sqlite3"
    os.truncate(path, path.stat().st_size // 2)


def write_noise_over_the_database(folder: Path) -> None:
    (chroma_folder(folder) / "chroma.sqlite3").write_bytes(bytes(range(256)) * 400)


def put_a_foreign_database_there(folder: Path) -> None:
    path = chroma_folder(folder) / "chroma.sqlite3"
    path.unlink()
    with closing(sqlite3.connect(path)) as db:
        db.execute("create table something (else_entirely)")


def put_a_folder_there(folder: Path) -> None:
    path = chroma_folder(folder) / "chroma.sqlite3"
    path.unlink()
    path.mkdir()


def spoil_a_page(folder: Path) -> None:
    path = chroma_folder(folder) / "chroma.sqlite3"
    with path.open("r+b") as file:
        for page in range(3, path.stat().st_size // 4096, 2):
            file.seek(page * 4096)
            file.write(b"\xa5" * 4096)


def lose_the_embeddings(folder: Path) -> None:
    for path in chroma_folder(folder).iterdir():
        if path.is_dir():
            shutil.rmtree(path)
    with closing(sqlite3.connect(chroma_folder(folder) / "chroma.sqlite3")) as db, db:
        db.execute("delete from embeddings_queue")


def write_noise_over_the_words(folder: Path) -> None:
    (path,) = folder.glob("words-*.sqlite3")
    path.write_bytes(bytes(range(256)) * 400)


@pytest.mark.parametrize(
    "damage",
    [
        remove_vectors,
        cut_the_database_in_half,
        write_noise_over_the_database,
        put_a_foreign_database_there,
        put_a_folder_there,
        spoil_a_page,
        lose_the_embeddings,
        write_noise_over_the_words,
    ],
)
async def test_damage_is_noticed_at_opening_and_mended_by_a_rebuild(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    await filled_folder(tmp_path)
    damage(tmp_path)
    async with open_index(tmp_path, embedder=EMBEDDER) as index:
        assert index.needs_rebuild
        async with index.rebuilding() as beside:
            await fill(beside)
        assert not index.needs_rebuild
        assert (await index.search(ASKED)).degraded == ""
    async with open_index(tmp_path, embedder=EMBEDDER) as index:
        assert not index.needs_rebuild
        assert (await index.search(ASKED)).passages[0].episode_title == "Bread"


async def test_until_the_rebuild_words_go_on_alone(tmp_path: Path) -> None:
    await filled_folder(tmp_path)
    write_noise_over_the_database(tmp_path)
    async with open_index(tmp_path, embedder=EMBEDDER) as index:
        found = await index.search(ASKED)
        assert found.passages[0].episode_title == "Bread"
        assert found.degraded
        with pytest.raises(IndexUnavailable):
            await index.add(episode("new"), transcript(BREAD), ())


async def test_damaged_words_make_the_search_say_so(tmp_path: Path) -> None:
    await filled_folder(tmp_path)
    write_noise_over_the_words(tmp_path)
    async with open_index(tmp_path, embedder=EMBEDDER) as index:
        with pytest.raises(IndexUnavailable, match="word index cannot be used"):
            await index.search(ASKED)


async def test_another_embedding_needs_a_rebuild(tmp_path: Path) -> None:
    class Wider(LetterEmbedder):
        version = "wider"

        async def embed(self, texts: Sequence[str]) -> Vectors:
            rows = await super().embed(texts)
            return np.hstack([rows, np.zeros_like(rows)])

    await filled_folder(tmp_path)
    async with open_index(tmp_path, embedder=Wider()) as index:
        assert index.needs_rebuild
        assert (await index.search(ASKED)).degraded
        async with index.rebuilding() as beside:
            await fill(beside)
    async with open_index(tmp_path, embedder=Wider()) as index:
        assert not index.needs_rebuild


async def test_more_chunks_than_one_batch_are_all_found_again(tmp_path: Path) -> None:
    sentences = tuple(f"Topic{n} " * 120 for n in range(250))
    async with open_index(tmp_path, embedder=EMBEDDER) as index:
        await index.add(episode("long"), transcript(sentences), ())
        assert (await index.counts()).chunks >= 200
        found = await index.search(Query("topic249", LOCAL, limit=1))
        assert "Topic249" in found.passages[0].text
        await index.check()
        assert not index.needs_rebuild
