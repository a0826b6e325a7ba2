"""The home tab: shown anew while a member may look at it, and never what Slack hides from them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.handover import Report, Request
from bot.operations.outcome import Member, Outcome
from bot.shapes.commands import FeedsShape
from bot.slack.homes import Homes
from bot.texts.message import Message, Paragraph, text
from pipeline.domain.errors import DeliveryDelayed
from tests.bot.slack.shown import words_shown
from tests.bot.slack.slack_world import ScriptedCounter, World, running, until
from tests.peers.catalog import OURS, SetClock, Stores
from tests.peers.slack_peer import BOT, Json, Place, SlackPeer

_POST = Message((Paragraph(text("Five insights")),), "Five insights", "digest:1")


def _opened(user: str = "U1") -> Json:
    return {"type": "app_home_opened", "user": user, "channel": f"D{user[1:]}", "tab": "home"}


def _joined(place: str = "C1") -> Json:
    return {"type": "member_joined_channel", "user": BOT, "channel": place, "inviter": "U1"}


def _shown(peer: SlackPeer, user: str = "U1") -> str:
    return " ".join(words_shown(block) for block in peer.views[user]["blocks"])


def _views(peer: SlackPeer, user: str) -> int:
    return sum(call["user_id"] == user for call in peer.made("views.publish"))


@pytest.mark.parametrize("change", ["invitation", "command", "mention", "rename", "removal", "post"])
async def test_whoever_opened_it_sees_a_change_without_opening_it_again(
    world: World, peer: SlackPeer, change: str
) -> None:
    if change != "invitation":
        await world.event(_joined())
    await world.event(_opened())
    before = _views(peer, "U1")
    if change == "invitation":
        await world.event(_joined())
    elif change == "command":
        await world.commands("add https://pods.example/f.xml", user="U1")
    elif change == "mention":
        await world.says(f"<@{BOT}> pause", place="D1")
    elif change == "rename":
        await world.event({"type": "channel_rename", "channel": {"id": "C1", "name": "shows"}})
    elif change == "removal":
        await world.event({"type": "channel_left", "channel": "C1"})
    else:
        (channel,) = await world.stores.settings.of(workspace=OURS)
        await world.messenger.send(channel, _POST)
    await until(lambda: _views(peer, "U1") > before)
    if change == "invitation":
        assert "#c1" in _shown(peer)
    elif change == "rename":
        assert "#shows" in _shown(peer)
    elif change == "removal":
        assert "The daily post is paused." in _shown(peer)


async def test_who_never_opened_it_gets_none_and_a_look_changes_nothing(world: World, peer: SlackPeer) -> None:
    await world.event(_opened())
    await world.commands("list")
    await world.commands("pause", user="U2")
    await world.commands("pause", user="U1")
    await until(lambda: _views(peer, "U1") > 1)
    # One more than when it was opened: neither the look nor what a reader was refused is a change.
    assert _views(peer, "U1") == 2
    assert "U2" not in peer.views


async def test_a_private_channel_is_there_for_its_members_alone(world: World, peer: SlackPeer) -> None:
    peer.places["G1"] = Place("group", members={BOT, "U1"})
    await world.event(_joined("G1"))
    await world.event(_opened("U1"))
    await world.event(_opened("U2"))
    assert "#g1" in _shown(peer, "U1")
    assert "#g1" not in _shown(peer, "U2")
    assert "Invite me to a channel" in _shown(peer, "U2")
    # Neither do direct messages stand for it.
    await world.says("why?", user="U2", place=peer._direct("U2"))
    assert world.counter.asked[-1][0].channel_id == "slack:T1/D2"
    await world.says("why?", user="U1", place="D1")
    assert world.counter.asked[-1][0].channel_id == "slack:T1/G1"


async def test_other_members_direct_messages_are_not_on_it(world: World, peer: SlackPeer) -> None:
    await world.says("why?", user="U2", place=peer._direct("U2"))
    await world.event(_opened("U1"))
    assert "direct messages" not in _shown(peer)


class _FollowsNothing(ScriptedCounter):
    async def perform(self, member: Member, request: Request, report: Report | None = None) -> Outcome:
        await super().perform(member, request, report)
        return Outcome(FeedsShape(feeds=()), Message((Paragraph(text("Nothing is followed here.")),), "Nothing"))


async def test_a_channel_without_posts_and_shows_is_left_out(peer: SlackPeer, stores: Stores) -> None:
    async with running(peer, stores, counter=_FollowsNothing()) as world:
        await world.commands("list", place="C2")
        await world.event(_opened())
        assert "#podcasts" not in _shown(peer)
        await world.event(_joined())
        await world.event(_opened())
        assert "#c1" in _shown(peer)


# The tabs by themselves


class _Rounds:
    """Counts the rounds; a test lets each go on."""

    def __init__(self) -> None:
        self.clock = SetClock(datetime.now(UTC))
        self.homes = Homes(clock=self.clock)
        self.shown: list[str] = []
        self.pauses: list[float] = []
        self.gate = asyncio.Semaphore(0)

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await self.gate.acquire()

    async def open(self, user: str, team: str = "T1", *, fails: bool = False) -> None:
        async def show() -> None:
            self.shown.append(user)
            if fails and self.shown.count(user) > 1:
                raise DeliveryDelayed("Slack asks us to wait.")

        await self.homes.open(team, user, show)


@pytest.fixture
async def rounds() -> AsyncIterator[_Rounds]:
    made = _Rounds()
    async with made.homes.keeping_fresh(pause=made.pause):
        yield made


async def test_many_changes_are_one_round_and_rounds_keep_their_distance(rounds: _Rounds) -> None:
    await rounds.open("U1")
    for _ in range(50):
        rounds.homes.changed("T1")
    await until(lambda: rounds.pauses == [1.0])
    rounds.gate.release()
    await until(lambda: rounds.pauses == [1.0, 20.0])
    assert rounds.shown == ["U1", "U1"]
    rounds.homes.changed("T1")
    rounds.gate.release()
    rounds.gate.release()
    await until(lambda: len(rounds.pauses) == 4)
    assert rounds.shown == ["U1"] * 3


async def test_a_round_is_for_the_latest_thirty_of_the_workspace_that_changed(rounds: _Rounds) -> None:
    await rounds.open("yesterday")
    rounds.clock.time += timedelta(hours=9)
    await rounds.open("elsewhere", "T2")
    for number in range(40):
        await rounds.open(f"U{number}")
    rounds.shown.clear()
    rounds.homes.changed("T1")
    rounds.gate.release()
    await until(lambda: len(rounds.pauses) == 2)
    assert rounds.shown == [f"U{number}" for number in range(39, 9, -1)]


async def test_a_tab_that_cannot_be_shown_keeps_nobody_else_from_it_and_is_left_alone(rounds: _Rounds) -> None:
    await rounds.open("U1")
    await rounds.open("U2", fails=True)
    for expected in (["U1", "U2", "U2", "U1"], ["U1", "U2", "U2", "U1", "U1"]):
        rounds.homes.changed("T1")
        rounds.gate.release()
        rounds.gate.release()
        await until(lambda expected=expected: rounds.shown == expected)  # type: ignore[misc]  # a default binds it
