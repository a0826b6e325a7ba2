"""A slash command is acknowledged at once while the real app reads, analyses and indexes episodes in the same loop."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from bot.app import App, open_app
from bot.handover import Request
from bot.operations import perform_unseen
from bot.reception import Reception
from bot.running import OWNER
from bot.sample_host import serve_samples
from bot.settings import load_settings
from bot.slack.parts import slack_parts
from bot.slack.service import AppCounter, hearing_slack
from bot.slack.team import Defaults
from bot.slack.web import SlackWeb
from pipeline.adapters.arrival_journal import open_journal
from tests.bot.slack.slack_world import Now, until
from tests.peers.slack_peer import APP_TOKEN, BOT_TOKEN, SlackPeer

_PROMISED = 0.3
"""Seconds."""


async def test_a_command_is_acknowledged_within_300_ms_while_episodes_are_read(peer: SlackPeer, tmp_path: Path) -> None:
    settings = load_settings(
        data=tmp_path, allow_networks="127.0.0.0/8", whisper_model="off", zone="UTC", _env_file=None
    )
    async with serve_samples(now=datetime.now(UTC)) as host, open_app(settings) as app:
        for address in host.public_feeds[:2]:
            await perform_unseen(app, OWNER, Request("add", {"address": address}))
        await app.engine.get()
        web = SlackWeb(BOT_TOKEN, base_url=peer.api_url)
        with open_journal(tmp_path / "arrivals.jsonl") as journal:
            parts = slack_parts(web, app.channels._db, clock=Now(), defaults=Defaults(), journal=journal)
            async with hearing_slack(parts, AppCounter(app, Reception(app)), app_token=APP_TOKEN) as (intake, _):
                await until(lambda: bool(peer.sockets))
                took = await _acknowledged_while_reading(app, peer)
                await intake.idle()
    print(f"\nacknowledged while episodes were read, in ms: {[round(seconds * 1000) for seconds in took]}")
    milliseconds = sorted(round(seconds * 1000) for seconds in took)
    # One in ten may meet a machine that is busy with something else; none may meet Slack's own limit.
    assert milliseconds
    assert milliseconds[(len(milliseconds) - 1) * 9 // 10] <= _PROMISED * 1000
    assert any("Status" in one["text"] for one in peer.responses)


async def _acknowledged_while_reading(app: App, peer: SlackPeer) -> list[float]:
    """Ask again and again as long as episodes are on their way; how long each acknowledgement took."""
    reading = asyncio.create_task(perform_unseen(app, OWNER, Request("scan")))
    took: list[float] = []
    while not reading.done():
        seconds = await peer.deliver("slash_commands", {
            "command": "/podcast", "text": "status", "team_id": "T1", "channel_id": "C1", "channel_name": "podcasts",
            "user_id": "U1", "user_name": "ann", "trigger_id": peer.next_ts(), "api_app_id": "A1",
            "response_url": f"{peer.url}/response/1",
        })  # fmt: skip
        assert seconds is not None, "Slack gave up after three seconds"
        if not reading.done():
            took.append(seconds)
        await asyncio.sleep(0.1)
    assert (await reading).code == 0
    return took
