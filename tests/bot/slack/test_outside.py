"""Where we are not in the channel: members hear so at once, and how we get in; what can be told privately is."""

import json

import pytest

from bot.slack.hearing import ASK_ABOUT
from bot.texts.message import Message, Paragraph, text
from pipeline.domain.errors import DestinationGone
from tests.bot.slack.slack_world import World
from tests.peers.catalog import OURS
from tests.peers.slack_peer import BOT, Place, SlackPeer

_POST = Message((Paragraph(text("Five insights")),), "Five insights", "digest:1")
_WAY_IN = "/invite @Podsift"


def _private(peer: SlackPeer) -> str:
    """Slack says of a private channel without us that there is none."""
    peer.places["G9"] = Place("group", members={"U1"})
    peer.fail("chat.postMessage", "error", "channel_not_found")
    return "G9"


@pytest.mark.parametrize("is_private", [False, True])
async def test_whoever_sets_up_a_channel_without_us_hears_at_once_how_we_get_in(
    world: World, peer: SlackPeer, is_private: bool
) -> None:
    place = _private(peer) if is_private else "C2"
    await world.commands("schedule 08:30", place=place)
    done, hint = peer.responses
    assert done["text"] == "schedule:"
    assert hint["text"] == "I am not in #podcasts, so nothing can be posted there yet."
    assert _WAY_IN in json.dumps(hint["blocks"])


async def test_a_look_from_outside_is_answered_without_ado(world: World, peer: SlackPeer) -> None:
    await world.commands("list", place="C2")
    assert [one["text"] for one in peer.responses] == ["list:"]


async def test_a_command_where_we_are_not_starts_no_daily_post_and_an_invitation_does(
    world: World, peer: SlackPeer
) -> None:
    await world.commands("list", place="C2")
    assert [one.paused for one in await world.stores.settings.of(workspace=OURS)] == [True]
    peer.places["C2"].members.add(BOT)
    await world.event({"type": "member_joined_channel", "user": BOT, "channel": "C2", "inviter": "U1"})
    assert [one.paused for one in await world.stores.settings.of(workspace=OURS)] == [False]


async def test_a_command_where_we_are_but_nobody_told_us_starts_it(world: World, peer: SlackPeer) -> None:
    await world.commands("list", place="C1")
    assert [one.paused for one in await world.stores.settings.of(workspace=OURS)] == [False]
    peer.fail("conversations.info", "error", "internal_error", times=9)
    await world.commands("list", place="C7")
    assert [one.paused for one in await world.stores.settings.of(workspace=OURS)] == [False, True]


@pytest.mark.parametrize("command", ["setup", "settings"])
async def test_the_form_of_a_channel_without_us_says_so_above_its_fields(
    world: World, peer: SlackPeer, command: str
) -> None:
    await world.commands(command, place="C2")
    await world.commands(command, place="C1")
    outside, inside = (json.dumps(call["view"]["blocks"]) for call in peer.made("views.open"))
    assert _WAY_IN in outside
    assert _WAY_IN not in inside
    peer.fail("conversations.info", "error", "internal_error", times=9)
    await world.commands(command, place="C2")
    assert len(peer.made("views.open")) == 3


@pytest.mark.parametrize("is_private", [False, True])
async def test_the_shortcut_where_we_are_not_answers_who_used_it(
    world: World, peer: SlackPeer, is_private: bool
) -> None:
    place = _private(peer) if is_private else "C2"
    message = {"ts": peer.next_ts(), "text": "grids delay data centres"}
    await world.interacts("message_action", callback_id=ASK_ABOUT, place=place, message=message)
    (answer,) = peer.responses
    assert answer["text"] == "ask: grids delay data centres"
    assert "nobody else sees this" in json.dumps(answer["blocks"])
    assert peer.places["C2"].messages == []


async def test_once_invited_the_posts_of_a_channel_that_was_closed_to_us_go_on(world: World, peer: SlackPeer) -> None:
    joined = {"type": "member_joined_channel", "user": BOT, "channel": "C1", "inviter": "U2"}
    await world.event(joined)
    (channel,) = await world.stores.settings.of(workspace=OURS)
    peer.fail("chat.postMessage", "error", "not_in_channel")
    with pytest.raises(DestinationGone):
        await world.messenger.send(channel, _POST)
    assert _WAY_IN in json.dumps(peer.said("D2")[-1]["blocks"])
    assert [one.paused for one in await world.stores.settings.of(workspace=OURS)] == [True]
    await world.event(joined)
    assert [one.paused for one in await world.stores.settings.of(workspace=OURS)] == [False]
    assert "Next post:" in json.dumps(peer.said("C1")[-1]["blocks"])
