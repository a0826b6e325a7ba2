from tests.peers.discord_desk import WORKSPACE, Scene, words_of
from tests.peers.discord_world import BOB, GUILD


async def test_a_new_server_is_greeted_once(scene: Scene) -> None:
    async with scene.listening():
        scene.peer.world.add_guild(GUILD * 3, "New", (BOB,))
        lobby = scene.peer.world.add_place(30, "lobby", guild=GUILD * 3)
        joined = {
            name: value for name, value in scene.peer.world.guild_json(GUILD * 3).items() if name != "unavailable"
        }
        for _ in range(2):
            scene.peer.gateway.tell("GUILD_CREATE", joined)
        await scene.peer.until(lambda: scene.peer.posts(lobby))
        assert "Podsift is here" in words_of(scene.peer.posts(lobby)[0])
    assert len(scene.peer.posts(lobby)) == 1


async def test_channels_that_go_away_get_no_more_posts(scene: Scene) -> None:
    async with scene.listening() as client:
        guild = client.guilds[0]
        await client.on_guild_channel_delete(guild.text_channels[1])
        (channel,) = await scene.stores.settings.of(workspace=WORKSPACE)
        assert not channel.paused
        scene.peer.gateway.tell("CHANNEL_DELETE", scene.peer.world.place_json(scene.place))
        await client.wait_for("guild_channel_delete", timeout=5)
    (channel,) = await scene.stores.settings.of(workspace=WORKSPACE)
    assert channel.paused


async def test_a_server_that_sends_us_away_gets_no_more_posts(scene: Scene) -> None:
    async with scene.listening() as client:
        await client.on_guild_remove(client.guilds[0])
    (channel,) = await scene.stores.settings.of(workspace=WORKSPACE)
    assert channel.paused
