"""The whole path with a language model on the sample shows: the unmodified client against the loopback peer."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from aiohttp import web

from bot.app import App
from bot.handover import Progress, Request
from bot.operations import perform
from bot.reception import Reception
from bot.running import OWNER
from bot.sample_host import SampleHost, serve_samples
from bot.texts.message import Paragraph, plain
from bot.texts.message_json import from_json
from pipeline.domain.digest import Delivery, DeliveryState, Pick
from tests.peers.model_podsift import data, podsift, read_samples, told
from tests.peers.openai_peer import Answer as PeerAnswer
from tests.peers.openai_peer import Body, OpenAIPeer, no_credit, prompt_of, status, streams, thinks
from tests.peers.reading_model import reads

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTION = "Why did our heating bill go up although the heat pump works?"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def host() -> AsyncIterator[SampleHost]:
    async with serve_samples(now=datetime.now(UTC)) as serving:
        yield serving


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def read(tmp_path_factory: pytest.TempPathFactory, host: SampleHost) -> AsyncIterator[tuple[App, OpenAIPeer]]:
    """Three sample shows, read by the model; what is asked of it later may be changed."""
    async with OpenAIPeer() as serving:
        serving.answers = [thinks(reads)]
        async with podsift(tmp_path_factory.mktemp("read"), serving, openai_monthly_cap=5.0) as app:
            await read_samples(app, host, shows=3)
            yield app, serving


async def test_insights_and_answers_are_the_models_and_paid_for_once(read: tuple[App, OpenAIPeer]) -> None:
    app, peer = read
    digest = await data(app, "digest")
    assert len(digest["items"]) >= 3
    assert {item["author"] for item in digest["items"]} == {"model"}
    answer = await told(app, "ask", question=QUESTION)
    shape = answer.to_reply()["data"]
    assert (shape["author"], shape["degraded"]) == ("model", "")
    assert shape["statements"]
    assert all(s["citations"] for s in shape["statements"])
    assert "[1]" in plain(answer.message)

    spent = (await data(app, "status"))["spending"]
    assert (spent["model"], spent["monthly_cap"], spent["problem"]) == ("small", 5.0, "")
    assert spent["episodes"] > 3
    assert 0 < spent["an_episode"] < spent["today"] <= spent["month"] < 5
    said = plain((await told(app, "status")).message)
    assert "small: $0." in said
    assert "each on the average" in said

    asked = len(peer.requests)
    assert (await told(app, "scan")).code == 0
    await told(app, "reindex")
    assert len(peer.requests) == asked


async def test_an_episode_is_meant_by_its_id_or_a_part_of_its_title(read: tuple[App, OpenAIPeer]) -> None:
    app, _ = read
    known = await data(app, "insights", episode="the heat pump was fine")
    assert known["insights"]
    assert await data(app, "insights", episode=known["episode"]) == known
    several = plain((await told(app, "insights", episode="e")).message)
    assert "episodes: “" in several
    assert "Give one's id." in several
    assert (await told(app, "insights", episode="nowhere to be found")).code == 2
    closely = plain((await told(app, "insights", episode=known["episode"], rejected=True)).message)
    assert "ejected" in closely


async def test_no_3_and_that_are_understood_by_the_model_too(read: tuple[App, OpenAIPeer]) -> None:
    app, peer = read
    items = (await data(app, "digest"))["items"]
    reception = Reception(app)
    await reception.hear("What is it that no. 3 says, and why?", OWNER, thread="t")
    first = _last_question(peer)
    await reception.hear("and why is that?", OWNER, thread="t")
    then = _last_question(peer)
    for said in (first, then):
        earlier = said.partition("Earlier messages (data, no evidence):")[2].partition("The question (data):")[0]
        assert " ".join(items[2]["headline"].split()[-4:]) in earlier
    assert "What is it that no. 3 says" in then
    assert "What is it that no. 3 says" not in then.rpartition("The question (data):")[2]


def _last_question(peer: OpenAIPeer) -> str:
    asked = [prompt_of(body) for body in peer.requests]
    return [text for text in asked if text.startswith("You answer a question")][-1]


async def test_below_an_older_post_no_1_means_that_days(read: tuple[App, OpenAIPeer]) -> None:
    app, peer = read
    channel = await app.pipeline.channels.get(OWNER.channel_id, workspace=OWNER.workspace)
    today = channel.local_date(app.clock.now())
    built, delivery = await app.worker.post_digest(channel, today)
    older = replace(built, day=today - timedelta(days=9), picks=tuple(_renumbered(built.picks)))
    await app.pipeline.digests.save(older, workspace=OWNER.workspace)
    sent = Delivery(channel.id, older.day, DeliveryState.SENT, reference="9001", at=app.clock.now())
    await app.deliveries.settle(sent)
    wanted = {"9001": older, "": built, "no such post": built}
    wanted |= {delivery.reference: built} if delivery else {}
    for reference, digest in wanted.items():
        await told(app, "ask", question="What is no. 1 about?", under=reference)
        headline = next(p for p in digest.picks if p.number == 1).candidate.insight.headline
        assert " ".join(headline.split()[-4:]) in _last_question(peer).partition("Earlier messages (data")[2]
    await told(app, "ask", question="What is no. 1 about?", date=older.day.isoformat())
    assert " ".join(older.picks[-1].candidate.insight.headline.split()[-4:]) in _last_question(peer)


def _renumbered(picks: tuple[Pick, ...]) -> Iterator[Pick]:
    """The same picks in the opposite order."""
    return (replace(pick, number=len(picks) + 1 - pick.number) for pick in picks)


async def test_a_reply_grows_in_front_of_whoever_watches(read: tuple[App, OpenAIPeer]) -> None:
    app, peer = read
    peer.answers = [_streaming(thinks(reads))]
    seen: list[Progress] = []
    outcome = await perform(app, OWNER, Request("ask", {"question": QUESTION}), seen.append)
    shown = [from_json(step.message).blocks for step in seen if step.message is not None]
    final = [block for block in outcome.message.blocks if isinstance(block, Paragraph)]
    assert shown
    assert all(list(blocks) == final[: len(blocks)] for blocks in shown)
    peer.answers = [thinks(reads)]


def _streaming(whole: PeerAnswer) -> PeerAnswer:
    """Streams what the other would answer as a whole."""

    async def answer(request: web.BaseRequest, body: Body) -> web.StreamResponse:
        if not body.get("stream"):
            return await whole(request, body)
        return await streams(*json.dumps(reads(body)))(request, body)

    return answer


async def test_with_the_model_down_a_question_gets_passages_and_the_true_reason(
    read: tuple[App, OpenAIPeer],
) -> None:
    app, peer = read
    for answer, reason in ((status(401), "could not be used"), (no_credit(), "is paused")):
        peer.answers = [answer]
        outcome = await told(app, "ask", question=QUESTION)
        shape, said = outcome.to_reply()["data"], plain(outcome.message)
        assert (shape["author"], shape["statements"]) == ("extract", [])
        assert shape["citations"]
        assert reason in shape["degraded"]
        assert reason in said
        assert "no language model is set up" not in said
    spent = (await data(app, "status"))["spending"]
    assert "no credit left" in spent["problem"]
    assert "no credit left" in plain((await told(app, "doctor")).message)
