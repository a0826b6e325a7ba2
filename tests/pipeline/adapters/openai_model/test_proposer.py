"""Proposing insights: windows, the gate in front of the judge, and what happens when the model is no help."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from pipeline.adapters.openai_model import ModelProposer
from pipeline.adapters.openai_model.meter import Subject
from pipeline.adapters.openai_model.patience import Patience
from pipeline.adapters.openai_model.shapes import Ranking
from pipeline.adapters.openai_model.wire import Turn
from pipeline.domain.episode import Episode
from pipeline.domain.errors import CatalogUnavailable, ModelBusy, ModelError, ModelQuota, ModelRefused
from pipeline.domain.insight import Author, Insight, Kind, Proposal
from pipeline.domain.spending import Caps, Prices, Purpose, Spending
from pipeline.domain.talk.advert_marks import Chapter
from pipeline.domain.talk.adverts import find_adverts
from pipeline.domain.talk.evidence import Rejection, judge
from pipeline.domain.transcript import Transcript
from tests.peers.made_talk import proposal, second_proposal, talk, talk_episode
from tests.peers.model_bench import SERVER, Bench, model_bench
from tests.peers.openai_peer import (
    Body,
    prompt_of,
    reads_at_most,
    refuses,
    says,
    status,
    thinks,
)
from tests.peers.spending_book import SpendingBook

EPISODE = talk_episode()


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with model_bench() as made:
        yield made


def editor(
    *proposals: Any, ranking: tuple[int, ...] | None = None, mended: tuple[dict[str, Any], ...] = ()
) -> Callable[[Body], object]:
    """A model that proposes these whatever it reads, mends with those, and ranks as told (else all, as they come)."""

    def reply(body: Body) -> object:
        system = body["messages"][0]["content"]
        if "editor of a daily note" in system:
            count = len(re.findall(r"^\d+\. ", prompt_of(body), re.MULTILINE))
            order = ranking if ranking is not None else tuple(range(1, count + 1))
            return {"keep": [{"number": n, "worth": 9 - i, "specificity": 5} for i, n in enumerate(order)]}
        if "correct short texts" in system:
            return {"texts": list(mended)}
        return {"insights": list(proposals)}

    return reply


async def propose(bench: Bench, transcript: Transcript | None = None) -> tuple[Proposal, ...]:
    return await ModelProposer(bench.model).propose(EPISODE, transcript or talk())


def verdicts(proposals: tuple[Proposal, ...]) -> list[str]:
    of = talk()
    adverts = find_adverts(of)
    results = [judge(p, episode=EPISODE, transcript=of, adverts=adverts, author=Author.MODEL) for p in proposals]
    return [r.reason.value if isinstance(r, Rejection) else "passed" for r in results]


async def test_proposals_come_in_the_judges_order_with_the_judges_measures(bench: Bench) -> None:
    bench.peer.answers = [thinks(editor(proposal(), second_proposal(), ranking=(2, 1)))]
    first, second = await propose(bench)
    assert (first.headline, second.headline) == (second_proposal()["headline"], proposal()["headline"])
    assert (first.worth, first.specificity) == (0.9, 0.5)
    assert first.kind is Kind.METHOD
    assert first.topics == ("fine-tuning",)
    assert verdicts((first, second)) == ["passed", "passed"]
    assert bench.peer.models() == ["small", "large"]


async def test_the_transcript_goes_out_numbered_fenced_and_with_the_task_restated_after_it(bench: Bench) -> None:
    bench.peer.answers = [thinks(editor())]
    await propose(bench)
    (body,) = bench.peer.requests
    said = body["messages"][1]["content"]
    opened = re.search(r"<transcript-([0-9a-f]{8})>", said)
    assert opened
    fence = f"</transcript-{opened[1]}>"
    assert "[3] Tobias Brandt: We trained the same model twice" in said.split(fence)[0]
    assert "The data ends here." in said.split(fence)[1]


async def test_adverts_are_not_read_to_the_model(bench: Bench) -> None:
    bench.peer.answers = [thinks(editor())]
    await propose(bench)
    assert "Kettleworks" not in prompt_of(bench.peer.requests[0])
    assert "Back to the show" in prompt_of(bench.peer.requests[0])


async def test_what_the_gate_refuses_comes_last_and_takes_no_place_from_what_passes(bench: Bench) -> None:
    unsaid = proposal(quote="Rewards are simply better than imitation in every way we know")
    bench.peer.answers = [thinks(editor(unsaid, proposal(), second_proposal()))]
    found = await propose(bench)
    assert verdicts(found) == ["passed", "passed", "quote not found"]
    assert "simply better" not in prompt_of(bench.peer.requests[-1])


async def test_a_text_whose_wording_alone_is_at_fault_is_corrected_once(bench: Bench) -> None:
    wordy = proposal(headline="A headline that goes on and on for far more words than anybody wants to read")
    fixed = {"number": 1, "headline": proposal()["headline"], "body": proposal()["body"]}
    bench.peer.answers = [thinks(editor(wordy, second_proposal(), mended=(fixed,)))]
    found = await propose(bench)
    assert verdicts(found) == ["passed", "passed"]
    assert "at most 12 words, it has 16 words" in prompt_of(bench.peer.requests[1])


async def test_an_invented_number_is_refused_when_the_correction_keeps_it(bench: Bench) -> None:
    invented = proposal(body=proposal()["body"].replace("nineteen", "ninety"))
    same = {"number": 1, "headline": invented["headline"], "body": invented["body"]}
    bench.peer.answers = [thinks(editor(invented, mended=(same, {"number": 9, "headline": "x", "body": "y"})))]
    assert verdicts(await propose(bench)) == ["number unsupported"]


async def test_the_same_place_proposed_twice_is_kept_once(bench: Bench) -> None:
    again = proposal(headline="Imitation forgets far more than reward training does")
    bench.peer.answers = [thinks(editor(proposal(), again))]
    assert len(await propose(bench)) == 1


async def test_at_most_eight_are_kept(bench: Bench) -> None:
    lines = [
        f"Rule number {n} says that the team of ship {n} must write down what it saw on day {n}." for n in range(12)
    ]
    many = [
        proposal(
            headline=f"Ship {n} writes down what it sees",
            body=f"The team of ship {n} must write down what it saw on day {n}, because rule number {n} says so and "
            f"nobody else was there to see it. Writing it down on that very day keeps the record of the ship whole for "
            "the others.",
            quote=lines[n],
        )
        for n in range(12)
    ]
    bench.peer.answers = [thinks(editor(*many))]
    found = await propose(bench, talk(*lines))
    assert len(found) == 8


async def test_numbers_the_judge_makes_up_do_no_harm(bench: Bench) -> None:
    bench.peer.answers = [thinks(editor(proposal(), second_proposal(), ranking=(7, 2, 2, 0, -1)))]
    assert [p.headline for p in await propose(bench)] == [second_proposal()["headline"]]


async def test_without_a_usable_judge_the_proposers_own_order_counts(bench: Bench) -> None:
    def no_judge(body: Body) -> object:
        return [] if body["model"] == "large" and "keep" not in body else editor(second_proposal(), proposal())(body)

    async def answer(request: Any, body: Body) -> Any:
        usable = body["model"] == "small"
        return await (thinks(no_judge) if usable else says("I like them all."))(request, body)

    bench.peer.answers = [answer]
    assert [p.headline for p in await propose(bench)] == [proposal()["headline"], second_proposal()["headline"]]


async def test_a_window_past_the_context_is_read_in_halves(bench: Bench) -> None:
    filler = [f"And then we looked at case {n}, which was much like the others and told us little." for n in range(60)]
    bench.peer.answers = [reads_at_most(1_150, then=thinks(editor(proposal())))]
    found = await propose(bench, talk(*filler))
    assert len(found) == 1
    asked = [prompt_of(body) for body in bench.peer.requests]
    assert any("case 59" in text and "trained the same model twice" not in text for text in asked)


async def test_a_window_that_gives_no_usable_reply_is_asked_in_smaller_parts(bench: Bench) -> None:
    filler = [f"And then we looked at case {n}, which was much like the others and told us little." for n in range(60)]

    async def answer(request: Any, body: Body) -> Any:
        whole = "trained the same model" in prompt_of(body) and "case 59" in prompt_of(body)
        return await (says('{"insights": [', finish="length") if whole else thinks(editor(proposal())))(request, body)

    bench.peer.answers = [answer]
    assert len(await propose(bench, talk(*filler))) == 1


class Chapters:
    """A ChapterReader: a subject begins at two minutes and twenty seconds."""

    async def chapters(self, _episode: object) -> tuple[Chapter, ...]:
        return (Chapter("", 140.0),)

    async def starts(self, _episode: object) -> tuple[float, ...]:
        """The seconds."""
        return (140.0,)


async def test_a_window_ends_where_a_chapter_begins() -> None:
    async with model_bench(replace(SERVER, window_tokens=400)) as bench:
        bench.peer.answers = [thinks(editor())]
        await ModelProposer(bench.model, chapters=Chapters()).propose(EPISODE, talk())
        later, earlier = sorted((prompt_of(b) for b in bench.peer.requests), key=lambda s: "Mix a tenth" not in s)
    assert "What would you tell a team" in earlier
    assert "What would you tell a team" not in later


async def test_a_refused_episode_says_so(bench: Bench) -> None:
    bench.peer.answers = [refuses()]
    with pytest.raises(ModelRefused, match="declined"):
        await propose(bench)


async def test_a_part_that_is_refused_does_not_cost_the_others() -> None:
    filler = [f"And then we looked at case {n}, which was much like the others and told us little." for n in range(60)]

    async def answer(request: Any, body: Body) -> Any:
        return await (refuses() if "case 59" in prompt_of(body) else thinks(editor(proposal())))(request, body)

    async with model_bench(replace(SERVER, window_tokens=800)) as bench:
        bench.peer.answers = [answer]
        assert len(await propose(bench, talk(*filler))) == 1


async def test_a_retry_after_a_failure_asks_only_for_the_rest() -> None:
    filler = [f"And then we looked at case {n}, which was much like the others and told us little." for n in range(60)]
    down = True

    async def answer(request: Any, body: Body) -> Any:
        broken = down and "case 59" in prompt_of(body)
        return await (status(500) if broken else thinks(editor(proposal())))(request, body)

    async with model_bench(replace(SERVER, window_tokens=800)) as bench:
        bench.peer.answers = [answer]
        proposer = ModelProposer(bench.model)
        with pytest.raises(ModelBusy):
            await proposer.propose(EPISODE, talk(*filler))
        down, asked = False, len(bench.peer.requests)
        bench.time.now += 100
        assert len(await proposer.propose(EPISODE, talk(*filler))) == 1
        again = [prompt_of(body) for body in bench.peer.requests[asked:]]
        assert not any("trained the same model twice" in text for text in again)


class TornBook(SpendingBook):
    """Its process ends, as it were, while the first call is written down."""

    async def record(self, spending: Spending) -> None:
        await super().record(spending)
        if len(self.calls) == 1:
            raise CatalogUnavailable("The power went.")


async def test_a_reply_is_kept_before_anything_else_is_done_with_it() -> None:
    async with model_bench(book=TornBook()) as bench:
        bench.peer.answers = [thinks(editor(proposal()))]
        with pytest.raises(CatalogUnavailable):
            await propose(bench)
        assert len(await propose(bench)) == 1
        assert len(bench.peer.requests) == 1, "the reply was paid for once"


async def test_an_error_that_lasts_wins_over_one_that_passes() -> None:
    filler = [f"And then we looked at case {n}, which was much like the others and told us little." for n in range(60)]

    async def answer(request: Any, body: Body) -> Any:
        return await (status(401) if "case 59" in prompt_of(body) else thinks(editor()))(request, body)

    async with model_bench(replace(SERVER, window_tokens=800)) as bench:
        bench.peer.answers = [answer]
        with pytest.raises(ModelError, match="PODSIFT_OPENAI_API_KEY"):
            await propose(bench, talk(*filler))


async def test_the_daily_cap_stops_calls_before_it_is_passed() -> None:
    server = replace(SERVER, prices=Prices(1.0, 5.0), judge_prices=Prices(2.0, 10.0), caps=Caps(daily=0.05))
    async with model_bench(server) as bench:
        bench.peer.answers = [thinks(editor())]

        async def many() -> None:
            for n in range(40):
                await propose(bench, talk(f"This is take {n}."))

        with pytest.raises(ModelQuota, match=r"cap for this day.*PODSIFT_OPENAI_DAILY_CAP"):
            await many()
        spent = sum(call.micros for call in bench.book.calls)
        assert 0.02 < spent / 1e6 <= 0.05


async def test_calls_at_the_same_time_do_not_pass_the_cap_together() -> None:
    server = replace(SERVER, prices=Prices(1.0, 5.0), caps=Caps(daily=0.06, monthly=10.0))
    async with model_bench(server) as bench:
        bench.peer.answers = [thinks(editor())]
        talks = [talk(f"This is take {n}.") for n in range(8)]
        results = await asyncio.gather(*(propose(bench, t) for t in talks), return_exceptions=True)
        stopped = [r for r in results if isinstance(r, ModelQuota)]
        assert 0 < len(stopped) < 8
        assert len(bench.peer.requests) == 8 - len(stopped)


async def test_the_version_names_models_and_prompts(bench: Bench) -> None:
    assert ModelProposer(bench.model).version == "small+large/prompts-2"
    async with model_bench(replace(SERVER, judge="")) as alone:
        assert ModelProposer(alone.model).version == "small/prompts-2"


async def test_a_proposal_that_passes_is_an_insight_with_the_transcripts_time(bench: Bench) -> None:
    bench.peer.answers = [thinks(editor(proposal(first_segment="[3]", topics="Fine-tuning, Forgetting")))]
    (one,) = await propose(bench)
    verdict = judge(one, episode=EPISODE, transcript=talk(), adverts=(), author=Author.MODEL)
    assert isinstance(verdict, Insight)
    assert verdict.start is not None
    assert 60 < verdict.start < 80
    assert verdict.speaker == "Tobias Brandt"
    assert verdict.topics == ("fine-tuning", "forgetting")


async def test_however_many_episodes_are_read_three_calls_about_them_go_out_at_once(bench: Bench) -> None:
    let_go, running, held = asyncio.Event(), 0, asyncio.Event()

    async def answer(request: web.BaseRequest, body: Body) -> web.StreamResponse:
        nonlocal running
        if body["model"] == "large" and "A question" not in prompt_of(body):
            running += 1
            if running == 3:
                held.set()
            await let_go.wait()
        return await thinks(editor(proposal(), second_proposal()))(request, body)

    bench.peer.answers = [answer]
    proposer = ModelProposer(bench.model)
    async with asyncio.TaskGroup() as group, asyncio.timeout(20):
        for number in range(8):
            group.create_task(proposer.propose(replace(EPISODE, id=f"e{number}"), talk()))
        await held.wait()
        for number in range(10):  # an answer waits for none of them
            await _ask_a_question(bench, number)
        at_once = running
        let_go.set()

    assert at_once == 3


async def test_what_is_new_is_asked_about_before_old_episodes_that_wait(bench: Bench) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))  # so that one can wait behind the others
    asked, may_answer = asyncio.Queue[str](), asyncio.Semaphore(0)

    async def answer(request: web.BaseRequest, body: Body) -> web.StreamResponse:
        if "A question" not in prompt_of(body):
            asked.put_nowait("new" if "Episode: New" in prompt_of(body) else "old")
            await may_answer.acquire()
        return await thinks(editor(proposal(), second_proposal()))(request, body)

    bench.peer.answers = [answer]
    proposer = ModelProposer(bench.model)
    async with asyncio.TaskGroup() as group, asyncio.timeout(20):
        for number in range(6):
            group.create_task(proposer.propose(replace(_titled(f"Old {number}"), backfill=True), talk()))
        first = [await asked.get() for _ in range(3)]
        group.create_task(proposer.propose(_titled("New"), talk()))
        following = []
        for _ in range(5):
            await asyncio.to_thread(lambda: None)
            await _ask_a_question(bench, 1)  # meanwhile all that were read stand in line
            may_answer.release()
            following.append(await asked.get())
        for _ in range(20):
            may_answer.release()

    assert first == ["old", "old", "old"]
    assert following == ["new", "old", "old", "old", "new"]  # its proposals, and at the next turn its ranking


def _titled(title: str) -> Episode:
    return replace(EPISODE, id=title, found=replace(EPISODE.found, title=title))


async def _ask_a_question(bench: Bench, number: int) -> None:
    await bench.model.ask(
        (Turn("system", "You are the editor of a daily note."), Turn("user", f"A question, number {number}.")),
        Ranking,
        model="large",
        subject=Subject(Purpose.ANSWER, f"q{number}"),
        patience=Patience(),
        seconds=5.0,
    )
