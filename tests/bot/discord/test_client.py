import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.discord.connection import listening_to_discord
from bot.discord.layouts import marker_of
from bot.handover import Request
from pipeline.domain.errors import SettingsError
from tests.peers.catalog import Stores, migrated_template, sqlite_stores
from tests.peers.discord_desk import CHANNEL, WORKSPACE, Parrot, QuickClient, desk_on, listening
from tests.peers.discord_gateway import MESSAGE_CONTENT
from tests.peers.discord_peer import DiscordPeer, Fault, Interaction, running_discord
from tests.peers.discord_rules import walk
from tests.peers.discord_world import ANN, BOB, BOT, GENERAL, GUILD, PODCASTS, THREAD, Json, Place

ME = f"<@{BOT}>"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return migrated_template(tmp_path_factory.mktemp("catalog"))


@pytest.fixture
async def stores(tmp_path: Path, template: Path) -> AsyncIterator[Stores]:
    async with sqlite_stores(tmp_path, template=template) as fresh:
        await fresh.settings.save(CHANNEL, workspace=WORKSPACE)
        yield fresh


@pytest.fixture
async def peer() -> AsyncIterator[DiscordPeer]:
    async with running_discord() as running:
        yield running


@pytest.fixture
def parrot() -> Parrot:
    return Parrot()


@pytest.fixture
def place(peer: DiscordPeer) -> Place:
    return peer.world.places[PODCASTS]


def words_of(message: Json) -> str:
    return "\n".join(part["content"] for part in walk(message["components"]) if part["type"] == 10)


async def settled(interaction: Interaction) -> str:
    async with asyncio.timeout(5):
        await interaction.settled.wait()
    return "\n".join(map(words_of, interaction.shown))


async def test_a_mention_is_answered_in_a_thread_of_its_own(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, place: Place, tmp_path: Path
) -> None:
    async with listening(desk_on(stores, parrot, tmp_path)):
        question = peer.say(BOB, place, f"{ME} why do  models forget?")
        await peer.until(lambda: int(question["id"]) in peer.world.places)
        thread = peer.world.places[int(question["id"])]
        await peer.until(lambda: peer.posts(thread))
    assert words_of(peer.posts(thread)[0]) == "hear: why do models forget?"
    assert thread.name == "why do models forget?"
    (_, _, member, name) = parrot.asked[0]
    assert (member.workspace, member.channel_id, member.is_curator) == (WORKSPACE, CHANNEL.id, False)
    assert name == question["id"]


async def test_follow_ups_in_our_thread_need_no_mention_once_the_portal_allows_it(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, place: Place, tmp_path: Path
) -> None:
    peer.gateway.approved = MESSAGE_CONTENT
    async with listening(desk_on(stores, parrot, tmp_path, sees_all=True)):
        question = peer.say(BOB, place, f"{ME} why?")
        await peer.until(lambda: int(question["id"]) in peer.world.places)
        thread = peer.world.places[int(question["id"])]
        await peer.until(lambda: peer.posts(thread))
        peer.say(BOB, place, "nobody asked you")
        peer.say(BOB, thread, f"<@{ANN}> what do you think?")
        peer.say(BOB, thread, "and then?")
        await peer.until(lambda: len(peer.posts(thread)) == 2)
    assert parrot.heard() == ["why?", "and then?"]


async def test_without_message_content_a_bare_follow_up_is_left_alone_and_a_reply_is_heard(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, place: Place, tmp_path: Path
) -> None:
    async with listening(desk_on(stores, parrot, tmp_path)):
        question = peer.say(BOB, place, f"{ME} why?")
        await peer.until(lambda: int(question["id"]) in peer.world.places)
        thread = peer.world.places[int(question["id"])]
        await peer.until(lambda: peer.posts(thread))
        peer.say(BOB, thread, "bare")
        peer.say(BOB, thread, "and no. 2?", reply_to=peer.posts(thread)[0])
        await peer.until(lambda: len(peer.posts(thread)) == 2)
    assert parrot.heard() == ["why?", "and no. 2?"]
    assert peer.posts(thread)[1]["message_reference"]


