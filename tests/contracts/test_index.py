"""Embedder, Index and InsightSearch: what the real index and the fake both do."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import numpy as np
import pytest

from pipeline.domain.audience import LOCAL, Audience, WorkspaceId
from pipeline.domain.passage import Query
from pipeline.ports import Embedder, Index, InsightSearch
from tests.peers.chroma_server import chroma_server
from tests.peers.made_episodes import BREAD, ROCKETS, SLEEP, episode, insight, transcript
from tests.peers.memory_index import LetterEmbedder, MemoryIndex
from tests.peers.postgres import postgres_schema
from vectorstore.embedding import StaticEmbedder
from vectorstore.opening import open_index

US, THEM = WorkspaceId("slack:T1"), WorkspaceId("discord:2")
PRIVATE = Audience(US)


class SearchableIndex(Index, InsightSearch, Protocol):
    """Both roles, as one object plays them."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with chroma_server(tmp_path_factory.mktemp("chroma")) as url:
        yield url


@pytest.fixture(params=["memory", "folder", "server", "postgresql", "postgresql and server"])
async def index(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SearchableIndex]:
    if request.param == "memory":
        yield MemoryIndex()
        return
    where = {}
    async with AsyncExitStack() as stack:
        if "server" in request.param:
            where["chroma_url"] = request.getfixturevalue("server")
        if "postgresql" in request.param:
            where["database_url"] = await stack.enter_async_context(postgres_schema())
        embedder = StaticEmbedder()
        stack.callback(embedder.close)
        yield await stack.enter_async_context(open_index(tmp_path, embedder=embedder, **where))


