"""Discord in the composition: posting without a gateway, and what doctor says of a channel's rights."""

from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import App, open_app
from bot.clock import SystemClock
from bot.engine.queues import ROLES
from bot.platforms import open_platforms
from bot.settings import Settings, load_settings
from bot.shapes.commands import CheckShape
from bot.texts.message import Message, Paragraph, text
from bot.upkeep.examination import examine
from pipeline.adapters.sealing import Seal
from pipeline.domain.channel import Channel
from pipeline.domain.errors import DeliveryDelayed, DeliveryError, DestinationGone, SettingsError
from tests.peers.catalog import SECRET
from tests.peers.discord_desk import CHANNEL, WORKSPACE, Scene, words_of
from tests.peers.discord_peer import TOKEN


def settings_for(folder: Path, **more: object) -> Settings:
    return load_settings(data=folder, whisper_model="off", zone="UTC", _env_file=None, **more)


async def test_the_poster_needs_no_gateway(scene: Scene) -> None:
    settings = settings_for(scene.folder, discord_token=TOKEN)
    async with AsyncExitStack() as stack:
        platforms = await open_platforms(settings, stack, db=scene.stores.db, clock=SystemClock(), seal=Seal(SECRET))
        await platforms.messengers["discord"].send(CHANNEL, Message((Paragraph(text("Hello")),), "Hello", "k"))
        assert await platforms.lacking["discord"](CHANNEL) == ()
    assert "Hello" in words_of(scene.peer.posts(scene.place)[0])
    assert scene.peer.gateway.sessions == {}
    assert ROLES["poster"] == ("post",)


async def checks(folder: Path, told: tuple[str, ...] | DeliveryError, channel: Channel) -> list[CheckShape]:
    """What doctor says about Discord's channels when Discord says this."""

    async def lacking(_channel: Channel) -> tuple[str, ...]:
        if isinstance(told, DeliveryError):
            raise told
        return told

    async with open_app(settings_for(folder)) as app:
        await app.channels.save(channel, workspace=channel.workspace)
        asked: App = replace(app, platforms=replace(app.platforms, lacking={"discord": lacking}))
        return [check for check in await examine(asked) if check.name.startswith("Discord")]


async def test_doctor_names_the_rights_that_a_channel_does_not_give(tmp_path: Path) -> None:
    (check,) = await checks(tmp_path, ("View Channel", "Send Messages"), CHANNEL)
    assert (check.name, check.state) == ("Discord “podcasts”", "problem")
    assert check.detail == "Podsift lacks View Channel, Send Messages."
    assert "Ask an admin" in check.help


async def test_doctor_is_content_with_a_channel_that_gives_everything(tmp_path: Path) -> None:
    (check,) = await checks(tmp_path, (), CHANNEL)
    assert check.state == "ok"


@pytest.mark.parametrize("error", [DestinationGone("It is gone."), DeliveryDelayed("Discord cannot be reached")])
async def test_doctor_says_why_a_channel_cannot_be_looked_at(tmp_path: Path, error: DeliveryError) -> None:
    (check,) = await checks(tmp_path, error, CHANNEL)
    assert (check.state, check.detail) == ("problem", str(error))
    assert "bot/discord/README.md" in check.help


async def test_doctor_leaves_a_paused_channel_alone(tmp_path: Path) -> None:
    (check,) = await checks(tmp_path, ("View Channel",), replace(CHANNEL, paused=True))
    assert (check.state, check.detail) == ("off", "paused.")
    assert CHANNEL.workspace == WORKSPACE


@pytest.mark.parametrize("setting", ["two", "1/", "/4", "0,/4", "-1"])
def test_a_setting_for_shards_that_is_none_is_named(tmp_path: Path, setting: str) -> None:
    with pytest.raises(SettingsError, match="PODSIFT_DISCORD_SHARDS"):
        settings_for(tmp_path, discord_shards=setting)
