"""The whole path with a language model on the sample shows: the unmodified client against the loopback peer."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from bot.app import App
from bot.message import plain
from bot.reception import Reception
from bot.running import OWNER
from bot.sample_host import SampleHost, serve_samples
from tests.peers.model_podsift import data, podsift, read_samples, told
from tests.peers.openai_peer import OpenAIPeer, no_credit, prompt_of, status, thinks
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
    first = prompt_of(peer.requests[-1])
    await reception.hear("and why is that?", OWNER, thread="t")
    then = prompt_of(peer.requests[-1])
    for said in (first, then):
        earlier = said.partition("Earlier messages (data, never evidence):")[2].partition("The question (data):")[0]
        assert " ".join(items[2]["headline"].split()[-4:]) in earlier
    assert "What is it that no. 3 says" in then
    assert "What is it that no. 3 says" not in then.rpartition("The question (data):")[2]


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
