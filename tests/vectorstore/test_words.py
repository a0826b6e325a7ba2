"""The word half: what is a telling word, how endings and accents are met, and how much is covered."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.peers.made_episodes import BREAD, ROCKETS, SLEEP, episode, transcript
from tests.peers.postgres import postgres_schema
from vectorstore.chunking import chunk_transcript
from vectorstore.entry import Fence, entry_of
from vectorstore.lexical import SqliteWords
from vectorstore.postgres import open_postgres
from vectorstore.postgres_words import PostgresWords
from vectorstore.words import Wanted, WordIndex, query_words, wanted

PUBLIC_ONLY = Fence(("public",))


@pytest.fixture
async def words(tmp_path: Path) -> AsyncIterator[SqliteWords]:
    opened = SqliteWords(tmp_path / "words.sqlite3")
    for name, sentences in (("bread", BREAD), ("rockets", ROCKETS), ("café", (*SLEEP, "A naïve café owner."))):
        await opened.put(entry_of(episode(name, show=name), chunk_transcript(transcript(sentences)), ()))
    yield opened
    await opened.close()


@pytest.fixture(params=["folder", "postgresql"])
async def large(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[WordIndex]:
    """One for which forty chunks are many."""
    async with AsyncExitStack() as stack:
        if request.param == "folder":
            opened: WordIndex = SqliteWords(tmp_path / "large.sqlite3", most_scored=4)
        else:
            url = await stack.enter_async_context(postgres_schema())
            database = await stack.enter_async_context(open_postgres(url))
            opened = PostgresWords(database, build="large", most_scored=4)
        await opened.create()
        yield opened
        await opened.close()


def test_drops_what_only_asks_or_fills() -> None:
    assert query_words("Um, what did they, you know, say about the sourdough's crust?") == ("sourdough", "crust")
    assert query_words("Don't you think?") == ()


def test_a_word_counts_once_and_a_very_long_question_is_cut() -> None:
    assert query_words("Bread, bread and BREAD") == ("bread",)
    assert len(query_words(" ".join(f"w{n}" for n in range(500)))) == 64


async def test_meets_other_endings_and_accents(words: SqliteWords) -> None:
    hits = await words.find("rockets landing cafe", fence=PUBLIC_ONLY, limit=9)
    assert {chunk_id.split(":")[0] for chunk_id in hits.scores} == {
        episode(name, show=name).id for name in ("rockets", "café")
    }


async def test_a_title_alone_is_enough_to_be_found(words: SqliteWords) -> None:
    await words.put(entry_of(episode("gardening"), chunk_transcript(transcript(BREAD)), ()))
    hits = await words.find("gardening", fence=PUBLIC_ONLY, limit=9)
    assert list(hits.scores) == [f"{episode('gardening').id}:0"]


async def test_a_rare_word_weighs_more_than_a_common_one(words: SqliteWords) -> None:
    hits = await words.find("helps rocket unheard", fence=PUBLIC_ONLY, limit=9)
    weights = {term.stem: term.weight for term in hits.terms}
    assert set(weights) == {"help", "rocket", "unheard"}
    assert weights["unheard"] > weights["rocket"]


async def test_says_how_much_of_the_question_each_chunk_covers(words: SqliteWords) -> None:
    hits = await words.find("rocket booster unheard", fence=PUBLIC_ONLY, limit=9)
    covers = await words.covers(hits.terms, chunk_ids=[*hits.scores, "unknown"])
    assert list(covers) == list(hits.scores)
    assert all(0.3 < cover < 0.7 for cover in covers.values())
    assert await words.covers((), chunk_ids=list(hits.scores)) == dict.fromkeys(hits.scores, 0.0)


async def test_counts_what_may_be_seen_and_what_there_is(words: SqliteWords) -> None:
    hits = await words.find("bread", fence=Fence(("public",), feeds=(episode("bread", show="bread").feed_id,)), limit=9)
    assert (hits.searched, hits.total) == (1, 3)


@pytest.mark.parametrize("text", ['"', "'; drop table chunk; --", "NEAR(a b)", "a* OR b", "col:word", "\x00", "天気"])
async def test_no_question_can_break_the_search(words: SqliteWords, text: str) -> None:
    assert (await words.find(text, fence=PUBLIC_ONLY, limit=9)).searched == 3


@given(st.text())
def test_telling_words_never_hold_a_sign_of_the_query_language(text: str) -> None:
    assert all(word.isalnum() for word in query_words(text))


def test_the_rarest_words_are_looked_up_until_too_many_chunks_would_be_scored() -> None:
    counts = {"rare": 3, "fair": 900, "usual": 6_000, "common": 9_000, "unheard": 0}
    assert wanted(counts, searched=10**5, total=10**5) == Wanted(("rare", "fair"))
    assert wanted({"fair": 900, "common": 9_000}, searched=10**5, total=10**5) == Wanted(("fair", "common"))
    assert wanted({"unheard": 0}, searched=10**5, total=10**5) == Wanted(())


def test_a_rare_word_is_looked_up_without_the_usual_ones_beside_it() -> None:
    counts = {"unheard": 0, "mumbled": 0, "rare": 3, "people": 400_000}
    assert wanted(counts, searched=10**6, total=10**6) == Wanted(("rare",))


def test_usual_words_alone_are_looked_up_together_and_the_newest_of_too_many() -> None:
    counts = {"money": 50_000, "people": 400_000, "thing": 500_000}
    assert wanted(counts, searched=10**6, total=10**6) == Wanted(("money", "people", "thing"), True, 0.6)
    assert wanted(counts, searched=10**5, total=10**6) == Wanted(("money",), True, 1.0)


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 10**6), max_size=9), st.integers(0, 10**6))
def test_something_is_looked_up_whenever_any_word_is_known(counts: dict[str, int], searched: int) -> None:
    found = wanted(counts, searched=searched, total=10**6)
    assert bool(found.words) == any(counts.values())
    assert 0 < found.share <= 1


async def test_in_a_large_index_usual_words_find_the_newest_chunks_that_have_them_all(large: WordIndex) -> None:
    for number in range(40):
        sentences = ("Bread needs flour.",) if number % 2 else ("Bread alone.",)
        await large.put(entry_of(episode(f"e{number}", show=f"s{number}"), chunk_transcript(transcript(sentences)), ()))
    everywhere = await large.find("bread flour", fence=PUBLIC_ONLY, limit=99)
    assert [name.split(":")[0] for name in everywhere.scores] == [
        episode(f"e{n}", show=f"s{n}").id for n in range(33, 40, 2)
    ]
    feeds = tuple(episode("e", show=f"s{n}").feed_id for n in range(4))
    few = await large.find("bread flour", fence=Fence(("public",), feeds=feeds), limit=99)
    assert {name.split(":")[0] for name in few.scores} == {episode(f"e{n}", show=f"s{n}").id for n in (1, 3)}
