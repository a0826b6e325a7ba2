"""What may happen to the language model's work on the sample shows: crashes, refusals, caps; an app for each."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.running import OWNER
from bot.sample_host import SampleHost, serve_samples
from bot.texts.message import plain
from bot.upkeep.owner_notes import tell_owner
from tests.peers.model_podsift import data, podsift, read_samples, told
from tests.peers.openai_peer import OpenAIPeer, no_credit, refuses, thinks
from tests.peers.reading_model import reads


@pytest.fixture
async def peer() -> AsyncIterator[OpenAIPeer]:
    async with OpenAIPeer() as serving:
        serving.answers = [thinks(reads)]
        yield serving


@pytest.fixture
async def host() -> AsyncIterator[SampleHost]:
    async with serve_samples(now=datetime.now(UTC)) as serving:
        yield serving


async def test_a_restart_pays_for_nothing_again(tmp_path: Path, host: SampleHost, peer: OpenAIPeer) -> None:
    async with podsift(tmp_path, peer) as app:
        await read_samples(app, host, shows=1)
        episode = (await data(app, "digest"))["items"][0]["episode_title"]
        found = await data(app, "insights", episode=episode)
        asked = len(peer.requests)
    async with podsift(tmp_path, peer) as app:
        # As after a crash between the model's last reply and the storing of the insights.
        await app.pipeline.insights.save(found["episode"], (), source="-", version="-", rejected={})
        await told(app, "retry", episode=found["episode"])
        assert (await told(app, "scan")).code == 0
        assert (await data(app, "insights", episode=found["episode"]))["insights"] == found["insights"]
        assert len(peer.requests) == asked


async def test_what_the_gate_refused_can_be_looked_at(tmp_path: Path, host: SampleHost, peer: OpenAIPeer) -> None:
    def careless(body: Any) -> Any:
        reply = reads(body)
        for insight in reply.get("insights", [])[:1]:
            insight["quote"] = "nobody has ever said these very words in this show or in any other"
        return reply

    peer.answers = [thinks(careless)]
    async with podsift(tmp_path, peer) as app:
        await read_samples(app, host, shows=1)
        title = (await data(app, "digest"))["items"][0]["episode_title"]
        plainly, closely = (
            await told(app, "insights", episode=title),
            await told(app, "insights", episode=title, rejected=True),
        )
        rejected = closely.to_reply()["data"]["rejected"]
    assert plainly.to_reply()["data"]["rejected"] == []
    assert {one["reason"] for one in rejected} == {"quote not found"}
    assert rejected[0]["quote"].startswith("nobody has ever said")
    assert "quote not found 1" in plain(closely.message)
    assert "nobody has ever" in plain(closely.message)


async def test_episodes_that_the_model_declines_give_labelled_picks(
    tmp_path: Path, host: SampleHost, peer: OpenAIPeer
) -> None:
    peer.answers = [refuses()]
    async with podsift(tmp_path, peer) as app:
        await read_samples(app, host)
        digest = await told(app, "digest")
        shape = digest.to_reply()["data"]
    assert shape["items"]
    assert {item["author"] for item in shape["items"]} == {"extract"}
    assert "Picked passages" in plain(digest.message)
    assert "is set up" not in plain(digest.message)


async def test_over_the_daily_cap_nothing_is_sent_and_everybody_is_told_why(
    tmp_path: Path, host: SampleHost, peer: OpenAIPeer
) -> None:
    async with podsift(tmp_path, peer, openai_daily_cap=0.001) as app:
        await told(app, "add", address=host.public_feeds[0])
        scan = await told(app, "scan")
        known = await told(app, "status")
        waiting = scan.to_reply()["data"]["waiting"]
    assert peer.requests == []
    assert waiting > 0
    assert "cap for this day is reached: 0.00 of 0.00 dollars" in plain(scan.message)
    assert "it is tried again at" in plain(scan.message)
    assert "cap for this day is reached" in known.to_reply()["data"]["spending"]["problem"]
    assert "at most $0.0010 a day" in plain(known.message)


async def test_without_credit_the_owner_is_told_once_and_retry_lets_it_go_on(
    tmp_path: Path, host: SampleHost, peer: OpenAIPeer
) -> None:
    peer.answers = [no_credit()]
    async with podsift(tmp_path, peer) as app:
        await told(app, "add", address=host.public_feeds[0])
        await told(app, "scan")
        assert await tell_owner(app) == 1
        assert await tell_owner(app) == 0
        posted = await app.board.latest(workspace=OWNER.workspace, channel_id=OWNER.channel_id)
        assert ["no credit left" in post.body for post in posted] == [True]
        asked = len(peer.requests)
        peer.answers = [thinks(reads)]
        assert (await told(app, "retry")).to_reply()["data"]["resumed"] > 0
        assert (await told(app, "scan")).to_reply()["data"]["waiting"] == 0
        assert len(peer.requests) > asked
        assert app.hosted.problem == ""