@pytest.fixture(params=["letters", "static"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    return LetterEmbedder() if request.param == "letters" else StaticEmbedder()


async def titles(index: Index, text: str, workspace: WorkspaceId = LOCAL, **limits: object) -> list[str]:
    found = await index.search(Query(text, workspace, **limits))  # type: ignore[arg-type]  # the caller names fields
    return [passage.episode_title for passage in found.passages]


async def add(index: Index, *things: tuple[str, Sequence[str], Audience | None]) -> None:
    for name, sentences, audience in things:
        made = episode(name, show=name, audience=audience or Audience())
        await index.add(made, transcript(tuple(sentences)), (insight(made, sentences[0]),))


async def test_finds_the_episode_that_speaks_about_the_question(index: SearchableIndex) -> None:
    await add(index, ("bread", BREAD, None), ("rockets", ROCKETS, None), ("sleep", SLEEP, None))
    assert (await titles(index, "How often does a sourdough starter need feeding?"))[0] == "Bread"
    assert (await titles(index, "What does the rocket engine burn instead of kerosene?"))[0] == "Rockets"


async def test_a_passage_carries_its_place_and_its_link(index: SearchableIndex) -> None:
    made = episode("bread")
    await index.add(made, transcript(BREAD), ())
    passage = (await index.search(Query("sourdough starter flour", LOCAL))).passages[0]
    assert (passage.feed_id, passage.feed_url, passage.feed_title) == (made.feed_id, made.feed_url, made.feed_title)
    assert (passage.episode_id, passage.guid, passage.published) == (made.id, made.guid, made.when)
    assert (passage.start, passage.speaker) == (0.0, "Ada")
    assert BREAD[0] in passage.text
    assert passage.url == made.moment_url(0.0)
    assert 0 < passage.score <= 1
    assert 0 < passage.match <= 1


async def test_a_transcript_without_times_gives_passages_without_times(index: SearchableIndex) -> None:
    await index.add(episode("bread"), transcript(BREAD, timed=False, speaker=None), ())
    passage = (await index.search(Query("sourdough starter", LOCAL))).passages[0]
    assert (passage.start, passage.end, passage.speaker) == (None, None, None)


async def test_adding_again_replaces_what_was_there(index: SearchableIndex) -> None:
    made = episode("morning")
    await index.add(made, transcript(BREAD), (insight(made, "Feed the starter daily."),))
    await index.add(made, transcript(SLEEP), (insight(made, "Keep the bedroom cool and dark."),))
    found = await index.search(Query("sourdough starter", LOCAL))
    assert not any(BREAD[0] in passage.text for passage in found.passages)
    assert len(await titles(index, "melatonin in the evening light")) == 1 or found.searched == len(SLEEP)
    other = episode("night", show="other")
    related = await index.related(insight(other, "A cool and dark bedroom helps."), workspace=LOCAL)
    assert [item.insight_id for item in related] == [insight(made, "Keep the bedroom cool and dark.").id]


async def test_adding_the_same_twice_changes_nothing(index: SearchableIndex) -> None:
    await add(index, ("bread", BREAD, None))
    before = await index.search(Query("cast iron pot with a lid", LOCAL))
    await add(index, ("bread", BREAD, None))
    assert await index.search(Query("cast iron pot with a lid", LOCAL)) == before


async def test_forgets_an_episode_with_its_insights(index: SearchableIndex) -> None:
    await add(index, ("bread", BREAD, None), ("rockets", ROCKETS, None))
    await index.forget([episode("bread", show="bread").id, "unknown"])
    assert "Bread" not in await titles(index, "sourdough starter flour")
    assert await index.related(insight(episode("x"), BREAD[0]), workspace=LOCAL, limit=1) != ()
    await index.forget([episode("rockets", show="rockets").id])
    assert await index.search(Query("rocket", LOCAL)) == await index.search(Query("sourdough", LOCAL))
    assert await index.related(insight(episode("x"), BREAD[0]), workspace=LOCAL) == ()


async def test_a_stranger_sees_nothing_of_a_private_feed_and_cannot_count_it(index: SearchableIndex) -> None:
    await add(index, ("bread", BREAD, PRIVATE), ("sleep", SLEEP, None))
    assert "Bread" in await titles(index, "sourdough starter flour", US)
    assert "Bread" not in await titles(index, "sourdough starter flour", THEM)
    ours = await index.search(Query("bedroom", US))
    theirs = await index.search(Query("bedroom", THEM))
    assert ours.searched > theirs.searched > 0
    assert await index.related(insight(episode("x"), BREAD[0]), workspace=THEM, limit=9) == await index.related(
        insight(episode("x"), BREAD[0]), workspace=LOCAL, limit=9
    )
    near = await index.related(insight(episode("x"), BREAD[0]), workspace=US)
    assert near[0].feed_id == episode("bread", show="bread", audience=PRIVATE).feed_id


async def test_a_public_passage_is_found_behind_many_better_private_ones(index: SearchableIndex) -> None:
    secret = episode("secret", show="secret", audience=PRIVATE)
    notes = tuple(f"{BREAD[0]} Note {number}. " * 12 for number in range(130))
    await index.add(secret, transcript(notes), tuple(insight(secret, f"{BREAD[0]} {n}") for n in range(130)))
    await add(index, ("bread", ("Somebody mentioned a starter once.",), None))
    assert await titles(index, "sourdough starter feeding flour water", THEM) == ["Bread"]
    near = await index.related(insight(episode("x"), BREAD[0]), workspace=THEM)
    assert [item.feed_id for item in near] == [episode("bread", show="bread").feed_id]


async def test_keeps_to_the_feeds_and_the_time_that_were_asked_for(index: SearchableIndex) -> None:
    when = datetime(2026, 11, 20, tzinfo=UTC)
    early = episode("early", show="early", published=when - timedelta(days=9))
    late = episode("late", show="late", published=when)
    await index.add(early, transcript(BREAD), ())
    await index.add(late, transcript((*BREAD, *SLEEP)), ())
    assert await titles(index, "sourdough starter", feeds=(early.feed_id,)) == ["Early"]
    assert set(await titles(index, "sourdough starter", since=when)) == {"Late"}
    nothing = await index.search(Query("sourdough starter", LOCAL, feeds=()))
    assert (nothing.passages, nothing.searched) == ((), 0)


async def test_gives_at_most_as_many_as_were_asked_for(index: SearchableIndex) -> None:
    await add(index, ("bread", BREAD, None), ("loaf", BREAD[1:], None), ("crust", BREAD[2:], None))
    assert len(await titles(index, "sourdough dough cast iron", limit=2)) == 2


async def test_an_empty_index_finds_nothing(index: SearchableIndex) -> None:
    found = await index.search(Query("anything", LOCAL))
    assert (found.passages, found.searched, found.degraded) == ((), 0, "")
    assert await index.related(insight(episode("x"), BREAD[0]), workspace=LOCAL) == ()


async def test_an_episode_without_a_word_can_be_added(index: SearchableIndex) -> None:
    await index.add(episode("silence"), transcript(()), ())
    assert await titles(index, "anything") == []


async def test_related_insights_come_nearest_first_and_from_other_episodes(index: SearchableIndex) -> None:
    asked = episode("asked", show="asked")
    mine = insight(asked, "A sourdough starter needs feeding every day.")
    await index.add(asked, transcript(BREAD), (mine, insight(asked, "A sourdough starter needs flour every day.")))
    await add(index, ("bread", BREAD, None), ("rockets", ROCKETS, None))
    near = await index.related(mine, workspace=LOCAL, limit=5)
    assert near[0].episode_id == episode("bread", show="bread").id
    assert asked.id not in {item.episode_id for item in near}
    assert [item.similarity for item in near] == sorted((item.similarity for item in near), reverse=True)


async def test_a_vector_is_one_unit_row_for_each_text(embedder: Embedder) -> None:
    rows = await embedder.embed(["A cool dark bedroom.", "The rocket landed.", "word " * 2000])
    assert rows.shape[0] == 3
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-3)
    assert embedder.version


async def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    rows = await embedder.embed([])
    assert rows.shape == (0, (await embedder.embed(["one"])).shape[1])


async def test_an_empty_text_is_near_to_nothing(embedder: Embedder) -> None:
    rows = await embedder.embed(["", "bread"])
    assert float(rows[0] @ rows[1]) == 0.0


async def test_the_same_text_has_the_same_vector_alone_and_among_others(embedder: Embedder) -> None:
    alone = await embedder.embed(["sourdough starter"])
    among = await embedder.embed(["rocket", "sourdough starter"])
    assert np.allclose(alone[0], among[1], atol=1e-5)
