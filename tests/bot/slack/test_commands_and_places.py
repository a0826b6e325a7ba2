"""Commands, buttons, the home tab, and coming and going."""

import json

import pytest

from bot.slack.connection import connected
from bot.slack.web import SlackWeb
from bot.texts.message import Message, Paragraph, text
from pipeline.domain.channel import Channel
from pipeline.domain.errors import DestinationGone, SettingsError
from tests.bot.slack.shown import words_shown
from tests.bot.slack.slack_world import World, running
from tests.peers.catalog import OURS, Stores
from tests.peers.slack_peer import APP_TOKEN, BOT, BOT_TOKEN, SlackPeer

_JOINED = {"type": "member_joined_channel", "user": BOT, "channel": "C1", "channel_type": "C", "inviter": "U2"}


async def test_a_command_is_answered_in_private_and_a_change_announced(world: World, peer: SlackPeer) -> None:
    assert await world.commands("pause") is not None
    assert [one["text"] for one in peer.responses] == ["pause:"]
    assert peer.responses[0]["response_type"] == "ephemeral"
    assert world.answers() == ["ann: pause:"]


async def test_what_changes_nothing_is_announced_to_nobody(world: World, peer: SlackPeer) -> None:
    for words in ("list", "schedule", "ask why do small models forget less?", "pase", ""):
        await world.commands(words)
    assert len(peer.responses) == 5
    assert "Did you mean" in peer.responses[3]["text"]
    assert world.answers() == []


async def test_who_is_no_curator_is_refused_in_private(world: World, peer: SlackPeer) -> None:
    await world.commands("pause", user="U2")
    assert peer.responses[0]["text"] == "It is for curators."
    assert world.answers() == []


async def test_whoever_invited_us_is_a_curator(world: World) -> None:
    await world.event(_JOINED)
    await world.commands("pause", user="U2")
    assert world.answers()[-1] == "ann: pause:"


async def test_where_we_may_not_ask_who_is_an_admin_the_inviter_decides(peer: SlackPeer, stores: Stores) -> None:
    peer.scopes.discard("users:read")
    async with running(peer, stores) as world:
        await world.commands("list", user="U2")
        assert world.counter.asked[-1][0].is_curator
        await world.event({**_JOINED, "inviter": "U1"})
        await world.commands("list", user="U2")
        assert not world.counter.asked[-1][0].is_curator


async def test_an_invitation_makes_a_channel_in_the_inviters_zone_and_is_greeted_once(
    world: World, peer: SlackPeer, stores: Stores
) -> None:
    await world.event(_JOINED, name="Ev1")
    await world.event(_JOINED, name="Ev1")
    await world.event({**_JOINED, "user": "U9"}, name="Ev2")
    (channel,) = await stores.settings.of(workspace=OURS)
    assert (channel.id, channel.zone, channel.paused) == ("slack:T1/C1", "America/Lima", False)
    (welcome,) = peer.said("C1")
    assert "Next post:" in " ".join(words_shown(block) for block in welcome["blocks"])


async def test_a_channel_we_are_thrown_out_of_gets_no_posts_until_we_are_invited_again(
    world: World, stores: Stores
) -> None:
    await world.event(_JOINED)
    await world.event({"type": "channel_left", "channel": "C1"})
    await world.event({"type": "channel_left", "channel": "C7"})
    assert [one.paused for one in await stores.settings.of(workspace=OURS)] == [True]
    await world.event(_JOINED)
    assert [one.paused for one in await stores.settings.of(workspace=OURS)] == [False]


async def test_a_dead_channel_stops_its_posts_and_its_owner_hears_of_it_once(
    world: World, peer: SlackPeer, stores: Stores
) -> None:
    await world.event(_JOINED)
    peer.places["C1"].archived = True
    (channel,) = await stores.settings.of(workspace=OURS)
    for _ in range(2):
        with pytest.raises(DestinationGone):
            await world.messenger.send(channel, Message((Paragraph(text("x")),), "x", "digest:x"))
    assert [one["text"] for one in peer.said("D2")] == ["I cannot post to #c1 any more, so its daily post is paused."]


