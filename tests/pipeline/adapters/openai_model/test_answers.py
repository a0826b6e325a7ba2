"""Answering from passages: what is carried stays, what is not goes, and no model is no catastrophe."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from pipeline.adapters.openai_model import ModelAnswers
from pipeline.adapters.openai_model.checking import Checker
from pipeline.adapters.openai_model.meter import Subject
from pipeline.domain.answer import Answer, Citation, Grade, Question
from pipeline.domain.audience import LOCAL
from pipeline.domain.insight import Author
from pipeline.domain.passage import SearchResult
from pipeline.domain.spending import Purpose
from pipeline.domain.talk.grounding import Draft
from pipeline.domain.transcript import Segment
from pipeline.ports import Told
from tests.peers.made_talk import passages
from tests.peers.model_bench import Bench, model_bench
from tests.peers.openai_peer import Answer as PeerAnswer
from tests.peers.openai_peer import (
    Body,
    as_asked,
    by_prompt,
    drips,
    no_credit,
    prompt_of,
    reads_at_most,
    refuses,
    says,
    status,
    thinks,
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

    async def write(self, question: Question, found: SearchResult, *, told: Told | None = None) -> Answer:
        citations = tuple(Citation(n, p) for n, p in enumerate(found.passages, start=1))
        return Answer(question.text, Grade.PARTLY, Author.EXTRACT, (), citations, found.searched, found.degraded)


def writes(value: Any, *, refuted: tuple[int, ...] = ()) -> PeerAnswer:
    """The answer that the model writes; a second reader finds all but the refuted statements in their passages."""

    def verdicts(body: Body) -> Any:
        numbers = [int(n) for n in re.findall(r"^statement (\d+):", prompt_of(body), re.MULTILINE)]
        return {"verdicts": [{"number": n, "supported": n not in refuted} for n in numbers]}

    return by_prompt(answer=as_asked(json.dumps(value)), check=thinks(verdicts))


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with model_bench() as made:
        yield made


async def write(bench: Bench, found: SearchResult = FOUND, *, deadline: float = 10.0) -> Answer:
    return await ModelAnswers(bench.model, Passages(), deadline=deadline).write(QUESTION, found)


def reply(*statements: Any, grade: str = "answered", correction: Any = None) -> dict[str, Any]:
    return {"grade": grade, "correction": correction, "statements": list(statements)}


async def test_statements_keep_their_citations_numbered_by_code(bench: Bench) -> None:
    bench.peer.answers = [writes(reply(REMEDY, CARRIED))]
    answer = await write(bench)
    assert answer.grade is Grade.ANSWERED
    assert answer.author is Author.MODEL
    assert [s.citations for s in answer.statements] == [(1,), (2,)]
    assert [c.passage for c in answer.citations] == [FOUND.passages[2], FOUND.passages[0]]
    assert (answer.searched, answer.degraded) == (212, "")
    assert [call.purpose for call in bench.book.calls] == [Purpose.ANSWER, Purpose.ANSWER]
    assert bench.peer.models() == ["small", "large"]
    assert all("rewards" not in call.subject for call in bench.book.calls)


async def test_the_thread_is_given_as_data_that_is_no_evidence(bench: Bench) -> None:
    bench.peer.answers = [writes(reply(CARRIED))]
    await write(bench)
    said = bench.peer.requests[0]["messages"][1]["content"]
    assert said.index("Earlier messages (data, no evidence)") < said.index("About no. 3")
    assert "[1] (Gradient Talk, How models forget, 22 November 2026, Tobias Brandt) We trained" in said


async def test_a_statement_without_a_passage_goes(bench: Bench) -> None:
    bench.peer.answers = [
        writes(
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
    bench.peer.answers = [writes(reply(CARRIED, {"text": text, "passages": [1]}))]
    answer = await write(bench)
    assert [s.text for s in answer.statements] == [CARRIED["text"]]
    assert answer.grade is Grade.PARTLY


@pytest.mark.parametrize("live", ["See https://evil.example/x", "Ask @channel", "<!here> look", "Go to evil.com now"])
async def test_a_statement_with_a_link_or_a_mention_goes(bench: Bench, live: str) -> None:
    bench.peer.answers = [writes(reply(CARRIED, {"text": f"Imitation lost old skills. {live}", "passages": [1]}))]
    assert [s.text for s in (await write(bench)).statements] == [CARRIED["text"]]


async def test_a_false_premise_is_corrected_first_and_may_name_what_was_asked(bench: Bench) -> None:
    question = Question("Why did Zorbatron lose 55 percent with rewards?", LOCAL)
    correction = {
        "text": "Zorbatron and 55 percent do not come up: reward training lost four percent.",
        "passages": [1],
    }
    bench.peer.answers = [writes(reply(REMEDY, correction=correction))]
    answer = await ModelAnswers(bench.model, Passages()).write(question, FOUND)
    assert [s.text for s in answer.statements] == [correction["text"], REMEDY["text"]]


async def test_the_model_reads_who_says_what_in_a_passage_of_several_voices(bench: Bench) -> None:
    first, *others = FOUND.passages
    said = (("Ana", "How much do models forget?"), ("Tobias Brandt", "Nineteen percent."))
    turns = tuple(Segment(text, speaker=name) for name, text in said)
    voiced = replace(first, text=" ".join(turn.text for turn in turns), turns=turns)
    bench.peer.answers = [writes(reply({"text": "Tobias Brandt says nineteen percent.", "passages": [1]}))]
    answer = await write(bench, replace(FOUND, passages=(voiced, *others)))

    assert "Ana: How much do models forget? Tobias Brandt: Nineteen percent." in prompt_of(bench.peer.requests[0])
    assert [statement.text for statement in answer.statements] == ["Tobias Brandt says nineteen percent."]


async def test_when_nothing_is_carried_the_closest_passage_is_shown_as_not_found(bench: Bench) -> None:
    bench.peer.answers = [writes(reply({"text": "Elon Musk lost 70 percent.", "passages": [1]}))]
    answer = await write(bench)
    assert (answer.grade, answer.statements, len(answer.citations)) == (Grade.NOT_FOUND, (), 1)


async def test_when_the_model_finds_nothing_the_answer_says_so(bench: Bench) -> None:
    bench.peer.answers = [writes({"grade": "not_found", "correction": None})]
    answer = await write(bench)
    assert (answer.grade, answer.author) == (Grade.NOT_FOUND, Author.MODEL)


async def test_below_the_border_no_model_is_asked(bench: Bench) -> None:
    for found in (SearchResult(passages(match=0.05), 212), SearchResult((), 0)):
        await write(bench, found)
    assert bench.peer.requests == []


async def test_a_greeting_is_no_question_for_the_model(bench: Bench) -> None:
    await ModelAnswers(bench.model, Passages()).write(Question("Hello there!", LOCAL), FOUND)
    assert bench.peer.requests == []


async def test_where_the_index_is_not_sure_the_model_reads_and_may_answer_partly(bench: Bench) -> None:
    bench.peer.answers = [writes(reply(CARRIED))]
    assert (await write(bench, SearchResult(passages(match=0.3), 212))).grade is Grade.PARTLY
    bench.peer.answers = [writes(reply(grade="not found"))]
    assert (await write(bench, SearchResult(passages(match=0.3), 212))).grade is Grade.NOT_FOUND


async def test_an_unsure_match_is_answered_partly_at_best(bench: Bench) -> None:
    bench.peer.answers = [writes(reply(CARRIED))]
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
    bench.peer.answers = [writes(reply(CARRIED))]
    await write(bench)
    words = len(prompt_of(bench.peer.requests[0]).split())
    bench.peer.answers = [reads_at_most(words - 1, then=writes(reply(CARRIED)))]
    assert (await write(bench)).grade is Grade.ANSWERED
    assert "Almost nobody keeps" not in prompt_of(bench.peer.requests[-1])


async def test_a_statement_that_a_second_reader_does_not_find_goes_and_the_grade_falls(bench: Bench) -> None:
    bench.peer.answers = [writes(reply(CARRIED, REMEDY), refuted=(1,))]
    answer = await write(bench)
    assert [s.text for s in answer.statements] == [REMEDY["text"]]
    assert [c.number for c in answer.citations] == [1]
    assert answer.grade is Grade.PARTLY


async def test_the_second_reader_sees_the_statement_with_its_passages_and_no_others(bench: Bench) -> None:
    bench.peer.answers = [writes(reply(CARRIED))]
    await write(bench)
    read = prompt_of(bench.peer.requests[-1])
    assert str(CARRIED["text"]) in read
    assert "Imitation lost nineteen percent" in read
    assert "Almost nobody keeps" not in read


async def test_what_the_gate_refuses_is_not_read_a_second_time(bench: Bench) -> None:
    bench.peer.answers = [writes(reply({"text": "Elon Musk lost 70 percent.", "passages": [1]}))]
    await write(bench)
    assert bench.peer.models() == ["small"]


@pytest.mark.parametrize("silent", [status(500), says("Hm."), refuses(), no_credit()])
async def test_without_a_second_reader_the_gate_alone_decides(bench: Bench, silent: PeerAnswer) -> None:
    bench.peer.answers = [by_prompt(answer=as_asked(json.dumps(reply(CARRIED))), check=silent)]
    answer = await write(bench)
    assert [s.text for s in answer.statements] == [CARRIED["text"]]
    assert answer.grade is Grade.ANSWERED


async def test_a_second_reader_that_drips_is_not_waited_for(bench: Bench) -> None:
    checker = Checker(bench.model, seconds=0.2)
    bench.peer.answers = [drips()]
    drafts = [Draft(str(CARRIED["text"]), (1,))]
    assert await checker.refuted(drafts, passages(), subject=Subject(Purpose.ANSWER, "q1")) == frozenset()
