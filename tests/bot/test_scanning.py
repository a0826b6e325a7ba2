"""Adding and scanning through the operations that every surface uses: what is told, and what never is."""

import asyncio
import base64
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.app import App, open_app
from bot.handover import Request
from bot.operations import Outcome, perform
from bot.running import OWNER
from bot.settings import load_settings
from bot.texts.message import plain
from tests.peers.made_feeds import made_feed
from tests.peers.podcast_host import PodcastHost

TOKEN = "q7Rk2Lw9Zt4Xc8Vb1Nm6Hg3Jf5"
NEWS = b"<item><title>We are on holiday</title><guid>n</guid></item>"


@pytest_asyncio.fixture
async def host() -> AsyncIterator[PodcastHost]:
    async with PodcastHost() as serving:
        serving.serve("/ferns.xml", made_feed(items=2, title="Ferns").replace(b"<item>", NEWS + b"<item>", 1))
        serving.serve("/moss.xml", made_feed(items=2, title="Moss"))
        serving.serve(f"/rss/{TOKEN}", made_feed(items=2, title="Members"))
        yield serving


@pytest_asyncio.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    async with open_app(
        load_settings(
            data=tmp_path, allow_networks="127.0.0.0/8", whisper_model="off", zone="UTC", backfill=0, _env_file=None
        )
    ) as opened:
        yield opened


async def told(app: App, operation: str, **arguments: Any) -> Outcome:
    return await perform(app, OWNER, Request(operation, arguments), lambda _: None)


async def test_a_scan_tells_in_plain_words_what_it_left_out_of_which_show(app: App, host: PodcastHost) -> None:
    for name in ("moss", "ferns"):
        await told(app, "add", address=host.url(f"/{name}.xml"))
    more = NEWS.replace(b"holiday", b"holiday again").replace(b">n<", b">m<")
    host.serve("/ferns.xml", made_feed(items=2, title="Ferns").replace(b"<item>", more + NEWS + b"<item>", 1))
    scanned = await told(app, "scan")
    (warning,) = scanned.to_reply()["data"]["warnings"]
    assert (warning["title"], warning["url"]) == ("Ferns", host.url("/ferns.xml"))
    assert "Left out what has neither audio, video nor a transcript" in warning["sentence"]
    assert f"Read, but not all of it:\n- Ferns – {warning['sentence']}" in plain(scanned.message)


async def test_the_key_in_a_private_feeds_address_is_nowhere(
    app: App, host: PodcastHost, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="pipeline")
    caplog.set_level(logging.DEBUG, logger="bot")
    url = host.url(f"/rss/{TOKEN}")
    said = [await told(app, "add", address=url)]
    said += [await told(app, operation) for operation in ("scan", "list", "status")]
    said += [await told(app, "export", private=True), await told(app, "import", opml=_opml(url), dry_run=True)]
    del host.routes[f"/rss/{TOKEN}"]
    said += [await told(app, "scan"), await told(app, "list")]
    said += [await told(app, "remove", name=url)]
    assert [outcome.code for outcome in said] == [0, 0, 0, 0, 0, 0, 1, 0, 0]
    for outcome in said:
        assert TOKEN not in json.dumps(outcome.to_reply())
        assert TOKEN not in plain(outcome.message)
    assert TOKEN not in caplog.text
    kept = await asyncio.to_thread(
        lambda: {path.name: TOKEN.encode() in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    )
    assert kept
    assert not any(kept.values()), kept


def _opml(url: str) -> str:
    return base64.b64encode(f'<opml><body><outline xmlUrl="{url}"/></body></opml>'.encode()).decode()
