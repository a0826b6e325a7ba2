"""Every fault of a model server is a state that we handle, with the unmodified client on the real wire."""

import json
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.adapters.openai_model.language_model import LanguageModel
from pipeline.adapters.openai_model.meter import Subject
from pipeline.adapters.openai_model.patience import Patience
from pipeline.adapters.openai_model.shapes import Ranking
from pipeline.adapters.openai_model.wire import ContextTooLong, Declined, Turn, Unusable
from pipeline.domain.errors import ModelBusy, ModelError, ModelQuota
from pipeline.domain.spending import Purpose
from tests.peers.model_bench import SERVER, Bench, model_bench
from tests.peers.openai_peer import (
    drips,
    drops,
    filtered,
    knows_not,
    knows_only,
    no_credit,
    prompt_of,
    reads_at_most,
    refuses,
    says,
    says_json,
    sends,
    status,
)

GOOD = {"keep": [{"number": 1, "worth": 8, "specificity": 7}]}
TURNS = (Turn("system", "Judge."), Turn("user", "One candidate."))
OTHER_TURNS = (Turn("system", "Judge."), Turn("user", "Another candidate."))


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with model_bench() as made:
        yield made


async def ask(
    model: LanguageModel, *, tries: int = 5, seconds: float = 5.0, turns: tuple[Turn, ...] = TURNS
) -> Ranking:
    return await model.ask(
        turns,
        Ranking,
        model="small",
        subject=Subject(Purpose.EXTRACT, "e1"),
        patience=Patience(tries=tries),
        seconds=seconds,
    )


async def test_a_good_reply_takes_one_request_with_a_strict_schema(bench: Bench) -> None:
    bench.peer.answers = [says_json(GOOD)]
    reply = await ask(bench.model)
    assert [kept.number for kept in reply.keep] == [1]
    (body,) = bench.peer.requests
    assert body["response_format"]["json_schema"]["strict"] is True
    assert body["response_format"]["json_schema"]["schema"]["required"] == ["keep"]
    assert "tools" not in body
    assert bench.peer.headers[0]["Authorization"] == "Bearer sk-test"


async def test_a_busy_server_is_tried_again_after_the_time_it_names(bench: Bench) -> None:
    bench.peer.answers = [status(429, "Slow down.", retry_after="17"), says_json(GOOD)]
    await ask(bench.model)
    assert len(bench.peer.requests) == 2
    assert bench.time.pauses == [pytest.approx(17 * 1.05)]


async def test_a_pause_in_milliseconds_is_understood(bench: Bench) -> None:
    bench.peer.answers = [status(429, "Slow down.", retry_after_ms="9000"), says_json(GOOD)]
    await ask(bench.model)
    assert bench.time.pauses == [pytest.approx(9 * 1.05)]


@pytest.mark.parametrize("code", [408, 409, 500, 502, 503, 529])
async def test_a_failing_server_is_tried_again(bench: Bench, code: int) -> None:
    bench.peer.answers = [status(code), says_json(GOOD)]
    await ask(bench.model)
    assert len(bench.peer.requests) == 2


async def test_a_dropped_connection_is_tried_again(bench: Bench) -> None:
    bench.peer.answers = [drops(), says_json(GOOD)]
    assert (await ask(bench.model)).keep


async def test_a_reply_that_drips_ends_at_the_total_time(bench: Bench) -> None:
    bench.peer.answers = [drips(), says_json(GOOD)]
    assert (await ask(bench.model, seconds=0.3)).keep


async def test_a_body_that_is_no_json_is_tried_again(bench: Bench) -> None:
    bench.peer.answers = [sends(b'{"id": "x", "choi'), says_json(GOOD)]
    assert (await ask(bench.model)).keep


@pytest.mark.parametrize("body", [b"{}", b'{"choices": []}', b'{"choices": [null]}', b'{"choices": "no"}'])
async def test_an_empty_reply_is_tried_again(bench: Bench, body: bytes) -> None:
    bench.peer.answers = [sends(body), says_json(GOOD)]
    assert (await ask(bench.model)).keep


async def test_pauses_grow_and_end_after_five_tries(bench: Bench) -> None:
    bench.peer.answers = [status(429, "Slow down.")]
    with pytest.raises(ModelBusy, match="slow down"):
        await ask(bench.model)
    assert len(bench.peer.requests) == 5
    assert bench.time.pauses == [1.5, 3.0, 6.0, 12.0]


