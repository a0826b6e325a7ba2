"""Asking and searching on the sample shows: whose words are shown, from which second, and what is refused."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from bot.app import App, open_app
from bot.handover import Request
from bot.operations import Outcome, perform_unseen
from bot.running import OWNER
from bot.sample_host import serve_samples
from bot.settings import load_settings
from bot.texts.message import plain
from bot.texts.wording import NOT_FOUND, WRONG_INPUT
from pipeline.domain.audience import LOCAL
from pipeline.domain.episode import episode_id
from pipeline.domain.talk.quotes import locate_quote
from pipeline.domain.talk.speech import with_speakers

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[App]:
    """The public sample shows, read and indexed, with today's post."""
    settings = load_settings(
        data=tmp_path_factory.mktemp("data"),
        allow_networks="127.0.0.0/8",
        whisper_model="off",
        zone="UTC",
        _env_file=None,
    )
    async with serve_samples(now=datetime.now(UTC)) as host, open_app(settings) as opened:
        for address in host.public_feeds:
            await told(opened, "add", address=address)
        await told(opened, "scan")
        await told(opened, "digest")
        yield opened


async def told(app: App, operation: str, **arguments: Any) -> Outcome:
    return await perform_unseen(app, OWNER, Request(operation, arguments))


async def shape(app: App, operation: str, **arguments: Any) -> dict[str, Any]:
    return dict((await told(app, operation, **arguments)).to_reply()["data"])


async def test_what_an_insight_rests_on_is_its_own_quote_first(app: App) -> None:
    items = (await shape(app, "digest"))["items"]

    for number, item in enumerate(items, start=1):
        answer = await shape(app, "ask", question=f"What does no. {number} rest on?")
        first = answer["citations"][0]["passage"]
        assert first["text"] == item["quote"]
        assert (first["start"], answer["grade"]) == (item["start"], "answered")
        assert first["url"] == item["url"]
        texts = [citation["passage"]["text"] for citation in answer["citations"]]
        assert len(set(texts)) == len(texts)


async def test_whatever_is_shown_was_said_by_whom_and_when_it_says(app: App) -> None:
    feeds = {
        followed.feed.url: followed.feed.id
        for followed in await app.library.feeds(workspace=LOCAL, channel_id=OWNER.channel_id)
    }
    several = 0
    for question in ("Why do queues make reviews slow?", "What does a battery earn?", "Why do small models forget?"):
        cited = [citation["passage"] for citation in (await shape(app, "ask", question=question))["citations"]]
        for passage in (*cited, *(await shape(app, "search", query=question))["passages"]):
            transcript = await app.pipeline.transcripts.load(episode_id(feeds[passage["feed_url"]], passage["guid"]))
            assert transcript is not None
            said = locate_quote(transcript, passage["text"])
            assert said is not None
            assert said.start is not None
            assert passage["start"] == pytest.approx(said.start, abs=0.3)
            spoken = with_speakers(transcript).segments[said.first_segment : said.last_segment + 1]
            voices = {segment.speaker for segment in spoken if len(segment.text.split()) > 2}
            several += len(voices) > 1
            assert passage["speaker"] is None or set(passage["speaker"].split(" and ")) == voices
            assert passage["speaker"] is not None or len(voices) != 1
    assert several


async def test_a_number_that_the_post_has_not_is_told_and_not_searched(app: App) -> None:
    outcome = await told(app, "ask", question="What does no. 9 rest on?")

    assert outcome.code == WRONG_INPUT
    assert "There is no insight no. 9 in the post of " in plain(outcome.message)
    assert "it has no. 1 to 5." in plain(outcome.message)


async def test_a_show_that_is_named_is_searched_alone(app: App) -> None:
    answer = await shape(app, "ask", question="What does Load Curve say about batteries?")

    assert {citation["passage"]["feed_title"] for citation in answer["citations"]} == {"Load Curve"}
    assert answer["question"] == "What does Load Curve say about batteries?"


async def test_a_named_show_that_says_nothing_of_it_leaves_all_the_others(app: App) -> None:
    question = "What does Load Curve say about code review queues?"
    answer = await shape(app, "ask", question=question)

    assert any(citation["passage"]["feed_title"] != "Load Curve" for citation in answer["citations"])


async def test_a_search_for_what_nobody_says_finds_nothing_and_shows_the_closest(app: App) -> None:
    outcome = await told(app, "search", query="xyzzyplugh")

    assert outcome.code == NOT_FOUND
    assert "Nothing matches; these came closest" in plain(outcome.message)


async def test_a_word_that_was_said_is_found(app: App) -> None:
    outcome = await told(app, "search", query="battery")

    assert outcome.code == 0
    assert "Nothing matches" not in plain(outcome.message)


@pytest.mark.parametrize("many", [0, -1, 51])
async def test_a_number_of_passages_that_nobody_can_show_is_refused(app: App, many: int) -> None:
    outcome = await told(app, "search", query="battery", k=many)

    assert outcome.code == WRONG_INPUT
    assert "Ask for 1 to 50 passages." in plain(outcome.message)
