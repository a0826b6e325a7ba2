"""Hosted models beside the language model, and what a full disk means: an app for each, on loopback."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.hosted import open_hosted
from bot.sample_host import SampleHost, serve_samples
from bot.settings import load_settings
from bot.texts.message import plain
from bot.texts.wording import UNAVAILABLE
from bot.upkeep.index_care import keep_level
from pipeline.domain.audience import LOCAL
from pipeline.domain.passage import Query
from tests.peers.catalog import SetClock, migrated_template, sqlite_stores
from tests.peers.hosted_answers import MORE, WORDS, gives_vectors, hears
from tests.peers.model_podsift import data, podsift, read_samples, told
from tests.peers.openai_peer import OpenAIPeer, no_credit, status, thinks
from tests.peers.podcast_host import PodcastHost
from tests.peers.reading_model import reads
from tests.peers.speech import speech, write_audio

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>The Cellar</title><language>de</language>
<item><title>The old machine</title><guid>one</guid><pubDate>{when}</pubDate>
<enclosure url="{audio}" type="audio/mpeg" length="1"/></item></channel></rss>"""
HEARING = {"openai_transcription_model": "whisper-1", "openai_transcription_price": 0.006}
ASKED = Query("Why did reinforcement learning forget less?", LOCAL)


@pytest.fixture
async def peer() -> AsyncIterator[OpenAIPeer]:
    async with OpenAIPeer(answers=[thinks(reads)], hearings=[hears(f"{WORDS} {MORE}")]) as serving:
        yield serving


@pytest.fixture
async def host() -> AsyncIterator[SampleHost]:
    async with serve_samples(now=datetime.now(UTC)) as serving:
        yield serving


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_audio(tmp_path_factory.mktemp("audio") / "show.mp3", speech(5), rate=16_000, times=28).read_bytes()


@pytest.fixture
async def show(spoken: bytes) -> AsyncIterator[str]:
    """The address of a show whose publisher offers no transcript."""
    async with PodcastHost() as serving:
        audio = serving.serve("/one.mp3", spoken)
        yield serving.serve("/feed.xml", FEED.format(when=format_datetime(datetime.now(UTC)), audio=audio).encode())


async def check(app: App, name: str) -> dict[str, Any]:
    checks = (await data(app, "doctor"))["checks"]
    return next(dict(one) for one in checks if one["name"] == name)


async def grades(app: App) -> dict[str, float]:
    """What is found by words and meaning, and how sure each is."""
    result = await app.index.search(ASKED)
    assert not result.degraded
    return {passage.text: passage.match for passage in result.passages}


async def test_an_episode_is_heard_by_the_hosted_model_and_can_be_found(
    tmp_path: Path, peer: OpenAIPeer, show: str
) -> None:
    async with podsift(tmp_path, peer, **HEARING) as app:
        assert (await told(app, "add", address=show)).code == 0
        assert (await told(app, "scan")).code == 0
        found = await app.index.search(Query("Who asked about the clock on the wall?", LOCAL))
        known = await data(app, "status")
        (ready,) = await app.ready.ready_ids()
        transcript = await app.pipeline.transcripts.load(ready)
        line = await check(app, "Transcription")
    assert "visitor from Lisbon" in found.passages[0].text
    assert transcript is not None
    assert (transcript.format, transcript.language) == ("hosted:whisper-1", "en"), "a German feed, an English episode"
    assert len(peer.heard) == 2, "140 seconds are two uploads"
    assert known["spending"]["month"] > 140 / 60 * 0.006
    assert known["spending"]["model"] == "small, whisper-1"
    assert line["detail"] == f"the hosted model whisper-1 at 127.0.0.1:{peer.port}."


async def test_an_empty_account_stops_the_upload_and_what_was_heard_is_not_paid_for_twice(
    tmp_path: Path, peer: OpenAIPeer, show: str
) -> None:
    peer.hearings = [hears(WORDS), no_credit()]
    async with podsift(tmp_path, peer, **HEARING) as app:
        await told(app, "add", address=show)
        scan = await told(app, "scan")
        assert scan.to_reply()["data"]["waiting"] == 1
        assert "has no credit left" in plain(scan.message)
        assert "is tried again at" in plain(scan.message)
        assert (await check(app, "Transcription"))["state"] == "problem"
    assert len(peer.heard) == 2


