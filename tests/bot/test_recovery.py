"""What was lost or failed comes back: a broken index, an episode without a transcript."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.app import App, open_app
from bot.handover import Request
from bot.operations import perform
from bot.running import OWNER
from bot.sample_host import serve_samples
from bot.settings import Settings, load_settings
from tests.peers.podcast_host import PodcastHost

FEED = """<?xml version="1.0"?>
<rss version="2.0" xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel><title>Kiln Talk</title>
<item><guid>k1</guid><title>Glaze</title><enclosure url="{base}/k1.mp3" type="audio/mpeg" length="1"/>
<podcast:transcript url="{base}/k1.vtt" type="text/vtt"/></item></channel></rss>"""
WORDS = "WEBVTT\n\n" + "\n\n".join(
    f"00:0{n}:00.000 --> 00:0{n}:30.000\n<v Ada>A glaze crawls because the clay below it shrinks more than it does, "
    f"so every potter fires a test tile number {n} before the whole shelf goes into the kiln."
    for n in range(1, 9)
)


def settings_for(folder: Path) -> Settings:
    return load_settings(data=folder, allow_networks="127.0.0.0/8", whisper_model="off", zone="UTC", _env_file=None)


async def told(app: App, operation: str, **arguments: Any) -> dict[str, Any]:
    outcome = await perform(app, OWNER, Request(operation, arguments), lambda _: None)
    return dict(outcome.to_reply()["data"])


@pytest.mark.parametrize("damage", ["gone", "garbage"])
async def test_a_lost_or_damaged_index_is_filled_again_at_the_start(tmp_path: Path, damage: str) -> None:
    async with serve_samples(now=datetime.now(UTC)) as host:
        async with open_app(settings_for(tmp_path)) as app:
            await told(app, "add", address=host.public_feeds[2])
            await told(app, "scan")
            before = await told(app, "search", query="heat pump")
        if damage == "gone":
            shutil.rmtree(tmp_path / "index")
        else:
            for file in (tmp_path / "index").rglob("*.sqlite3"):
                file.write_bytes(b"not a database" * 500)
        async with open_app(settings_for(tmp_path)) as app:
            after = await told(app, "search", query="heat pump")

    assert len(before["passages"]) == 8
    assert after == before


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
