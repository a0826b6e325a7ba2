from dataclasses import replace
from typing import Any

from bot.commands import VERBS
from bot.discord.layouts import marker_of
from bot.handover import Request
from tests.peers.discord_desk import CHANNEL, WORKSPACE, Parrot, Scene, listening, post_with_button, settled, words_of
from tests.peers.discord_peer import Fault
from tests.peers.discord_world import ANN, BOB, GENERAL, GUILD


async def test_every_command_reaches_its_operation_with_typed_arguments(scene: Scene) -> None:
    uses: list[tuple[str, dict[str, Any], Request]] = [
        (
            "add",
            {"address": "https://a.example/f"},
            Request("add", {"address": "https://a.example/f", "private": False}),
        ),
        ("remove", {"show": "Ship It"}, Request("remove", {"name": "Ship It"})),
        ("schedule", {"at": "8:30"}, Request("schedule", {"at": "08:30", "zone": None})),
        ("pause", {}, Request("pause")),
        ("resume", {}, Request("resume")),
        ("topics", {}, Request("topics")),
        ("topics", {"action": "mute", "topic": "tea"}, Request("topics", {"action": "mute", "topic": "tea"})),
        ("list", {}, Request("list")),
        ("search", {"words": "tides"}, Request("search", {"query": "tides", "show": "", "since": ""})),
        ("top", {}, Request("top", {"dry_run": True})),
        ("saved", {}, Request("saved")),
        ("preview", {}, Request("preview", {"dry_run": True})),
        ("card", {"number": 2}, Request("card", {"insight": "2"})),
        ("settings", {}, Request("settings")),
        ("schedule", {}, Request("schedule")),
        ("export", {"private": True}, Request("export", {"private": True})),
        (
            "backfill",
            {"show": "Ship It", "number": 20},
            Request("backfill", {"name": "Ship It", "count": 20, "confirmed": False}),
        ),
        (
            "import",
            {"address": "https://a.example/l", "dry-run": True},
            Request("import", {"dry_run": True, "address": "https://a.example/l"}),
        ),
        ("status", {}, Request("status")),
        ("help", {}, Request("help")),
    ]
    async with scene.listening():
        for verb, options, _ in uses:
            used = await scene.peer.slash(ANN, scene.place, f"podcast {verb}", **options)
            assert await settled(used) == f"done: {used_operation(scene.parrot)}"
            assert used.is_private
    assert [request for _, request in scene.parrot.done] == [request for _, _, request in uses]


async def test_every_verb_of_the_grammar_is_a_command_here(scene: Scene) -> None:
    async with scene.listening():
        pass
    (group,) = (command for command in scene.peer.commands[""] if command["name"] == "podcast")
    assert {verb.name for verb in VERBS} - {"ask"} == {option["name"] for option in group["options"]}


async def test_setting_up_sets_the_time_and_says_what_is_still_to_do(scene: Scene) -> None:
    async with scene.listening():
        told = await settled(await scene.peer.slash(ANN, scene.place, "podcast setup", zone="Europe/Berlin"))
        await scene.peer.until(lambda: scene.peer.posts(scene.place))
    schedule = Request("schedule", {"at": "09:00", "zone": "Europe/Berlin"})
    assert [request for _, request in scene.parrot.done] == [schedule, Request("setup")]
    assert told == "done: setup"
    assert [words_of(post) for post in scene.peer.posts(scene.place)] == ["-# **ann**: done: schedule"]


def used_operation(parrot: Parrot) -> str:
    return parrot.done[-1][1].operation


async def test_a_change_is_told_to_the_channel_in_one_line_and_a_failed_one_is_not(scene: Scene) -> None:
    async with scene.listening():
        await settled(await scene.peer.slash(ANN, scene.place, "podcast pause"))
        await scene.peer.until(lambda: scene.peer.posts(scene.place))
        scene.parrot.code = 2
        await settled(await scene.peer.slash(ANN, scene.place, "podcast add", address="x"))
        scene.parrot.code = 0
        await settled(await scene.peer.slash(ANN, scene.place, "podcast resume"))
        await scene.peer.until(lambda: len(scene.peer.posts(scene.place)) > 1)
    assert [words_of(post) for post in scene.peer.posts(scene.place)] == [
        "-# **ann**: done: pause",
        "-# **ann**: done: resume",
    ]


async def test_only_curators_change_things_whatever_discord_lets_through(scene: Scene) -> None:
    async with scene.listening():
        refused = await settled(await scene.peer.slash(BOB, scene.place, "podcast pause"))
        scene.peer.world.roles[BOB] = (GUILD + 2,)
        allowed = await settled(await scene.peer.slash(BOB, scene.place, "podcast pause"))
    assert "This is for curators" in refused
    assert allowed == "done: pause"
    assert len(scene.parrot.done) == 1