async def test_a_direct_message_is_answered_from_a_server_that_both_share(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, tmp_path: Path
) -> None:
    direct = peer.world.direct(ANN)
    async with listening(desk_on(stores, parrot, tmp_path)):
        peer.say(ANN, direct, "what is new?")
        await peer.until(lambda: peer.posts(direct))
    assert words_of(peer.posts(direct)[0]) == "hear: what is new?"
    assert parrot.asked[0][2].channel_id == CHANNEL.id
    assert parrot.asked[0][2].is_curator, "Ann may manage the server"


async def test_a_stranger_who_shares_no_server_learns_nothing(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, tmp_path: Path
) -> None:
    peer.world.add_user(7, "mallory")
    direct = peer.world.direct(7)
    async with listening(desk_on(stores, parrot, tmp_path)):
        peer.say(7, direct, "what is new?")
        await peer.until(lambda: peer.posts(direct))
    assert "found none that is set up" in words_of(peer.posts(direct)[0])
    assert parrot.asked == []


async def test_bots_and_webhooks_are_never_answered(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, place: Place, tmp_path: Path
) -> None:
    peer.world.add_user(8, "other", is_bot=True)
    async with listening(desk_on(stores, parrot, tmp_path)):
        peer.say(8, place, f"{ME} hello?")
        peer.say(BOB, place, f"{ME} hello!")
        await peer.until(lambda: parrot.asked)
    assert parrot.heard() == ["hello!"]


async def test_where_no_thread_may_be_opened_the_answer_is_a_reply(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, place: Place, tmp_path: Path
) -> None:
    peer.faults.append(Fault("POST", "/threads$", "answer", status=403, code=50013))
    async with listening(desk_on(stores, parrot, tmp_path)):
        question = peer.say(BOB, place, f"{ME} why?")
        await peer.until(lambda: peer.posts(place))
    (post,) = peer.posts(place)
    assert post["message_reference"]["message_id"] == question["id"]
    (call,) = peer.calls_of("POST", rf"/channels/{PODCASTS}/messages$")
    assert call.body["allowed_mentions"] == {"parse": [], "replied_user": False}


async def test_long_answers_come_in_parts_and_each_part_once(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, tmp_path: Path
) -> None:
    parrot.padding = "word " * 160
    direct = peer.world.direct(ANN)
    peer.faults.append(Fault("POST", "/messages$", "apply_then_answer", status=502))
    async with listening(desk_on(stores, parrot, tmp_path)):
        peer.say(ANN, direct, "tell me everything")
        await peer.until(lambda: len(peer.posts(direct)) == 2)
    assert sum(words_of(post).count("word") for post in peer.posts(direct)) == 960


async def test_a_button_works_after_a_restart_and_is_answered_in_private(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, place: Place, tmp_path: Path
) -> None:
    post = _post_with_button(peer, place)
    async with listening(desk_on(stores, parrot, tmp_path)):
        pressed = await peer.press(BOB, place, post, f"card:i1~{marker_of('k')}")
        assert await settled(pressed) == "press: card:i1"
    assert pressed.is_private
    assert parrot.asked[0][2].channel_id == CHANNEL.id


async def test_a_press_that_is_delivered_twice_is_answered_once(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, place: Place, tmp_path: Path
) -> None:
    post = _post_with_button(peer, place)
    async with listening(desk_on(stores, parrot, tmp_path)):
        pressed = await peer.press(BOB, place, post, f"card:i1~{marker_of('k')}", copies=2)
        await settled(pressed)
        await peer.until(lambda: len(peer.calls_of("POST", "/callback")) == 2)
    assert parrot.heard() == ["card:i1"]


