import pytest

from bot.discord.client import PodsiftClient, ShardedClient, make_client
from bot.discord.sharding import Shards, shards_in
from pipeline.domain.errors import SettingsError
from tests.peers.discord_desk import Scene, settled
from tests.peers.discord_world import ANN, BOB, BOT, GUILD, Place

ODD = GUILD + (1 << 22)
"""A server of the second of two shards."""
ME = f"<@{BOT}>"


@pytest.mark.parametrize(
    ("setting", "shards"),
    [
        ("", None),
        ("auto", Shards(None)),
        ("4", Shards(4)),
        ("0,1/4", Shards(4, (0, 1))),
        ("3/4", Shards(4, (3,))),
    ],
)
def test_the_setting_names_the_shards_of_a_process(setting: str, shards: Shards | None) -> None:
    assert shards_in(setting) == shards


@pytest.mark.parametrize("setting", ["0", "4/4", "0,5/4"])
def test_a_shard_that_is_not_there_is_explained(setting: str) -> None:
    with pytest.raises(SettingsError, match="counted from 0"):
        shards_in(setting)


async def test_the_client_is_plain_without_the_setting_and_sharded_with_it(scene: Scene) -> None:
    assert type(make_client(scene.desk())) is PodsiftClient
    sharded = make_client(scene.desk(shards=Shards(4, (0, 1))))
    assert isinstance(sharded, ShardedClient)
    assert (sharded.shard_count, sharded.shard_ids) == (4, [0, 1])


async def test_two_shards_hear_the_servers_that_are_theirs(scene: Scene) -> None:
    other = _second_server(scene)
    async with scene.listening(shards=Shards(2)):
        await scene.peer.until(lambda: scene.peer.gateway.identified == 2)
        scene.peer.say(BOB, scene.place, f"{ME} here?")
        scene.peer.say(BOB, other, f"{ME} there?")
        await scene.peer.until(lambda: len(scene.peer.gateway.sessions) == 2 and len(scene.parrot.asked) == 1)
        used = await scene.peer.slash(BOB, scene.place, "ask", question="why?")
        assert await settled(used) == "answer: why?"
    assert sorted(session.shard for session in scene.peer.gateway.sessions.values()) == [(0, 2), (1, 2)]
    assert "here?" in scene.parrot.heard()


async def test_auto_takes_as_many_as_discord_advises(scene: Scene) -> None:
    scene.peer.advised_shards = 2
    async with scene.listening(shards=Shards(None)):
        await scene.peer.until(lambda: scene.peer.gateway.identified == 2)


async def test_a_process_without_the_first_shard_leaves_commands_and_direct_messages_to_the_other(scene: Scene) -> None:
    other, direct = _second_server(scene), scene.peer.world.direct(ANN)
    async with scene.listening(shards=Shards(2, (1,))):
        scene.peer.say(ANN, direct, "and you?")
        scene.peer.say(BOB, other, f"{ME} there?")
        await scene.peer.until(lambda: scene.peer.calls_of("POST", "/messages$"))
    assert scene.peer.calls_of("PUT", "/commands$") == []
    assert scene.peer.posts(direct) == []
    (session,) = scene.peer.gateway.sessions.values()
    assert session.shard == (1, 2)


async def test_a_shard_whose_session_is_lost_begins_anew_and_the_other_goes_on(scene: Scene) -> None:
    _second_server(scene)
    direct = scene.peer.world.direct(ANN)
    async with scene.listening(shards=Shards(2)):
        await scene.peer.until(lambda: scene.peer.gateway.connected == 2)
        await scene.peer.gateway.break_off("invalid", shard=0)
        await scene.peer.until(lambda: scene.peer.gateway.identified == 3)
        scene.peer.say(ANN, direct, "still there?")
        await scene.peer.until(lambda: scene.peer.posts(direct))
    assert scene.parrot.heard() == ["still there?"]


async def test_after_a_lost_shard_its_gap_is_read_up_on(scene: Scene) -> None:
    _second_server(scene)
    direct = scene.peer.world.direct(ANN)
    async with scene.listening(shards=Shards(2)):
        await scene.peer.until(lambda: scene.peer.gateway.connected == 2)
        scene.peer.say(ANN, direct, "before?")
        await scene.peer.until(lambda: scene.peer.posts(direct))
        for session in scene.peer.gateway.sessions.values():
            session.is_mute = True
        scene.peer.say(ANN, direct, "in the gap?")
        for session in scene.peer.gateway.sessions.values():
            session.is_mute = False
        await scene.peer.gateway.break_off("invalid", shard=0)
        await scene.peer.until(lambda: len(scene.peer.posts(direct)) == 2)
    assert scene.parrot.heard() == ["before?", "in the gap?"]


def _second_server(scene: Scene) -> Place:
    scene.peer.world.add_guild(ODD, "Odd", (BOB,))
    return scene.peer.world.add_place(21, "odd", guild=ODD)
