"""Answers that show passages and claim nothing."""

from datetime import UTC, datetime

import pytest

from pipeline.adapters.extractive_answers import PassageAnswers
from pipeline.domain.answer import Grade, Question
from pipeline.domain.audience import LOCAL
from pipeline.domain.insight import Author
from pipeline.domain.passage import Passage, SearchResult
from tests.peers.memory_stores import CountingEmbedder

FILLER = "We drove home through the rain and talked about the harvest of that year and the price of grain. "
TEXT = (
    FILLER * 3
    + "The compressor of the heat pump wears out after fifteen years. It costs half the machine. "
    + FILLER * 3
)


def passage(text: str = TEXT, *, match: float = 0.9, start: float | None = 100.0) -> Passage:
    return Passage(
        feed_id="f1",
        feed_url="https://warm.example/feed",
        feed_title="The Warm House",
        episode_id="e1",
        episode_title="Heat pumps",
        guid="guid",
        text=text,
        start=start,
        end=None if start is None else start + 60.0,
        speaker="Tom",
        score=match,
        match=match,
        published=datetime(2026, 11, 20, tzinfo=UTC),
        url=None if start is None else f"https://warm.example/1.mp3#t={int(start)}",
    )


def writer() -> PassageAnswers:
    return PassageAnswers(CountingEmbedder(), not_found_below=0.5, partly_below=0.7)


ASKED = Question("When does the compressor of a heat pump wear out?", LOCAL)


async def test_shows_the_sentences_around_the_best_one_with_their_own_time() -> None:
    answer = await writer().write(ASKED, SearchResult((passage(),), searched=212))
    (citation,) = answer.citations

    assert "The compressor of the heat pump wears out after fifteen years." in citation.passage.text
    assert citation.passage.text in TEXT
    assert 1 <= citation.passage.text.count(".") <= 4
    assert citation.passage.start is not None
    assert 110 < citation.passage.start < 135
    assert citation.passage.end is not None
    assert citation.passage.end < 160
    assert citation.passage.url == f"https://warm.example/1.mp3#t={int(citation.passage.start)}"


async def test_says_nothing_of_its_own() -> None:
    answer = await writer().write(ASKED, SearchResult((passage(),), searched=212, degraded="Words only."))

    assert answer.author is Author.EXTRACT
    assert answer.statements == ()
    assert (answer.question, answer.searched, answer.degraded) == (ASKED.text, 212, "Words only.")


@pytest.mark.parametrize(
    ("matches", "grade", "shown"),
    [
        ((0.9, 0.6, 0.4, 0.3, 0.2, 0.1), Grade.ANSWERED, 5),
        ((0.6, 0.69), Grade.PARTLY, 2),
        ((0.49, 0.2), Grade.NOT_FOUND, 1),
        ((), Grade.NOT_FOUND, 0),
    ],
)
async def test_the_grade_follows_the_best_match(matches: tuple[float, ...], grade: Grade, shown: int) -> None:
    found = SearchResult(tuple(passage(match=m) for m in matches), searched=10)
    answer = await writer().write(ASKED, found)

    assert answer.grade is grade
    assert [c.number for c in answer.citations] == list(range(1, shown + 1))


async def test_a_passage_of_one_sentence_stays_whole() -> None:
    one = passage("The compressor wears out.")
    answer = await writer().write(ASKED, SearchResult((one,), searched=1))

    assert answer.citations[0].passage == one


async def test_a_passage_without_times_is_cut_too() -> None:
    answer = await writer().write(ASKED, SearchResult((passage(start=None),), searched=1))

    assert answer.citations[0].passage.start is None
    assert "compressor" in answer.citations[0].passage.text


async def test_a_question_of_stop_words_still_gets_passages() -> None:
    answer = await writer().write(Question("What is it?", LOCAL), SearchResult((passage(),), searched=1))

    assert answer.citations[0].passage.text in TEXT
