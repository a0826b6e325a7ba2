"""An episode read by the model through the whole step: stored once, rejections counted by reason, paid for."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pipeline.adapters.catalog import SqlSpendingLedger
from pipeline.adapters.openai_model import ModelProposer, ModelServer, open_model
from pipeline.domain.insight import Author
from pipeline.domain.spending import Prices
from pipeline.steps.extract import extract_insights
from tests.peers.catalog import NOW, Stores, found, migrated_template, sqlite_stores
from tests.peers.made_talk import proposal, second_proposal, talk
from tests.peers.openai_peer import Body, OpenAIPeer, thinks


@pytest.fixture
async def stores(tmp_path: Path) -> AsyncIterator[Stores]:
    async with sqlite_stores(tmp_path, template=migrated_template(tmp_path)) as fresh:
        yield fresh


def editor(body: Body) -> object:
    if "editor of a daily note" in body["messages"][0]["content"]:
        return {"keep": [{"number": n, "worth": 8, "specificity": 8} for n in (2, 1)]}
    if "correct short texts" in body["messages"][0]["content"]:
        return {"texts": []}
    return {
        "insights": [
            proposal(),
            second_proposal(),
            proposal(quote="Rewards are simply better than imitation in every way"),
            proposal(headline="Go to https://evil.example"),
            proposal(quote="Use the code MARA for ten percent off your kettle"),
            proposal(body="Too short."),
        ]
    }


async def test_an_episode_is_read_once_and_what_it_cost_is_known(stores: Stores) -> None:
    feed = await stores.followed_feed()
    await stores.feeds.record(feed, (found(10),))
    (episode,) = await stores.episodes.waiting()
    await stores.transcripts.save(episode.id, talk())
    ledger = SqlSpendingLedger(stores.db)
    async with OpenAIPeer() as peer:
        peer.answers = [thinks(editor)]
        server = ModelServer(model="small", base_url=peer.base_url, prices=Prices(1.0, 4.0))
        async with open_model(server, ledger=ledger, replies=stores.replies, clock=stores.clock) as model:
            for _ in range(2):
                kept = await extract_insights(
                    episode.id,
                    episodes=stores.episodes,
                    transcripts=stores.transcripts,
                    insights=stores.insights,
                    rejections=stores.rejections,
                    proposer=ModelProposer(model),
                    author=Author.MODEL,
                )
                assert kept == 2
        assert len(peer.requests) == 3
    insights = await stores.insights.current(episode.id)
    assert [i.headline for i in insights] == [second_proposal()["headline"], proposal()["headline"]]
    assert all(i.author is Author.MODEL and i.start is not None for i in insights)
    total = await ledger.total(since=NOW, subject=episode.id)
    assert (total.calls, total.tokens_in, total.micros) == (3, 3_000, 4_200)


async def test_a_reply_is_stored_before_what_waited_longer_to_be_written(stores: Stores) -> None:
    feed = await stores.followed_feed()
    await stores.feeds.record(feed, (found(10),))
    (episode,) = await stores.episodes.waiting()
    stored_then: list[str | None] = []

    async def write() -> None:
        async with stores.db.writing():
            stored_then.append(await stores.replies.load("key"))

    async with asyncio.TaskGroup() as group, stores.db.writing():
        group.create_task(write())
        group.create_task(stores.replies.save("key", "a reply", episode_id=episode.id))
        await asyncio.sleep(0)
    assert stored_then == ["a reply"]


async def test_rejections_are_counted_by_reason(stores: Stores, caplog: pytest.LogCaptureFixture) -> None:
    feed = await stores.followed_feed()
    await stores.feeds.record(feed, (found(10),))
    (episode,) = await stores.episodes.waiting()
    await stores.transcripts.save(episode.id, talk())
    async with OpenAIPeer() as peer:
        peer.answers = [thinks(editor)]
        server = ModelServer(model="small", base_url=peer.base_url)
        async with open_model(
            server, ledger=SqlSpendingLedger(stores.db), replies=stores.replies, clock=stores.clock
        ) as model:
            with caplog.at_level("INFO"):
                await extract_insights(
                    episode.id,
                    episodes=stores.episodes,
                    transcripts=stores.transcripts,
                    insights=stores.insights,
                    rejections=stores.rejections,
                    proposer=ModelProposer(model),
                    author=Author.MODEL,
                )
    (record,) = [r for r in caplog.records if r.message == "Extracted insights."]
    assert record.__dict__["rejected"] == {
        "quote not found": 1,
        "link, mention or order": 1,
        "advert": 1,
        "body length": 1,
    }
