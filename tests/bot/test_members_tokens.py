"""The subscriber's token in a private feed's episodes: files are fetched with it, and nobody is told it."""

import asyncio
import json
import logging
import sqlite3
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.app import LOCAL_CHANNEL, App, open_app
from bot.handover import Request
from bot.operations import Outcome, perform
from bot.running import OWNER
from bot.sample_host import render_feed
from bot.settings import load_settings
from bot.texts.message import plain
from bot.web.condition import look
from bot.web.figures import exposition
from pipeline.domain.audience import LOCAL
from tests.peers.podcast_host import PodcastHost

TOKEN = "q7Rk2Lw9Zt4Xc8Vb1Nm6Hg3Jf5"
PAGE = "https://members.example/posts/41"
SHOW = files("bot.samples").joinpath("tidewell-staff-room")
WORDS = ("goodbye-to-the-seat.json", "incident-41.vtt")


@pytest_asyncio.fixture
async def host() -> AsyncIterator[PodcastHost]:
    """A members' show: the token in every address of a file, in the page of one episode and in the other's guid."""
    async with PodcastHost() as serving:
        serving.serve(f"/rss/{TOKEN}", members_feed(serving.url("")).encode())
        for name in WORDS:
            serving.serve(f"/{TOKEN}/{name}", SHOW.joinpath(name).read_bytes())
        yield serving


def members_feed(base_url: str) -> str:
    feed = render_feed(
        SHOW.joinpath("feed.xml").read_text("utf-8"), base_url=base_url, now=datetime.now(UTC), key=TOKEN
    )
    for folder in ("tidewell-staff-room", "audio"):
        feed = feed.replace(f"{base_url}/{folder}/", f"{base_url}/{TOKEN}/")
    chapters = f'<podcast:chapters url="{base_url}/{TOKEN}/chapters.json" type="application/json+chapters"/>'
    feed = feed.replace("</item>", f"{chapters}</item>")
    feed = feed.replace('<guid isPermaLink="false">podsift-sample/tidewell-staff-room/goodbye-to-the-seat</guid>', "")
    feed = feed.replace("<title>Goodbye", f"<link>{base_url}/posts/seat?auth={TOKEN}</link><title>Goodbye")
    return feed.replace("<title>Incident", f"<link>{PAGE}</link><title>Incident")


@pytest_asyncio.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    given = load_settings(data=tmp_path, allow_networks="127.0.0.0/8", whisper_model="off", zone="UTC", _env_file=None)
    async with open_app(given) as opened:
        yield opened


async def told(app: App, operation: str, **arguments: Any) -> Outcome:
    return await perform(app, OWNER, Request(operation, arguments), lambda _: None)


async def test_the_token_in_an_episodes_addresses_is_nowhere(
    app: App, host: PodcastHost, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("pipeline", "bot", "vectorstore"):
        caplog.set_level(logging.DEBUG, logger=name)
    said = [await told(app, "add", address=host.url(f"/rss/{TOKEN}")), await told(app, "scan")]
    assert said[1].to_reply()["data"]["ready"] == 2, "its transcripts were had"
    said += [await told(app, one) for one in ("scan", "digest", "status", "list", "doctor")]
    for title in ("Goodbye to the seat", "Incident 41"):
        said.append(await told(app, "insights", episode=title))
    said.append(await told(app, "search", query="certificate alarm calendar"))
    said.append(await told(app, "ask", question="Why could no clinic open its calendar?"))
    assert [outcome.code for outcome in said] == [0] * len(said), [plain(one.message) for one in said if one.code]
    digest = said[3].to_reply()["data"]
    assert {item["url"] for item in digest["items"]} == {PAGE, None}, "a page that is no key is linked, else nothing"
    posted = await app.board.latest(workspace=LOCAL, channel_id=LOCAL_CHANNEL)
    for text in (
        *(json.dumps(outcome.to_reply()) + repr(outcome.message) for outcome in said),
        repr(posted),
        exposition(await look(app, counts=True)).decode(),
        caplog.text,
    ):
        assert TOKEN not in text
    kept = await asyncio.to_thread(contents, tmp_path)
    assert len(kept) > 10, "files and packed rows"
    assert [name for name, content in kept if TOKEN.encode() in content] == []


def contents(folder: Path) -> list[tuple[str, bytes]]:
    """Every file, and what is packed in the catalogue."""
    found = [(path.name, path.read_bytes()) for path in folder.rglob("*") if path.is_file()]
    (catalog,) = folder.rglob("catalog.db")
    connection = sqlite3.connect(catalog)
    for table, column in (("feed_listing", "seen"), ("transcript", "segments")):
        rows = connection.execute(f"select {column} from {table}").fetchall()
        assert rows
        found += [(table, zlib.decompress(row[0])) for row in rows]
    connection.close()
    return found
