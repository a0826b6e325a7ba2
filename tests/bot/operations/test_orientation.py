"""Settings, setting up, taking a removal back, and who may do what, through the operations on a real app."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app import App, open_app
from bot.handover import Request
from bot.operations import Member, Outcome, perform_unseen
from bot.reception import Reception
from bot.sample_host import serve_samples
from bot.settings import load_settings
from bot.texts.message import Buttons, plain
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.channel import Channel

_HERE = WorkspaceId("slack:T1")
CURATOR = Member(_HERE, "slack:T1/C1", "U1", is_curator=True)
READER = Member(_HERE, "slack:T1/C1", "U2")


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    settings = load_settings(
        data=tmp_path, allow_networks="127.0.0.0/8", whisper_model="off", zone="UTC", _env_file=None
    )
    async with open_app(settings) as opened:
        await opened.channels.save(Channel(CURATOR.channel_id, _HERE, "#podcasts", zone="UTC"), workspace=_HERE)
        yield opened


async def _told(app: App, member: Member, operation: str, **arguments: object) -> Outcome:
    return await perform_unseen(app, member, Request(operation, dict(arguments)))


async def test_settings_and_setup_say_how_the_channel_stands_and_what_to_type(app: App) -> None:
    for operation in ("settings", "setup"):
        said = plain((await _told(app, READER, operation)).message)
        assert "#podcasts" in said
        assert "daily at 09:00 (UTC), next on " in said
        assert "curators" in said.lower()
    assert "You may change all of this." in plain((await _told(app, CURATOR, "settings")).message)
    await _told(app, CURATOR, "pause")
    assert "resume" in plain((await _told(app, CURATOR, "setup")).message)


async def test_readers_may_look_at_the_schedule_and_not_change_it(app: App) -> None:
    assert (await _told(app, READER, "schedule")).code == 0
    refused = await _told(app, READER, "schedule", at="08:30", zone=None)
    assert (refused.code, "curators" in refused.message.fallback) == (2, True)
    assert (await _told(app, READER, "add-private")).code == 2
    assert (await _told(app, CURATOR, "add-private")).code == 0


async def test_members_do_not_read_how_to_start_the_service(app: App) -> None:
    assert "Service" not in plain((await _told(app, READER, "status")).message)


async def test_a_preview_posts_nothing(app: App) -> None:
    previewed = await _told(app, READER, "preview", dry_run=True)
    assert previewed.to_reply()["data"]["state"] == "draft"


async def test_a_removal_is_taken_back_by_the_button_under_it(app: App) -> None:
    async with serve_samples(now=datetime.now(UTC)) as host:
        assert (await _told(app, CURATOR, "add", address=host.public_feeds[0])).code == 0
        removed = await _told(app, CURATOR, "remove", name="1")
        (buttons,) = [block for block in removed.message.blocks if isinstance(block, Buttons)]
        reception = Reception(app)
        assert "curators" in (await reception.press(buttons.buttons[0].action, READER)).fallback
        assert (await reception.press(buttons.buttons[0].action, CURATOR)).fallback.startswith("Now following")
        assert "1 show" in (await _told(app, READER, "list")).message.fallback
        gone = await reception.press("undo:0000000000000000", CURATOR)
        assert "0000000000000000" in gone.fallback
