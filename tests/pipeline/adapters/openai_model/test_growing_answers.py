"""Answers that are shown while the model writes them: only what is sure, never taken back."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.adapters.extractive.answers import PassageAnswers
from pipeline.adapters.openai_model import ModelAnswers
from pipeline.adapters.openai_model.sketch import sketch_of
from pipeline.domain.answer import Answer, Grade, Question
from pipeline.domain.audience import LOCAL
from pipeline.domain.insight import Author
from pipeline.domain.passage import SearchResult
from tests.peers.made_talk import passages
from tests.peers.memory_index import LetterEmbedder
from tests.peers.model_bench import Bench, model_bench
from tests.peers.openai_peer import Answer as PeerAnswer
from tests.peers.openai_peer import (
    as_asked,
    breaks_off,
    by_prompt,
    knows_not,
    notes,
    prompt_of,
    says,
    says_json,
    status,
    streams,
)

QUESTION = Question("How much do models forget when they are trained with rewards?", LOCAL)
FOUND = SearchResult(passages(), searched=212)
LOST = {"text": "Imitation lost nineteen percent of the old skills of the model.", "passages": [1]}
REMEDY = {"text": "Mixing a tenth of the old data into every batch brought back two thirds.", "passages": [3]}
INVENTED = {"text": "Elon Musk lost seventy percent of the old data in one batch.", "passages": [3]}
AGREES = says_json({"verdicts": []})


def reply(*statements: Any, grade: str = "answered", correction: Any = None) -> str:
    return json.dumps({"grade": grade, "correction": correction, "statements": list(statements)})


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with model_bench() as made:
        yield made


async def grow(bench: Bench, answer: PeerAnswer, *, check: PeerAnswer = AGREES) -> tuple[list[Answer], Answer]:
    """What was told, and the finished answer."""
    bench.peer.answers = [by_prompt(answer=answer, check=check)]
    told: list[Answer] = []
    writer = ModelAnswers(bench.model, PassageAnswers(LetterEmbedder()))
    return told, await writer.write(QUESTION, FOUND, told=told.append)


def texts(answers: Sequence[Answer]) -> list[list[str]]:
    return [[statement.text for statement in answer.statements] for answer in answers]


async def test_each_statement_is_told_as_soon_as_it_is_sure(bench: Bench) -> None:
    whole, checked = reply(LOST, REMEDY), asyncio.Event()
    cut = whole.index("Mixing")
    told, answer = await grow(bench, streams(whole[:cut], checked, whole[cut:]), check=notes(checked, then=AGREES))
    assert texts(told) == [[LOST["text"]], [LOST["text"], REMEDY["text"]]]
    assert texts([answer])[0] == [LOST["text"], REMEDY["text"]]
    assert answer.grade is Grade.ANSWERED
    assert bench.peer.requests[0]["stream"] is True
    assert "stream" not in bench.peer.requests[1]
    assert [call.tokens_in for call in bench.book.calls] == [1_000] * len(bench.book.calls)


async def test_every_telling_begins_with_the_one_before_and_the_answer_with_the_last(bench: Bench) -> None:
    told, answer = await grow(bench, as_asked(reply(REMEDY, INVENTED, LOST)))
    for shorter, longer in zip(told, [*told[1:], answer], strict=True):
        assert longer.statements[: len(shorter.statements)] == shorter.statements
        assert longer.citations[: len(shorter.citations)] == shorter.citations
    assert texts([answer]) == [[REMEDY["text"], LOST["text"]]]


async def test_what_the_gate_or_the_second_reader_refuses_is_never_told(bench: Bench) -> None:
    refutes = says_json({"verdicts": [{"number": 1, "supported": False}]})
    told, answer = await grow(bench, as_asked(reply(INVENTED, LOST)), check=refutes)
    assert told == []
    assert (answer.grade, answer.statements) == (Grade.NOT_FOUND, ())


async def test_an_answer_that_says_not_found_tells_nothing(bench: Bench) -> None:
    told, answer = await grow(bench, as_asked(reply(LOST, grade="not_found")))
    assert (told, answer.grade) == ([], Grade.NOT_FOUND)


async def test_a_correction_is_told_first(bench: Bench) -> None:
    correction = {"text": "It was imitation that lost nineteen percent, not reward training.", "passages": [1]}
    told, _ = await grow(bench, as_asked(reply(REMEDY, correction=correction)))
    assert told[0].statements[0].text == correction["text"]


async def test_when_the_stream_breaks_what_was_told_is_the_answer_and_nothing_is_asked_again(bench: Bench) -> None:
    whole = reply(LOST, REMEDY)
    told, answer = await grow(bench, breaks_off(whole[: whole.index("Mixing") + 20]))
    assert texts(told) == texts([answer]) == [[LOST["text"]]]
    assert answer.grade is Grade.PARTLY
    assert "did not finish" in answer.degraded
    assert [body.get("stream", False) for body in bench.peer.requests] == [True, False]


async def test_when_the_stream_breaks_before_anything_was_said_it_is_tried_again(bench: Bench) -> None:
    bench.peer.answers = [breaks_off('{"grade": "answ'), by_prompt(answer=as_asked(reply(LOST)), check=AGREES)]
    told: list[Answer] = []
    writer = ModelAnswers(bench.model, PassageAnswers(LetterEmbedder()))
    answer = await writer.write(QUESTION, FOUND, told=told.append)
    assert texts(told) == texts([answer]) == [[LOST["text"]]]
    assert answer.degraded == ""


async def test_a_stream_that_ends_at_the_token_limit_keeps_its_whole_statements(bench: Bench) -> None:
    whole = reply(LOST, REMEDY)
    told, answer = await grow(bench, streams(whole[:-30], finish="length"))
    assert texts(told) == texts([answer]) == [[LOST["text"]]]
    assert answer.grade is Grade.PARTLY


async def test_a_server_that_answers_a_stream_with_one_whole_reply_is_asked_without(bench: Bench) -> None:
    told, answer = await grow(bench, says(reply(LOST)))
    assert texts([answer]) == [[LOST["text"]]]
    assert texts(told) == [[LOST["text"]]]
    assert [body.get("stream", False) for body in bench.peer.requests][:3] == [True, True, False]


async def test_a_server_that_knows_no_token_counts_in_streams_is_asked_without_them(bench: Bench) -> None:
    told, answer = await grow(bench, knows_not("stream_options", then=as_asked(reply(LOST))))
    assert texts([answer]) == texts(told) == [[LOST["text"]]]
    assert "stream_options" not in bench.peer.requests[1]
    assert bench.peer.requests[1]["stream"] is True


async def test_a_server_that_fails_leaves_the_passages(bench: Bench) -> None:
    told, answer = await grow(bench, status(500))
    assert told == []
    assert (answer.author, answer.fell_back) == (Author.EXTRACT, True)


async def test_nobody_listening_means_no_stream(bench: Bench) -> None:
    bench.peer.answers = [by_prompt(answer=as_asked(reply(LOST)), check=AGREES)]
    await ModelAnswers(bench.model, PassageAnswers(LetterEmbedder())).write(QUESTION, FOUND)
    assert "stream" not in bench.peer.requests[0]
    assert "You answer" in prompt_of(bench.peer.requests[0])


@given(st.integers(min_value=0))
@settings(max_examples=200)
def test_a_sketch_of_any_part_holds_the_first_statements_whole(cut: int) -> None:
    text = f"<think>Hm, {{}}</think>Sure: {reply(LOST, REMEDY, INVENTED)} Bye."
    sketch = sketch_of(text[: cut % (len(text) + 1)])
    if sketch is not None:
        wanted = [str(each["text"]) for each in (LOST, REMEDY, INVENTED)]
        assert [statement.text for statement in sketch.statements] == wanted[: len(sketch.statements)]
        assert sketch.grade == "answered"


@pytest.mark.parametrize(
    "text",
    ["", "{}", '{"statements": [{"text": "Early.", "passages": [1]}]}', '<think>{"grade": "answered", "statements": ['],
)
def test_without_grade_and_correction_in_front_nothing_is_sketched(text: str) -> None:
    assert sketch_of(text) is None