async def test_the_index_is_rebuilt_when_the_embedding_changes_and_words_answer_while_it_is_away(
    tmp_path: Path, host: SampleHost, peer: OpenAIPeer
) -> None:
    async with podsift(tmp_path, peer) as app:
        await read_samples(app, host)
        before, graded = await app.index.counts(), await grades(app)
    peer.embeddings = [gives_vectors(dimensions=64)]
    async with podsift(tmp_path, peer, openai_embedding_model="embedding-1") as app:
        assert "made with another embedding" in (await check(app, "Index"))["detail"]
        assert "found by their words alone" in (await app.index.search(ASKED)).degraded
        await keep_level(app)
        assert not app.index.needs_rebuild
        assert await app.index.counts() == before
        again = await grades(app)
        both = graded.keys() & again.keys()
        assert len(both) > 1
        assert all(graded[text] == pytest.approx(again[text], abs=0.15) for text in both), "nobody fitted this model"
        assert (await check(app, "Search by meaning"))["detail"].startswith("the hosted model embedding-1")
        peer.embeddings = [status(503)]
        alone = await app.index.search(ASKED)
        assert alone.passages
        assert "found by their words alone" in alone.degraded
    embedded = len(peer.embedded)
    async with podsift(tmp_path, peer) as app:
        await keep_level(app)
        assert not (await app.index.search(ASKED)).degraded
    assert len(peer.embedded) == embedded, "the shipped table asks nobody"


async def test_with_too_little_room_episodes_wait_and_it_is_said(
    tmp_path: Path, host: SampleHost, peer: OpenAIPeer
) -> None:
    async with podsift(tmp_path, peer, disk_reserve_gb=1e9) as app:
        await told(app, "add", address=host.public_feeds[0])
        scan = await told(app, "scan")
        line = await check(app, "Data folder")
        reindexed = await told(app, "reindex")
    assert reindexed.code == UNAVAILABLE
    assert "until there is room again" in plain(reindexed.message)
    assert scan.to_reply()["data"]["waiting"] > 0
    assert scan.to_reply()["data"]["failed"] == []
    assert "of the disk is free: nothing more is read or indexed until there is room again" in plain(scan.message)
    assert line["state"] == "problem"
    assert "PODSIFT_DISK_RESERVE_GB" in line["help"]
    assert peer.requests == []


async def test_status_says_what_is_kept(tmp_path: Path, peer: OpenAIPeer) -> None:
    async with podsift(tmp_path, peer) as app:
        assert "Kept what was said stays for ever" in plain((await told(app, "status")).message)
    async with podsift(tmp_path, peer, keep_days=365) as app:
        known = await told(app, "status")
        assert "stays for 365 days, longer where it was posted or saved" in plain(known.message)
        assert known.to_reply()["data"]["keep_days"] == 365


async def test_old_words_are_forgotten_and_the_rest_is_still_found(
    tmp_path: Path, host: SampleHost, peer: OpenAIPeer
) -> None:
    async with podsift(tmp_path, peer, keep_days=30) as app:
        await read_samples(app, host)
        ready = await app.ready.ready_ids()
        await app.upkeep.forget_old()
        assert await app.ready.ready_ids() == ready, "nothing is old"
        await app.upkeep.words.forget(ready[1:])
        await app.index.forget(ready[1:])
        known = await told(app, "status")
        scan = await told(app, "scan")
        assert await app.ready.ready_ids() == ready[:1]
    assert f"of {len(ready) - 1} older episodes only the title" in plain(known.message)
    assert scan.to_reply()["data"]["new"] == 0


async def test_a_key_is_told_to_no_other_server(tmp_path: Path) -> None:
    given = load_settings(
        data=tmp_path,
        openai_api_key="sk-mine",
        openai_transcription_model="whisper-1",
        openai_transcription_base_url="http://elsewhere.example/v1",
        openai_embedding_model="embedding-1",
        _env_file=None,
    )
    clock = SetClock()
    async with (
        sqlite_stores(tmp_path, template=migrated_template(tmp_path / "template")) as stores,
        open_hosted(given, db=stores.db, clock=clock) as hosted,
    ):
        assert hosted.ear is not None
        assert hosted.embedder is not None
        assert (hosted.ear.model.base_url, hosted.ear.model.api_key) == ("http://elsewhere.example/v1", "")
        assert hosted.embedder.model.api_key == "sk-mine"
        assert "sk-mine" not in repr(hosted.embedder.model)