async def test_an_interaction_that_is_unknown_already_is_answered_by_a_message(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, place: Place, tmp_path: Path
) -> None:
    async with listening(desk_on(stores, parrot, tmp_path)):
        peer.late_by = 3.1
        await peer.slash(BOB, place, "ask", question="why?")
        await peer.until(lambda: peer.posts(place))
        await peer.slash(BOB, place, "ask", question="and in private?", private=True)
        await peer.until(lambda: peer.posts(peer.world.direct(BOB)))
    assert words_of(peer.posts(place)[0]) == "answer: why?"
    assert words_of(peer.posts(peer.world.direct(BOB))[0]) == "answer: and in private?"


async def test_a_private_answer_to_somebody_who_takes_no_messages_is_given_up_quietly(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    place = peer.world.places[PODCASTS]
    peer.world.direct(BOB).refused = 50007
    async with listening(desk_on(stores, parrot, tmp_path)):
        peer.late_by = 3.1
        await peer.slash(BOB, place, "podcast status")
        await peer.until(lambda: peer.calls_of("POST", "/messages$"))
    assert "Could not answer in a message either" in caplog.text
    assert peer.posts(place) == []


async def test_a_deferral_that_discord_drops_does_not_lose_the_answer(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, place: Place, tmp_path: Path
) -> None:
    peer.faults.append(Fault("POST", "/callback", "apply_then_drop"))
    async with listening(desk_on(stores, parrot, tmp_path)):
        assert await settled(await peer.slash(BOB, place, "ask", question="why?")) == "answer: why?"
    assert len(peer.posts(place)) == 1


async def test_a_change_is_kept_where_the_channel_takes_no_line(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, place: Place, tmp_path: Path
) -> None:
    place.refused = 50013
    async with listening(desk_on(stores, parrot, tmp_path)):
        assert await settled(await peer.slash(ANN, place, "podcast pause")) == "done: pause"


async def test_a_mention_without_words_is_told_what_to_say(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, place: Place, tmp_path: Path
) -> None:
    async with listening(desk_on(stores, parrot, tmp_path)):
        question = peer.say(BOB, place, ME)
        await peer.until(lambda: int(question["id"]) in peer.world.places)
        thread = peer.world.places[int(question["id"])]
        await peer.until(lambda: peer.posts(thread))
    assert "write “help”" in words_of(peer.posts(thread)[0])
    assert thread.name == "Question"


async def test_ask_is_answered_in_place_openly_or_in_private(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, place: Place, tmp_path: Path
) -> None:
    async with listening(desk_on(stores, parrot, tmp_path)):
        openly = await peer.slash(BOB, place, "ask", question="why?")
        assert await settled(openly) == "answer: why?"
        private = await peer.slash(BOB, place, "ask", question="why?", private=True)
        await settled(private)
    assert (openly.is_private, private.is_private) == (False, True)
    assert openly.callback is not None
    assert openly.callback["type"] == 5, "it is deferred at once"


async def test_the_rest_of_a_long_private_answer_stays_private(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, place: Place, tmp_path: Path
) -> None:
    parrot.padding = "word " * 160
    async with listening(desk_on(stores, parrot, tmp_path)):
        private = await peer.slash(BOB, place, "ask", question="why?", private=True)
        await peer.until(lambda: len(private.shown) == 2)
        openly = await peer.slash(BOB, place, "ask", question="why?")
        await peer.until(lambda: len(peer.posts(place)) == 2)
    assert all(part["flags"] & 1 << 6 for part in private.shown)
    assert len(openly.shown) == 1, "an open one goes on in a message, which cannot double"


async def test_every_command_reaches_its_operation_with_typed_arguments(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, place: Place, tmp_path: Path
) -> None:
    uses: list[tuple[str, dict[str, Any], Request]] = [
        (
            "add",
            {"address": "https://a.example/f"},
            Request("add", {"address": "https://a.example/f", "private": False}),
        ),
        ("remove", {"show": "Ship It"}, Request("remove", {"name": "Ship It"})),
        ("setup", {"zone": "Europe/Berlin"}, Request("schedule", {"at": "09:00", "zone": "Europe/Berlin"})),
        ("schedule", {"at": "8:30"}, Request("schedule", {"at": "08:30", "zone": None})),
        ("pause", {}, Request("pause")),
        ("resume", {}, Request("resume")),
        ("topics", {}, Request("topics")),
        ("topics", {"action": "mute", "topic": "tea"}, Request("topics", {"action": "mute", "topic": "tea"})),
        ("list", {}, Request("list")),
        ("search", {"words": "tides"}, Request("search", {"query": "tides", "show": "", "since": ""})),
        ("top", {}, Request("top", {"dry_run": True})),
        ("saved", {}, Request("saved")),
        ("status", {}, Request("status")),
        ("help", {}, Request("help")),
    ]
    async with listening(desk_on(stores, parrot, tmp_path)):
        for verb, options, _ in uses:
            used = await peer.slash(ANN, place, f"podcast {verb}", **options)
            assert await settled(used) == f"done: {used_operation(parrot)}"
            assert used.is_private
    assert [request for _, request in parrot.done] == [request for _, _, request in uses]


def used_operation(parrot: Parrot) -> str:
    return parrot.done[-1][1].operation


async def test_a_change_is_told_to_the_channel_in_one_line_and_a_failed_one_is_not(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, place: Place, tmp_path: Path
) -> None:
    async with listening(desk_on(stores, parrot, tmp_path)):
        await settled(await peer.slash(ANN, place, "podcast pause"))
        await peer.until(lambda: peer.posts(place))
        parrot.code = 2
        await settled(await peer.slash(ANN, place, "podcast add", address="x"))
        parrot.code = 0
        await settled(await peer.slash(ANN, place, "podcast resume"))
        await peer.until(lambda: len(peer.posts(place)) > 1)
    assert [words_of(post) for post in peer.posts(place)] == ["done: pause", "done: resume"]


async def test_only_curators_change_things_whatever_discord_lets_through(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, place: Place, tmp_path: Path
) -> None:
    async with listening(desk_on(stores, parrot, tmp_path)):
        refused = await settled(await peer.slash(BOB, place, "podcast pause"))
        peer.world.roles[BOB] = (GUILD + 2,)
        allowed = await settled(await peer.slash(BOB, place, "podcast pause"))
    assert "This is for curators" in refused
    assert allowed == "done: pause"
    assert len(parrot.done) == 1


async def test_a_wrong_time_is_explained(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, place: Place, tmp_path: Path
) -> None:
    async with listening(desk_on(stores, parrot, tmp_path)):
        told = await settled(await peer.slash(ANN, place, "podcast schedule", at="late"))
    assert "Say a time of day" in told


async def test_a_look_at_the_schedule_is_no_news(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, place: Place, tmp_path: Path
) -> None:
    async with listening(desk_on(stores, parrot, tmp_path)):
        assert await settled(await peer.slash(ANN, place, "podcast schedule")) == "done: schedule"
        await settled(await peer.slash(ANN, place, "podcast pause"))
        await peer.until(lambda: peer.posts(place))
    assert [words_of(post) for post in peer.posts(place)] == ["done: pause"]


async def test_setting_up_names_the_rights_that_are_missing(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, place: Place, tmp_path: Path
) -> None:
    peer.app_permissions &= ~(1 << 11 | 1 << 38)
    async with listening(desk_on(stores, parrot, tmp_path)):
        told = await settled(await peer.slash(ANN, place, "podcast setup"))
    assert "I also need Send Messages, Send Messages in Threads in this channel; ask an admin" in told


async def test_the_first_change_in_a_channel_sets_it_up(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, tmp_path: Path
) -> None:
    general = peer.world.places[GENERAL]
    async with listening(desk_on(stores, parrot, tmp_path, zone="Europe/Berlin")):
        await settled(await peer.slash(BOB, general, "podcast list"))
        await settled(await peer.slash(ANN, general, "podcast setup"))
    assert parrot.done[0][0].channel_id == CHANNEL.id, "before, the channel that is set up answers"
    assert parrot.done[1][0].channel_id == f"discord:{GUILD}/{GENERAL}"
    channels = {channel.name: channel.zone for channel in await stores.settings.of(workspace=WORKSPACE)}
    assert channels == {"general": "Europe/Berlin", "podcasts": "UTC"}


async def test_shows_and_zones_are_offered_while_one_types(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, place: Place, tmp_path: Path
) -> None:
    feed = await stores.subscriptions.add("https://a.example/f", workspace=WORKSPACE, title="Ocean Hour " * 20)
    await stores.subscriptions.follow(CHANNEL.id, feed.id, workspace=WORKSPACE, added_by="1")
    async with listening(desk_on(stores, parrot, tmp_path)):
        shows = await peer.complete(BOB, place, "podcast remove", "show", show="ocean")
        none = await peer.complete(BOB, place, "podcast search", "show", words="x", show="desert")
        zones = await peer.complete(BOB, place, "podcast setup", "zone", zone="new york")
        first = await peer.complete(BOB, place, "podcast setup", "zone", zone="")
    assert [choice["value"] for choice in shows] == [feed.id]
    assert none == []
    assert zones[0]["value"] == "America/New_York"
    assert len(first) == 6


async def test_in_a_server_without_a_channel_everything_says_how_to_begin(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, tmp_path: Path
) -> None:
    peer.world.add_guild(GUILD * 2, "Fresh", (BOB,))
    place = peer.world.add_place(20, "lobby", guild=GUILD * 2)
    post = _post_with_button(peer, place)
    async with listening(desk_on(stores, parrot, tmp_path)):
        told = [
            await settled(await peer.slash(BOB, place, "ask", question="why?")),
            await settled(await peer.slash(BOB, place, "podcast list")),
            await settled(await peer.press(BOB, place, post, f"card:i1~{marker_of('k')}")),
        ]
        offered = await peer.complete(BOB, place, "podcast remove", "show", show="o")
    assert all("/podcast setup" in line.replace("\\", "") for line in told)
    assert offered == []
    assert parrot.asked == []


async def test_commands_are_told_only_when_they_changed(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, tmp_path: Path
) -> None:
    desk = desk_on(stores, parrot, tmp_path)
    for _ in range(2):
        async with listening(desk):
            pass
    assert len(peer.calls_of("PUT", "/commands$")) == 1
    async with listening(desk_on(stores, parrot, tmp_path, guild=GUILD)):
        pass
    assert len(peer.calls_of("PUT", f"/guilds/{GUILD}/commands$")) == 1


async def test_commands_that_discord_does_not_take_now_are_told_at_the_next_start(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, tmp_path: Path
) -> None:
    peer.faults.append(Fault("PUT", "/commands$", "answer", status=400, code=30034))
    for _ in range(2):
        async with listening(desk_on(stores, parrot, tmp_path)):
            pass
    assert [call.status for call in peer.calls_of("PUT", "/commands$")] == [0, 200]


async def test_a_new_server_is_greeted_once(peer: DiscordPeer, stores: Stores, parrot: Parrot, tmp_path: Path) -> None:
    async with listening(desk_on(stores, parrot, tmp_path)):
        peer.world.add_guild(GUILD * 3, "New", (BOB,))
        lobby = peer.world.add_place(30, "lobby", guild=GUILD * 3)
        joined = {name: value for name, value in peer.world.guild_json(GUILD * 3).items() if name != "unavailable"}
        for _ in range(2):
            peer.gateway.tell("GUILD_CREATE", joined)
        await peer.until(lambda: peer.posts(lobby))
        assert "Podsift is here" in words_of(peer.posts(lobby)[0])
    assert len(peer.posts(lobby)) == 1


async def test_channels_that_go_away_get_no_more_posts(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, place: Place, tmp_path: Path
) -> None:
    async with listening(desk_on(stores, parrot, tmp_path)) as client:
        guild = client.guilds[0]
        await client.on_guild_channel_delete(guild.text_channels[1])
        (channel,) = await stores.settings.of(workspace=WORKSPACE)
        assert not channel.paused
        peer.gateway.tell("CHANNEL_DELETE", peer.world.place_json(place))
        await client.wait_for("guild_channel_delete", timeout=5)
    (channel,) = await stores.settings.of(workspace=WORKSPACE)
    assert channel.paused


async def test_a_server_that_sends_us_away_gets_no_more_posts(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, tmp_path: Path
) -> None:
    async with listening(desk_on(stores, parrot, tmp_path)) as client:
        await client.on_guild_remove(client.guilds[0])
    (channel,) = await stores.settings.of(workspace=WORKSPACE)
    assert channel.paused


@pytest.mark.parametrize("how", ["reconnect", "close", "reset"])
async def test_a_broken_connection_is_resumed_and_nothing_said_meanwhile_is_lost(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, tmp_path: Path, how: Any
) -> None:
    direct = peer.world.direct(ANN)
    async with listening(desk_on(stores, parrot, tmp_path)):
        await peer.gateway.break_off(how)
        peer.say(ANN, direct, "still there?")
        await peer.until(lambda: peer.posts(direct))
    assert peer.gateway.resumed == 1
    assert parrot.heard() == ["still there?"]


async def test_a_connection_that_is_deaf_is_noticed(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, tmp_path: Path
) -> None:
    direct = peer.world.direct(ANN)
    peer.gateway.heartbeat = 0.1
    async with listening(desk_on(stores, parrot, tmp_path), heartbeat_timeout=0.3):
        await peer.gateway.break_off("mute")
        peer.say(ANN, direct, "can you hear me?")
        await peer.until(lambda: peer.posts(direct))
    assert parrot.heard() == ["can you hear me?"]


async def test_a_token_that_is_taken_back_while_we_listen_is_named(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening_to_discord(desk_on(stores, parrot, tmp_path), make_client=QuickClient) as task:
        await peer.until(lambda: peer.gateway.connected and peer.calls_of("PUT", "/commands$"))
        await peer.gateway.break_off("close", code=4004)
        await asyncio.wait([task], timeout=5)
    assert "PODSIFT_DISCORD_TOKEN" in caplog.text


async def test_a_discord_that_is_down_is_tried_again_and_stops_nobody(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    peer.faults.append(Fault("GET", "/users/@me$", "answer", status=503))
    async with listening_to_discord(desk_on(stores, parrot, tmp_path), make_client=QuickClient) as task:
        await peer.until(lambda: peer.calls_of("GET", "/users/@me$"))
        await asyncio.wait([task], timeout=0.1)
        assert not task.done()
    assert "Discord cannot be reached" in caplog.text


async def test_a_question_in_a_thread_that_was_folded_away_is_answered_from_its_own_channel(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, tmp_path: Path
) -> None:
    general = replace(CHANNEL, id=f"discord:{GUILD}/{GENERAL}", name="general")
    await stores.settings.save(general, workspace=WORKSPACE)
    place = peer.world.places[PODCASTS]
    async with listening(desk_on(stores, parrot, tmp_path)):
        old = peer.world.add_place(77, "old", kind=THREAD, guild=GUILD, parent=PODCASTS)
        peer.say(BOB, old, f"{ME} and now?")
        await peer.until(lambda: peer.posts(old))
    assert parrot.asked[0][2].channel_id == CHANNEL.id
    assert peer.posts(place) == []


async def test_after_a_lost_session_the_questions_of_the_gap_are_answered_once(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, place: Place, tmp_path: Path
) -> None:
    direct = peer.world.direct(ANN)
    async with listening(desk_on(stores, parrot, tmp_path)):
        peer.say(ANN, direct, "before?")
        await peer.until(lambda: peer.posts(direct))
        for session in peer.gateway.sessions.values():
            session.is_mute = True
        peer.say(ANN, direct, "in the gap?")
        peer.say(BOB, place, f"{ME} in the channel?")
        for session in peer.gateway.sessions.values():
            session.is_mute = False
        await peer.gateway.break_off("invalid")
        await peer.until(lambda: len(peer.posts(direct)) == 2 and len(parrot.asked) == 3)
        await peer.gateway.break_off("invalid")
        await peer.until(lambda: peer.gateway.identified == 3)
    assert sorted(parrot.heard()) == ["before?", "in the channel?", "in the gap?"]


async def test_what_an_earlier_process_did_not_finish_is_answered_by_the_next(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, tmp_path: Path
) -> None:
    direct = peer.world.direct(ANN)
    desk = desk_on(stores, parrot, tmp_path)
    async with listening(desk):
        peer.faults.append(Fault("POST", rf"/channels/{direct.id}/messages$", "answer", status=403, code=50007))
        peer.say(ANN, direct, "why?")
        await peer.until(lambda: parrot.asked and not peer.faults)
    async with listening(desk):
        await peer.until(lambda: peer.posts(direct))
    async with listening(desk):
        pass
    assert len(peer.posts(direct)) == 1


async def test_an_answer_that_arrived_before_the_crash_is_not_given_again(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, tmp_path: Path
) -> None:
    direct = peer.world.direct(ANN)
    desk = desk_on(stores, parrot, tmp_path)
    async with listening(desk):
        peer.faults.append(Fault("POST", rf"/channels/{direct.id}/messages$", "apply_then_drop"))
        peer.say(ANN, direct, "why?")
        await peer.until(lambda: peer.posts(direct))
    peer.forget_nonces()
    async with listening(desk) as client:
        await read_up(client, stores)
    assert len(peer.posts(direct)) == 1
    assert parrot.heard() == ["why?"]


async def test_a_message_that_was_deleted_meanwhile_is_forgotten(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, tmp_path: Path
) -> None:
    direct = peer.world.direct(ANN)
    desk = desk_on(stores, parrot, tmp_path)
    async with listening(desk):
        peer.faults.append(Fault("POST", rf"/channels/{direct.id}/messages$", "answer", status=403, code=50007))
        peer.say(ANN, direct, "why?")
        await peer.until(lambda: parrot.asked and not peer.faults)
    direct.messages.clear()
    async with listening(desk) as client:
        await read_up(client, stores)
    assert parrot.heard() == ["why?"]


async def test_an_intent_that_the_portal_refuses_names_the_switch(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, tmp_path: Path
) -> None:
    desk = desk_on(stores, parrot, tmp_path, sees_all=True)
    with pytest.raises(SettingsError, match="Message Content Intent"):
        async with listening_to_discord(desk, make_client=QuickClient) as task:
            await task


async def test_a_refused_token_is_told_and_nothing_else_stops(
    peer: DiscordPeer, stores: Stores, parrot: Parrot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening_to_discord(desk_on(stores, parrot, tmp_path, token="wrong"), make_client=QuickClient) as task:
        await asyncio.wait([task])
    assert "PODSIFT_DISCORD_TOKEN" in caplog.text


async def read_up(client: QuickClient, stores: Stores) -> None:
    """Wait until nothing is left of the gap."""
    await client.on_ready()


def _post_with_button(peer: DiscordPeer, place: Place) -> Json:
    button = {"type": 2, "style": 2, "label": "1", "custom_id": f"card:i1~{marker_of('k')}"}
    row = {"type": 17, "components": [{"type": 1, "components": [button]}]}
    return peer.world.add_message(place, BOT, {"components": [row], "flags": 1 << 15})
