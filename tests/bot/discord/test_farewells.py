"""Channels that are gone are stopped for good; those who set them up hear of it once, and what to do."""

from collections.abc import AsyncIterator

import pytest

from bot.clock import SystemClock
from bot.discord.farewells import ChannelStops
from bot.discord.messenger import DiscordMessenger, open_messenger
from bot.texts.message import Message, Paragraph, text
from pipeline.adapters.catalog import Curators
from pipeline.domain.errors import DestinationGone
from tests.peers.discord_desk import CHANNEL, WORKSPACE, Scene, words_of
from tests.peers.discord_peer import TOKEN, Fault
from tests.peers.discord_world import ANN, BOB, GUILD, OWNER, PODCASTS, Json

MESSAGE = Message((Paragraph(text("Hello")),), "Hi", "key")


@pytest.fixture
async def messenger(scene: Scene) -> AsyncIterator[DiscordMessenger]:
    curators = Curators(scene.stores.db, clock=SystemClock())
    await curators.add(CHANNEL.id, str(ANN), workspace=WORKSPACE)
    stops = ChannelStops(scene.stores.settings, curators)
    async with open_messenger(TOKEN, clock=SystemClock(), stops=stops) as messenger:
        yield messenger


def told(scene: Scene, person: int) -> list[Json]:
    return scene.peer.posts(scene.peer.world.direct(person))


@pytest.mark.parametrize("code", [50001, 50013, 10003])
async def test_a_channel_that_is_gone_is_stopped_and_owner_and_curator_are_told_once(
    scene: Scene, messenger: DiscordMessenger, code: int
) -> None:
    scene.place.refused = code
    for _ in range(2):
        with pytest.raises(DestinationGone):
            await messenger.send(CHANNEL, MESSAGE)
    (channel,) = await scene.stores.settings.of(workspace=WORKSPACE)
    assert channel.paused
    (to_owner,), (to_curator,) = told(scene, OWNER), told(scene, ANN)
    assert words_of(to_owner) == words_of(to_curator)
    assert "The daily post in “podcasts” has stopped" in words_of(to_owner)
    assert "/podcast resume" in words_of(to_owner).replace("\\", "")
    assert told(scene, BOB) == []


async def test_a_look_for_an_earlier_post_stops_a_channel_too(scene: Scene, messenger: DiscordMessenger) -> None:
    scene.place.refused = 50001
    with pytest.raises(DestinationGone):
        await messenger.find(CHANNEL, "key")
    assert len(told(scene, ANN)) == 1


async def test_the_reason_names_the_rights_to_ask_for(scene: Scene, messenger: DiscordMessenger) -> None:
    scene.place.refused = 50013
    with pytest.raises(DestinationGone):
        await messenger.send(CHANNEL, MESSAGE)
    said = words_of(told(scene, ANN)[0])
    assert "ask an admin to give it Send Messages" in said
    assert "Read Message History" in said


async def test_a_server_that_sent_us_away_still_lets_its_curators_know(
    scene: Scene, messenger: DiscordMessenger
) -> None:
    scene.place.refused = 50001
    scene.peer.faults.append(Fault("GET", f"/guilds/{GUILD}$", "answer", status=404, code=10004))
    with pytest.raises(DestinationGone):
        await messenger.send(CHANNEL, MESSAGE)
    assert (len(told(scene, ANN)), told(scene, OWNER)) == (1, [])


async def test_somebody_who_takes_no_messages_keeps_nobody_else_from_hearing(
    scene: Scene, messenger: DiscordMessenger
) -> None:
    scene.place.refused = 50013
    scene.peer.world.direct(ANN).refused = 50007
    with pytest.raises(DestinationGone):
        await messenger.send(CHANNEL, MESSAGE)
    assert len(told(scene, OWNER)) == 1


async def test_whoever_changes_a_channel_is_told_of_its_end(scene: Scene) -> None:
    async with scene.listening():
        await scene.peer.slash(ANN, scene.place, "podcast pause")
        await scene.peer.until(lambda: scene.parrot.done)
        scene.peer.gateway.tell("CHANNEL_DELETE", scene.peer.world.place_json(scene.place), guild=GUILD)
        await scene.peer.until(lambda: told(scene, ANN))
    assert "“podcasts” was deleted" in words_of(told(scene, ANN)[0])


async def test_what_a_channel_does_not_allow_is_named(scene: Scene, messenger: DiscordMessenger) -> None:
    assert await messenger.lacking(CHANNEL) == ()
    scene.place.denied = 1 << 10 | 1 << 35
    assert "View Channel" in await messenger.lacking(CHANNEL)
    assert "Create Public Threads" in await messenger.lacking(CHANNEL)


async def test_in_a_forum_the_rights_have_the_names_of_forums(scene: Scene, messenger: DiscordMessenger) -> None:
    scene.place.kind = 15
    scene.place.denied = 1 << 11 | 1 << 38
    assert await messenger.lacking(CHANNEL) == ("Create Posts", "Send Messages in Posts")


async def test_a_channel_that_is_gone_cannot_be_looked_at(scene: Scene, messenger: DiscordMessenger) -> None:
    del scene.peer.world.places[PODCASTS]
    with pytest.raises(DestinationGone, match="is gone"):
        await messenger.lacking(CHANNEL)