async def test_a_wrong_time_is_explained(scene: Scene) -> None:
    async with scene.listening():
        told = await settled(await scene.peer.slash(ANN, scene.place, "podcast schedule", at="late"))
    assert "Say a time of day" in told


async def test_a_look_at_the_schedule_is_no_news(scene: Scene) -> None:
    async with scene.listening():
        assert await settled(await scene.peer.slash(ANN, scene.place, "podcast schedule")) == "done: schedule"
        await settled(await scene.peer.slash(ANN, scene.place, "podcast pause"))
        await scene.peer.until(lambda: scene.peer.posts(scene.place))
    assert [words_of(post) for post in scene.peer.posts(scene.place)] == ["-# **ann**: done: pause"]


async def test_setting_up_names_the_rights_that_are_missing(scene: Scene) -> None:
    scene.peer.app_permissions &= ~(1 << 11 | 1 << 38)
    async with scene.listening():
        told = await settled(await scene.peer.slash(ANN, scene.place, "podcast setup"))
    assert "I also need Send Messages, Send Messages in Threads in this channel; ask an admin" in told


async def test_the_first_change_in_a_channel_sets_it_up(scene: Scene) -> None:
    general = scene.peer.world.places[GENERAL]
    async with scene.listening(zone="Europe/Berlin"):
        await settled(await scene.peer.slash(BOB, general, "podcast list"))
        await settled(await scene.peer.slash(ANN, general, "podcast setup"))
    assert scene.parrot.done[0][0].channel_id == CHANNEL.id, "before, the channel that is set up answers"
    assert scene.parrot.done[1][0].channel_id == f"discord:{GUILD}/{GENERAL}"
    channels = {channel.name: channel.zone for channel in await scene.stores.settings.of(workspace=WORKSPACE)}
    assert channels == {"general": "Europe/Berlin", "podcasts": "UTC"}


async def test_shows_and_zones_are_offered_while_one_types(scene: Scene) -> None:
    await scene.stores.settings.save(replace(CHANNEL, more=("tea", "team work"), less=("cake",)), workspace=WORKSPACE)
    feed = await scene.stores.subscriptions.add("https://a.example/f", workspace=WORKSPACE, title="Ocean Hour " * 20)
    await scene.stores.subscriptions.follow(CHANNEL.id, feed.id, workspace=WORKSPACE, added_by="1")
    async with scene.listening():
        shows = await scene.peer.complete(BOB, scene.place, "podcast remove", "show", show="ocean")
        none = await scene.peer.complete(BOB, scene.place, "podcast search", "show", words="x", show="desert")
        wishes = await scene.peer.complete(ANN, scene.place, "podcast topics", "topic", topic="te")
        zones = await scene.peer.complete(BOB, scene.place, "podcast setup", "zone", zone="new york")
        first = await scene.peer.complete(BOB, scene.place, "podcast setup", "zone", zone="")
    assert [choice["value"] for choice in shows] == [feed.id]
    assert none == []
    assert zones[0]["value"] == "America/New_York"
    assert len(first) == 6
    assert [choice["value"] for choice in wishes] == ["tea", "team work"]


async def test_in_a_server_without_a_channel_everything_says_how_to_begin(scene: Scene) -> None:
    scene.peer.world.add_guild(GUILD * 2, "Fresh", (BOB,))
    place = scene.peer.world.add_place(20, "lobby", guild=GUILD * 2)
    post = post_with_button(scene.peer, place)
    async with scene.listening():
        told = [
            await settled(await scene.peer.slash(BOB, place, "ask", question="why?")),
            await settled(await scene.peer.slash(BOB, place, "podcast list")),
            await settled(await scene.peer.press(BOB, place, post, f"card:i1~{marker_of('k')}")),
        ]
        offered = await scene.peer.complete(BOB, place, "podcast remove", "show", show="o")
    assert all("/podcast setup" in line.replace("\\", "") for line in told)
    assert offered == []
    assert scene.parrot.asked == []


async def test_commands_are_told_only_when_they_changed(scene: Scene) -> None:
    desk = scene.desk()
    for _ in range(2):
        async with listening(desk):
            pass
    assert len(scene.peer.calls_of("PUT", "/commands$")) == 1
    async with scene.listening(guild=GUILD):
        pass
    assert len(scene.peer.calls_of("PUT", f"/guilds/{GUILD}/commands$")) == 1


async def test_commands_that_discord_does_not_take_now_are_told_at_the_next_start(scene: Scene) -> None:
    scene.peer.faults.append(Fault("PUT", "/commands$", "answer", status=400, code=30034))
    for _ in range(2):
        async with scene.listening():
            pass
    assert [call.status for call in scene.peer.calls_of("PUT", "/commands$")] == [0, 200]


async def test_a_change_is_kept_where_the_channel_takes_no_line(scene: Scene) -> None:
    scene.place.refused = 50013
    async with scene.listening():
        assert await settled(await scene.peer.slash(ANN, scene.place, "podcast pause")) == "done: pause"