async def test_a_channel_without_an_owner_is_stopped_all_the_same(peer: SlackPeer, stores: Stores) -> None:
    channel = Channel("slack:T1/C2", OURS, "elsewhere")
    await stores.settings.save(channel, workspace=OURS)
    async with running(peer, stores) as world:
        with pytest.raises(DestinationGone):
            await world.messenger.send(channel, Message((Paragraph(text("x")),), "x", "digest:x"))
        assert [one.paused for one in await stores.settings.of(workspace=OURS)] == [True]


async def test_a_button_opens_its_card_in_private(world: World, peer: SlackPeer) -> None:
    action = {"type": "button", "action_id": "card:i1#0", "value": "card:i1", "action_ts": "1.2", "block_id": "b"}
    assert await world.interacts("block_actions", actions=[action]) is not None
    await world.interacts("block_actions", actions=[action])
    await world.interacts("block_actions", actions=[{**action, "value": ""}])
    assert [action for action, _ in world.counter.pressed] == ["card:i1"]
    assert [one["text"] for one in peer.responses] == ["pressed"]


async def test_the_home_tab_shows_what_is_followed_and_when_the_next_post_comes(world: World, peer: SlackPeer) -> None:
    opened = {"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home"}
    await world.event(opened)
    assert "Invite me to a channel" in _shown(peer)
    await world.event(_JOINED)
    await world.event(opened)
    assert "Next post:" in _shown(peer)
    assert "list:" in _shown(peer)


async def test_its_buttons_do_what_one_does_there(world: World, peer: SlackPeer) -> None:
    await world.event(_JOINED)
    await world.event({"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home"})
    rows = [block for block in peer.made("views.publish")[-1]["view"]["blocks"] if block["type"] == "actions"]
    five, add, settings = rows[-1]["elements"]
    assert [each["text"]["text"] for each in (five, add, settings)] == ["Today’s five", "Add a show", "Settings"]

    for number, button in enumerate((five, add, settings)):
        action = {"type": "button", "action_ts": f"{number}.2", "block_id": "b", **button}
        await world.interacts("block_actions", actions=[action], channel=None, response_url="", view={"type": "home"})

    # The tab shows no reply, so it comes as a direct message.
    assert [one["text"].partition(":")[0] for one in peer.said("D1")] == ["top"]
    member, request = world.counter.asked[-3]
    assert (member.channel_id, request.operation) == ("slack:T1/C1", "top")
    titles = [call["view"]["title"]["text"] for call in peer.made("views.open")]
    assert titles == ["Setting up", "Settings"]
    assert {json.loads(call["view"]["private_metadata"])["conversation"] for call in peer.made("views.open")} == {"C1"}


async def test_the_messages_tab_suggests_what_to_ask(world: World, peer: SlackPeer) -> None:
    peer.fail("assistant.threads.setSuggestedPrompts", "error", "unknown_method")
    for _ in range(2):
        await world.event({"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "messages"})
    prompts = peer.made("assistant.threads.setSuggestedPrompts")[-1]["prompts"]
    assert {"title": "Today's insights", "message": "top"} in prompts


async def test_what_we_have_no_use_for_is_acknowledged_all_the_same(world: World) -> None:
    assert await world.event({"type": "reaction_added", "user": "U1", "item": {}}) is not None
    assert await world.interacts("message_action", callback_id="somebody_elses", message={}) is not None
    assert await world.interacts("view_submission", view={"callback_id": "x", "type": "modal"}) is not None


async def test_a_wrong_token_is_told_by_its_setting(world: World, peer: SlackPeer) -> None:
    for bot, app, name in (("xoxb-no", APP_TOKEN, "BOT_TOKEN"), (BOT_TOKEN, "xapp-no", "APP_TOKEN")):
        web = SlackWeb(bot, base_url=peer.api_url)
        with pytest.raises(SettingsError, match=f"PODSIFT_SLACK_{name}"):
            async with connected(web, world.intake, app_token=app, after_gap=world.intake.idle):
                pass


def _shown(peer: SlackPeer) -> str:
    return " ".join(words_shown(block) for block in peer.views["U1"]["blocks"])
