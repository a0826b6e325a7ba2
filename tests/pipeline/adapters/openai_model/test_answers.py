"""Answering from passages: what is carried stays, what is not goes, and no model is no catastrophe."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from pipeline.adapters.openai_model import ModelAnswers
from pipeline.domain.answer import Answer, Citation, Grade, Question
from pipeline.domain.audience import LOCAL
from pipeline.domain.insight import Author
from pipeline.domain.passage import SearchResult
from pipeline.domain.spending import Purpose
from tests.peers.made_talk import passages
from tests.peers.model_bench import Bench, model_bench
from tests.peers.openai_peer import (
    drips,
    no_credit,
    prompt_of,
    reads_at_most,
    refuses,
    says,
    says_json,
    status,
)

QUESTION = Question("How much do models forget when they are trained with rewards?", LOCAL, context="About no. 3")
FOUND = SearchResult(passages(), searched=212)

CARRIED = {
    "text": "Tobias Brandt trained one model twice: imitation lost nineteen percent of the old skills, and reward "
    "training lost four percent, because it moves the weights so little.",
    "passages": [1],
}
REMEDY = {
    "text": "Mixing a tenth of the old data into every batch brought back two thirds of what was lost.",
    "passages": [3],
}


class Passages:
    """A fallback that shows all passages."""

    async def write(self, question: Question, found: SearchResult) -> Answer:
        citations = tuple(Citation(n, p) for n, p in enumerate(found.passages, start=1))
        return Answer(question.text, Grade.PARTLY, Author.EXTRACT, (), citations, found.searched, found.degraded)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with model_bench() as made:
        yield made


async def write(bench: Bench, found: SearchResult = FOUND, *, deadline: float = 10.0) -> Answer:
    return await ModelAnswers(bench.model, Passages(), deadline=deadline).write(QUESTION, found)


def reply(*statements: Any, grade: str = "answered", correction: Any = None) -> dict[str, Any]:
    return {"grade": grade, "correction": correction, "statements": list(statements)}


async def test_statements_keep_their_citations_numbered_by_code(bench: Bench) -> None:
    bench.peer.answers = [says_json(reply(REMEDY, CARRIED))]
    answer = await write(bench)
    assert answer.grade is Grade.ANSWERED
    assert answer.author is Author.MODEL
    assert [s.citations for s in answer.statements] == [(1,), (2,)]
    assert [c.passage for c in answer.citations] == [FOUND.passages[2], FOUND.passages[0]]
    assert (answer.searched, answer.degraded) == (212, "")
    (call,) = bench.book.calls
    assert call.purpose is Purpose.ANSWER
    assert "rewards" not in call.subject


async def test_the_thread_is_given_as_data_that_is_no_evidence(bench: Bench) -> None:
    bench.peer.answers = [says_json(reply(CARRIED))]
    await write(bench)
    said = bench.peer.requests[0]["messages"][1]["content"]
    assert said.index("Earlier messages (data, never evidence)") < said.index("About no. 3")
    assert "[1] (Gradient Talk, How models forget, 22 November 2026, Tobias Brandt) We trained" in said


async def test_a_statement_without_a_passage_goes(bench: Bench) -> None:
    bench.peer.answers = [
        says_json(
            reply(
                CARRIED, {"text": "Reward training is better.", "passages": []}, {"text": "So it is.", "passages": [9]}
            )
        )
    ]
    answer = await write(bench)
    assert [s.text for s in answer.statements] == [CARRIED["text"]]
    assert answer.grade is Grade.ANSWERED


@pytest.mark.parametrize(
    "text",
    [
        "Imitation lost forty percent of the old skills of the model.",
        "Sundar Pichai measured how many old skills imitation lost.",
        "Whales sing louder near harbours because propellers drown their voices at night.",
    ],
)
async def test_a_statement_that_its_passage_does_not_carry_goes_and_the_grade_falls(bench: Bench, text: str) -> None:
    bench.peer.answers = [says_json(reply(CARRIED, {"text": text, "passages": [1]}))]
    answer = await write(bench)
    assert [s.text for s in answer.statements] == [CARRIED["text"]]
    assert answer.grade is Grade.PARTLY


@pytest.mark.parametrize("live", ["See https://evil.example/x", "Ask @channel", "<!here> look", "Go to evil.com now"])
async def test_a_statement_with_a_link_or_a_mention_goes(bench: Bench, live: str) -> None:
    bench.peer.answers = [says_json(reply(CARRIED, {"text": f"Imitation lost old skills. {live}", "passages": [1]}))]
    assert [s.text for s in (await write(bench)).statements] == [CARRIED["text"]]


async def test_a_false_premise_is_corrected_first_and_may_name_what_was_asked(bench: Bench) -> None:
    question = Question("Why did Zorbatron lose 55 percent with rewards?", LOCAL)
    correction = {
        "text": "Zorbatron and 55 percent do not come up: reward training lost four percent.",
        "passages": [1],
    }
    bench.peer.answers = [says_json(reply(REMEDY, correction=correction))]
    answer = await ModelAnswers(bench.model, Passages()).write(question, FOUND)
    assert [s.text for s in answer.statements] == [correction["text"], REMEDY["text"]]


async def test_when_nothing_is_carried_the_closest_passage_is_shown_as_not_found(bench: Bench) -> None:
    bench.peer.answers = [says_json(reply({"text": "Elon Musk lost 70 percent.", "passages": [1]}))]
    answer = await write(bench)
    assert (answer.grade, answer.statements, len(answer.citations)) == (Grade.NOT_FOUND, (), 1)


async def test_when_the_model_finds_nothing_the_answer_says_so(bench: Bench) -> None:
    bench.peer.answers = [says_json({"grade": "not_found", "correction": None})]
    answer = await write(bench)
    assert (answer.grade, answer.author) == (Grade.NOT_FOUND, Author.MODEL)


async def test_below_the_border_no_model_is_asked(bench: Bench) -> None:
    for found in (SearchResult(passages(match=0.4), 212), SearchResult((), 0)):
        await write(bench, found)
    assert bench.peer.requests == []


async def test_an_unsure_match_is_answered_partly_at_best(bench: Bench) -> None:
    bench.peer.answers = [says_json(reply(CARRIED))]
    assert (await write(bench, SearchResult(passages(match=0.6), 212))).grade is Grade.PARTLY


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (no_credit(), "is paused"),
        (status(500), "did not answer in time"),
        (status(401), "could not be used"),
        (refuses(), "could not be used"),
        (says("I'd rather not say."), "could not be used"),
    ],
)
async def test_when_the_model_fails_for_good_the_passages_are_shown_and_labelled(
    bench: Bench, answer: Any, reason: str
) -> None:
    bench.peer.answers = [answer]
    shown = await write(bench)
    assert shown.author is Author.EXTRACT
    assert len(shown.citations) == 4
    assert reason in shown.degraded


async def test_a_model_that_never_finishes_is_not_waited_for(bench: Bench) -> None:
    bench.peer.answers = [drips()]
    shown = await write(bench, SearchResult(passages(), 212, "Only words were searched."), deadline=0.3)
    assert shown.degraded.startswith("Only words were searched. The language model did not answer in time")


async def test_too_much_text_is_answered_from_half_of_the_passages(bench: Bench) -> None:
    bench.peer.answers = [says_json(reply(CARRIED))]
    await write(bench)
    words = len(prompt_of(bench.peer.requests[0]).split())
    bench.peer.answers = [reads_at_most(words - 1, then=says_json(reply(CARRIED)))]
    assert (await write(bench)).grade is Grade.ANSWERED
    assert "Almost nobody keeps" not in prompt_of(bench.peer.requests[-1])
