"""AnswerWriter: whoever answers, every citation is one of the passages and numbered by us."""

from collections.abc import AsyncIterator

import pytest

from pipeline.adapters.extractive.answers import PassageAnswers
from pipeline.adapters.openai_model import ModelAnswers
from pipeline.domain.answer import Grade, Question
from pipeline.domain.audience import LOCAL
from pipeline.domain.insight import Author
from pipeline.domain.passage import SearchResult
from pipeline.ports import AnswerWriter
from tests.peers.made_talk import passages
from tests.peers.model_bench import model_bench
from tests.peers.openai_peer import no_credit, says_json
from vectorstore.embedding import StaticEmbedder

QUESTION = Question("How many of the old skills did imitation lose?", LOCAL)
REPLY = {
    "grade": "answered",
    "correction": None,
    "statements": [{"text": "Imitation lost nineteen percent of the old skills.", "passages": [1]}],
}


@pytest.fixture(params=["model", "model without credit", "extractive"])
async def writer(request: pytest.FixtureRequest) -> AsyncIterator[AnswerWriter]:
    embedder = StaticEmbedder()
    extractive = PassageAnswers(embedder)
    if request.param == "extractive":
        yield extractive
    else:
        async with model_bench() as bench:
            bench.peer.answers = [says_json(REPLY) if request.param == "model" else no_credit()]
            yield ModelAnswers(bench.model, extractive)
    embedder.close()


async def test_citations_are_passages_that_were_found_numbered_from_one(writer: AnswerWriter) -> None:
    answer = await writer.write(QUESTION, SearchResult(passages(), 212))
    assert answer.question == QUESTION.text
    assert answer.searched == 212
    assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert 0 < len(answer.citations) <= 5
    texts = [p.text for p in passages()]
    assert all(any(c.passage.text in text for text in texts) for c in answer.citations)
    assert {n for s in answer.statements for n in s.citations} <= {c.number for c in answer.citations}


async def test_an_extract_makes_no_statements_and_a_model_only_cited_ones(writer: AnswerWriter) -> None:
    answer = await writer.write(QUESTION, SearchResult(passages(), 212))
    assert bool(answer.statements) == (answer.author is Author.MODEL)
    assert all(statement.citations for statement in answer.statements)


async def test_below_the_border_nothing_is_stated_and_the_three_closest_passages_are_shown(
    writer: AnswerWriter,
) -> None:
    assert len(passages()) > 3
    answer = await writer.write(QUESTION, SearchResult(passages(match=0.05), 212))
    assert (answer.grade, answer.author, answer.statements) == (Grade.NOT_FOUND, Author.EXTRACT, ())
    assert len(answer.citations) == 3


async def test_nothing_found_is_no_error(writer: AnswerWriter) -> None:
    answer = await writer.write(QUESTION, SearchResult((), 0))
    assert (answer.grade, answer.citations) == (Grade.NOT_FOUND, ())


async def test_what_the_index_lacked_is_passed_on(writer: AnswerWriter) -> None:
    answer = await writer.write(QUESTION, SearchResult(passages(), 212, "Only words were searched."))
    assert answer.degraded.startswith("Only words were searched.")