async def test_a_pause_past_the_budget_is_not_waited_for(bench: Bench) -> None:
    bench.peer.answers = [status(429, "Slow down.", retry_after="3600")]
    with pytest.raises(ModelBusy) as caught:
        await ask(bench.model)
    assert caught.value.retry_after == 3600
    assert bench.time.pauses == []


async def test_a_server_that_stays_down_is_left_alone_and_tried_once_after_a_pause(bench: Bench) -> None:
    bench.peer.answers = [status(503)]
    with pytest.raises(ModelBusy):
        await ask(bench.model)
    asked = len(bench.peer.requests)
    with pytest.raises(ModelBusy, match="503"):
        await ask(bench.model, tries=1)
    assert len(bench.peer.requests) == asked
    assert "503" in bench.model.problem
    bench.time.now += 61
    bench.peer.answers = [says_json(GOOD)]
    assert (await ask(bench.model)).keep
    assert bench.model.problem == ""


async def test_a_server_that_is_still_down_after_the_pause_is_left_alone_again(bench: Bench) -> None:
    bench.peer.answers = [status(503)]
    with pytest.raises(ModelBusy):
        await ask(bench.model)
    bench.time.now += 61
    asked = len(bench.peer.requests)
    with pytest.raises(ModelBusy):
        await ask(bench.model, tries=1)
    with pytest.raises(ModelBusy):
        await ask(bench.model, tries=1)
    assert len(bench.peer.requests) == asked + 1


async def test_no_credit_pauses_everything_and_says_so_once(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.peer.answers = [no_credit()]
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            with pytest.raises(ModelQuota, match="no credit left"):
                await ask(bench.model)
        bench.time.now += 3_601
        with pytest.raises(ModelQuota):
            await ask(bench.model)
    assert len(bench.peer.requests) == 2
    assert len(caplog.records) == 1
    assert bench.time.pauses == []


async def test_credit_that_was_topped_up_ends_the_pause(bench: Bench) -> None:
    bench.peer.answers = [status(402, "Insufficient Balance"), says_json(GOOD)]
    with pytest.raises(ModelQuota):
        await ask(bench.model)
    bench.time.now += 3_601
    assert (await ask(bench.model)).keep


@pytest.mark.parametrize("code", [401, 403])
async def test_a_wrong_key_is_named_with_its_setting_and_not_tried_again(bench: Bench, code: int) -> None:
    bench.peer.answers = [status(code, "Incorrect API key provided: sk-test", error="invalid_api_key")]
    with pytest.raises(ModelError, match="PODSIFT_OPENAI_API_KEY") as caught:
        await ask(bench.model)
    assert len(bench.peer.requests) == 1
    assert not caught.value.retryable
    assert "sk-test" not in str(caught.value)


async def test_a_renamed_model_is_named_with_its_setting(bench: Bench) -> None:
    bench.peer.answers = [status(404, "The model `small` does not exist.", error="model_not_found")]
    with pytest.raises(ModelError, match=r"no model “small”.*PODSIFT_OPENAI_MODEL"):
        await ask(bench.model)
    assert len(bench.peer.requests) == 1


@pytest.mark.parametrize("answer", [status(404, "Not Found"), sends(b"<html>Welcome</html>", kind="text/html")])
async def test_an_address_that_is_no_model_server_is_named_with_its_setting(bench: Bench, answer: object) -> None:
    bench.peer.answers = [answer]  # type: ignore[list-item]  # parametrised
    with pytest.raises(ModelError, match="PODSIFT_OPENAI_BASE_URL"):
        await ask(bench.model)


async def test_a_refusal_is_no_reply_and_not_argued_with(bench: Bench) -> None:
    for answer in (refuses(), filtered(), status(400, "Rejected.", error="content_filter")):
        bench.peer.answers = [answer]
        with pytest.raises(Declined):
            await ask(bench.model)
    assert len(bench.peer.requests) == 3


async def test_a_text_past_the_context_is_told_from_other_refusals(bench: Bench) -> None:
    bench.peer.answers = [reads_at_most(1, then=says_json(GOOD))]
    with pytest.raises(ContextTooLong):
        await ask(bench.model)
    assert len(bench.peer.requests) == 1


async def test_a_server_without_schemas_is_asked_for_an_object_and_remembered(bench: Bench) -> None:
    bench.peer.answers = [knows_only("json_object", then=says_json(GOOD))]
    await ask(bench.model)
    await ask(bench.model, turns=OTHER_TURNS)
    assert bench.peer.forms() == ["json_schema", "json_object", "json_object"]


async def test_a_server_without_any_form_is_asked_in_words(bench: Bench) -> None:
    bench.peer.answers = [knows_only("plain", then=says(f"Sure! ```json\n{json.dumps(GOOD)}\n``` Anything else?"))]
    assert (await ask(bench.model)).keep
    assert bench.peer.forms() == ["json_schema", "json_object", "plain"]


async def test_fields_the_model_does_not_know_are_left_out(bench: Bench) -> None:
    old = knows_not("temperature", then=knows_not("max_completion_tokens", then=says_json(GOOD)))
    bench.peer.answers = [old]
    await ask(bench.model)
    await ask(bench.model, turns=OTHER_TURNS)
    last = bench.peer.requests[-1]
    assert len(bench.peer.requests) == 4
    assert "temperature" not in last
    assert last["max_tokens"] == 4_000
    assert bench.peer.forms()[-1] == "json_schema"


async def test_a_request_refused_in_every_form_is_an_error_with_the_complaint(bench: Bench) -> None:
    bench.peer.answers = [status(400, "Tea is not coffee.")]
    with pytest.raises(ModelError, match=r"Tea is not coffee\."):
        await ask(bench.model)
    assert len(bench.peer.requests) == 3


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Here you are:\n```json\n", "\n```\nHope it helps!"),
        ('<think>Maybe {"keep": 3}?</think>', ""),
        ('[note] {"an": "example"} ', " {"),
    ],
)
async def test_prose_around_the_object_does_no_harm(bench: Bench, before: str, after: str) -> None:
    bench.peer.answers = [says(before + json.dumps(GOOD) + after)]
    assert [kept.number for kept in (await ask(bench.model)).keep] == [1]
    assert len(bench.peer.requests) == 1


