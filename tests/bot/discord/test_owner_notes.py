"""Whoever looks after Podsift in Discord hears once a day that the model's credit is used up."""

from dataclasses import replace
from pathlib import Path

from bot.clock import SystemClock
from bot.discord.farewells import ChannelStops
from bot.discord.messenger import open_messenger
from bot.upkeep.owner_notes import tell_owner
from tests.peers.discord_desk import CHANNEL, WORKSPACE, Scene, words_of
from tests.peers.discord_peer import TOKEN
from tests.peers.discord_world import ANN, BOB, OWNER
from tests.peers.model_podsift import without_credit


async def test_the_applications_owner_and_the_curators_hear_of_it_once(scene: Scene, tmp_path: Path) -> None:
    async with without_credit(tmp_path) as app:
        stops = ChannelStops(scene.stores.settings, app.platforms.curators)
        async with open_messenger(TOKEN, clock=SystemClock(), stops=stops) as messenger:
            ours = replace(app, platforms=replace(app.platforms, discord=messenger))
            await app.channels.save(CHANNEL, workspace=WORKSPACE)
            for person in (ANN, BOB):
                await app.platforms.curators.add(CHANNEL.id, str(person), workspace=WORKSPACE)
            scene.peer.world.direct(ANN).refused = 50007
            assert await tell_owner(ours) == 1
            assert await tell_owner(ours) == 0
    to_owner, to_bob = (scene.peer.posts(scene.peer.world.direct(person)) for person in (OWNER, BOB))
    assert [words_of(message) for message in to_owner] == [words_of(message) for message in to_bob]
    (message,) = to_owner
    assert "no credit left" in words_of(message)
    assert "podsift retry" in words_of(message)
