"""What was lost or failed comes back: a broken index, an episode without a transcript."""

import asyncio
import shutil
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.app import App, open_app
from bot.handover import Progress, Request
from bot.operations import perform
from bot.running import OWNER, perform_alone
from bot.sample_host import serve_samples
from bot.settings import Settings, load_settings
from bot.upkeep.index_care import keeping_level
from pipeline.domain.errors import IndexUnavailable
from tests.peers.podcast_host import PodcastHost
from tests.peers.waiting import until

FEED = """<?xml version="1.0"?>
<rss version="2.0" xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel><title>Kiln Talk</title>
<item><guid>k1</guid><title>Glaze</title><enclosure url="{base}/k1.mp3" type="audio/mpeg" length="1"/>
<podcast:transcript url="{base}/k1.vtt" type="text/vtt"/></item></channel></rss>"""
WORDS = "WEBVTT\n\n" + "\n\n".join(
    f"00:0{n}:00.000 --> 00:0{n}:30.000\n<v Ada>A glaze crawls because the clay below it shrinks more than it does, "
    f"so every potter fires a test tile number {n} before the whole shelf goes into the kiln."
    for n in range(1, 9)
)

SOUGHT = "heat pump"
SEARCH = Request("search", {"query": SOUGHT})


def settings_for(folder: Path) -> Settings:
    return load_settings(data=folder, allow_networks="127.0.0.0/8", whisper_model="off", zone="UTC", _env_file=None)


async def told(app: App, operation: str, **arguments: Any) -> dict[str, Any]:
    outcome = await perform(app, OWNER, Request(operation, arguments), lambda _: None)
    return dict(outcome.to_reply()["data"])


@pytest.mark.parametrize("damage", ["gone", "garbage"])
async def test_a_command_fills_a_lost_or_damaged_index_first_and_shows_how_far_it_is(
    tmp_path: Path, damage: str
) -> None:
    progress: list[Progress] = []
    before = await searched_once(tmp_path)
    break_index(tmp_path / "index", damage)

    after = await perform_alone(settings_for(tmp_path), SEARCH, progress.append)

    assert len(before["passages"]) == 8
    assert after["data"] == before
    assert [(step.done, step.total) for step in progress] == [(n + 1, len(progress)) for n in range(len(progress))]
    assert progress


@pytest.mark.parametrize("damage", ["gone", "garbage"])
async def test_a_service_fills_a_lost_or_damaged_index_while_it_answers(tmp_path: Path, damage: str) -> None:
    before = await searched_once(tmp_path)
    break_index(tmp_path / "index", damage)

    async with open_app(settings_for(tmp_path)) as app, keeping_level(app, farewell=app.engine.farewell):

        async def all_is_found() -> bool:
            return await told(app, "search", query=SOUGHT) == before

        await until(all_is_found)


async def test_a_search_says_that_it_does_not_know_all_while_the_index_is_filled(tmp_path: Path) -> None:
    before = await searched_once(tmp_path)
    break_index(tmp_path / "index", "gone")

    async with open_app(settings_for(tmp_path)) as app, asyncio.TaskGroup() as beside:
        meanwhile: list[asyncio.Task[dict[str, Any]]] = []
        await app.level_index(
            lambda *_: meanwhile.append(beside.create_task(told(app, "search", query=SOUGHT))),
        )
        assert await told(app, "search", query=SOUGHT) == before

    assert len(meanwhile) > 1
    assert "The index is being filled" in meanwhile[0].result()["degraded"]


async def test_a_chroma_server_that_is_away_is_told_although_nothing_waits_for_the_index(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
    settings = settings_for(tmp_path).model_copy(update={"chroma_url": nobody})

    async with open_app(settings) as app:
        with pytest.raises(IndexUnavailable, match="does not answer"):
            await app.level_index(lambda *_: None)


async def test_a_lost_key_keeps_its_private_show_out_of_the_index_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with serve_samples(now=datetime.now(UTC)) as host, open_app(settings_for(tmp_path)) as app:
        await told(app, "add", address=host.public_feeds[2])
        await told(app, "add", address=host.public_feeds[0], private=True)
        await told(app, "scan")
        before = await told(app, "search", query=SOUGHT)
    break_index(tmp_path / "index", "gone")
    (tmp_path / "secret.key").unlink()

    async with open_app(settings_for(tmp_path)) as app, keeping_level(app, farewell=app.engine.farewell):

        async def the_public_show_is_found() -> bool:
            found = await told(app, "search", query=SOUGHT)
            return not found["degraded"] and len(found["passages"]) == len(before["passages"])

        await until(the_public_show_is_found)

    [said] = [record for record in caplog.records if record.message == "Episodes are left out of the index."]
    assert "restore PODSIFT_SECRET_KEY" in str(vars(said)["problem"])


async def searched_once(folder: Path) -> dict[str, Any]:
    """What is found in a show that was read in this folder."""
    async with serve_samples(now=datetime.now(UTC)) as host, open_app(settings_for(folder)) as app:
        await told(app, "add", address=host.public_feeds[2])
        await told(app, "scan")
        return await told(app, "search", query=SOUGHT)


def break_index(folder: Path, damage: str) -> None:
    if damage == "gone":
        shutil.rmtree(folder)
        return
    for file in folder.rglob("*.sqlite3"):
        file.write_bytes(b"not a database" * 500)


async def test_an_episode_that_failed_tells_why_and_goes_again_when_asked(tmp_path: Path) -> None:
    async with PodcastHost() as host, open_app(settings_for(tmp_path)) as app:
        address = host.serve("/feed.xml", FEED.format(base=host.url().rstrip("/")).encode())
        host.serve("/k1.vtt", b"<html><title>Sign in</title><body>Please sign in.</body></html>")
        added = await told(app, "add", address=address)
        failed = await told(app, "scan")
        host.serve("/k1.vtt", WORDS.encode())
        again = await told(app, "retry")
        scanned = await told(app, "scan")

    assert added["feed"]["waiting"] == 1
    assert [episode["guid"] for episode in failed["failed"]] == ["k1"]
    assert "127.0.0.1" in failed["failed"][0]["reason"]
    assert again == {"episodes": ["Glaze"], "resumed": 0}
    assert (scanned["ready"], scanned["failed"]) == (1, [])