async def test_a_bare_list_is_taken_for_the_object(bench: Bench) -> None:
    bench.peer.answers = [says_json(GOOD["keep"])]
    assert (await ask(bench.model)).keep


@pytest.mark.parametrize("bad", ["I would keep the first one.", '{"keep": "the first"}', '{"keep": [{"no": 1}]}', ""])
async def test_a_reply_in_no_shape_is_repaired_once(bench: Bench, bad: str) -> None:
    bench.peer.answers = [says(bad), says_json(GOOD)]
    assert (await ask(bench.model)).keep
    repair = bench.peer.requests[1]["messages"]
    assert [turn["role"] for turn in repair] == ["system", "user", "assistant", "user"]
    assert "cannot be used" in repair[-1]["content"]


async def test_a_reply_cut_at_the_limit_is_asked_for_again_with_more_room(bench: Bench) -> None:
    bench.peer.answers = [says('{"keep": [{"number": 1, "wor', finish="length"), says_json(GOOD)]
    assert (await ask(bench.model)).keep
    assert "shorter" in prompt_of(bench.peer.requests[1])
    assert [body["max_completion_tokens"] for body in bench.peer.requests] == [4_000, 8_000]


async def test_after_one_repair_a_bad_reply_is_given_up(bench: Bench) -> None:
    bench.peer.answers = [says("no")]
    with pytest.raises(Unusable, match="no usable reply"):
        await ask(bench.model)
    assert len(bench.peer.requests) == 2


async def test_every_reply_is_paid_for_the_bad_ones_too(bench: Bench) -> None:
    bench.peer.answers = [says("no", usage=(900, 10)), says(json.dumps(GOOD), usage=None)]
    await ask(bench.model)
    first, second = bench.book.calls
    assert (first.tokens_in, first.tokens_out, first.subject) == (900, 10, "e1")
    assert second.tokens_in > 0
    total = await bench.book.total(since=bench.clock.now() - timedelta(days=1))
    assert total.calls == 2


@pytest.mark.parametrize("said", ["No {key} here.", "x" * 195 + "{key}"])
async def test_a_server_that_says_the_key_back_is_not_quoted_with_it(said: str) -> None:
    key = "geheim-key-of-no-known-form"
    async with model_bench(replace(SERVER, api_key=key)) as bench:
        bench.peer.answers = [status(400, said.format(key=key))]
        with pytest.raises(ModelError, match="refused the request") as caught:
            await ask(bench.model)
    assert "geheim" not in str(caught.value)
    assert bench.peer.headers[0]["Authorization"] == f"Bearer {key}"
