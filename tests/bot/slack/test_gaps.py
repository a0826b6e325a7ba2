"""What was asked while we were away longer than Slack remembers: read up on, and answered once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.slack.connection import Watch
from bot.slack.place import channel_id
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.channel import Channel
from tests.bot.slack.http_world import hosting
from tests.bot.slack.slack_world import QUICK, running, until
from tests.peers.catalog import OURS, Stores
from tests.peers.slack_http import install
from tests.peers.slack_peer import BOT, Place, SlackPeer
from tests.peers.slack_scopes import granted_by

_MENTION = f"<@{BOT}> why?"


@pytest.fixture
async def known(stores: Stores) -> None:
    """We know the channel C1 and Ann's direct messages."""
    for place in ("C1", "D1"):
        await stores.settings.save(Channel(channel_id("T1", place), OURS, place), workspace=OURS)


def _said(peer: SlackPeer, words: str, *, place: str = "C1", user: str = "U1", **more: Any) -> str:
    """Somebody wrote while nobody of us was there."""
    stamp = peer.next_ts()
    peer.places[place].messages.append({"type": "message", "user": user, "text": words, "ts": stamp, **more})
    return stamp


@pytest.mark.usefixtures("known")
async def test_a_mention_and_a_direct_message_of_the_outage_are_answered_once(peer: SlackPeer, stores: Stores) -> None:
    mention, direct = _said(peer, _MENTION), _said(peer, "and how?", place="D1")
    for _ in range(2):
        async with running(peer, stores) as world:
            await world.intake.idle()
            assert world.answers("C1", mention) == ["ask: why?"]
            assert world.answers("D1", direct) == ["ask: and how?"]


@pytest.mark.usefixtures("known")
async def test_a_question_under_a_post_is_found_although_nobody_had_asked_there_before(
    peer: SlackPeer, stores: Stores
) -> None:
    post = _said(peer, "Five insights", user=BOT)
    _said(peer, "who said no. 3?", thread_ts=post, user="U2")
    async with running(peer, stores) as world:
        await world.intake.idle()
        assert world.answers("C1", post) == ["ask: who said no. 3?"]


@pytest.mark.usefixtures("known")
async def test_what_was_answered_or_said_to_others_or_long_ago_stays_as_it_is(peer: SlackPeer, stores: Stores) -> None:
    answered = _said(peer, _MENTION)
    _said(peer, "because", user=BOT, thread_ts=answered)
    post = _said(peer, "Five insights", user=BOT)
    _said(peer, "do you think so, <@U2>?", thread_ts=post)
    _said(peer, "why would I?", thread_ts=post, user="U2")
    _said(peer, "is anybody coming to lunch?")
    old = f"{(datetime.now(UTC) - timedelta(hours=20)).timestamp():.6f}"
    peer.places["C1"].messages.insert(0, {"type": "message", "user": "U1", "text": _MENTION, "ts": old})
    async with running(peer, stores) as world:
        await world.intake.idle()
        assert world.counter.asked == []


@pytest.mark.usefixtures("known")
async def test_what_was_heard_before_the_outage_is_not_asked_again(peer: SlackPeer, stores: Stores) -> None:
    async with running(peer, stores) as world:
        peer.fail("chat.postMessage", "error", "is_archived")
        await world.says(_MENTION)
    async with running(peer, stores) as world:
        await world.intake.idle()
        assert world.counter.asked == []


@pytest.mark.usefixtures("known")
async def test_where_we_may_not_read_nothing_is_read(peer: SlackPeer, stores: Stores) -> None:
    _said(peer, _MENTION)
    peer.scopes = granted_by("manifest_mention_only.yaml")
    async with running(peer, stores) as world:
        await world.intake.idle()
        assert world.counter.asked == []
    peer.fail("auth.test", "error", "internal_error", times=9)
    async with running(peer, stores) as world:
        await world.intake.idle()
        assert world.counter.asked == []


@pytest.mark.usefixtures("known")
async def test_after_a_long_gap_in_the_connection_we_read_up_too(peer: SlackPeer, stores: Stores) -> None:
    watch = Watch(every=QUICK.every, patience=QUICK.patience, ping=QUICK.ping, gap=0.1)
    async with running(peer, stores, watch=watch) as world:
        await world.intake.idle()
        peer.fail("link", "status", 503, times=5)
        await peer.disconnect("abort")
        await until(lambda: not peer.sockets)
        stamp = _said(peer, _MENTION)
        await until(lambda: world.answers("C1", stamp) == ["ask: why?"])


async def test_over_http_every_workspace_is_read_up_on_after_a_restart(peer: SlackPeer, stores: Stores) -> None:
    peer.places["C3"] = Place(members={BOT, "U1"})
    homes = {"T1": "C1", "T2": "C3"}
    async with hosting(peer, stores) as world:
        for team, place in homes.items():
            await install(world.slack, peer, code=team, team={"id": team}, access_token=f"xoxb-{team}")
            ours = WorkspaceId(f"slack:{team}")
            await stores.settings.save(Channel(f"{ours}/{place}", ours, place), workspace=ours)
        assert world.hosted is not None
        assert await world.hosted.workspaces.teams() == ("T1", "T2")
    for place in homes.values():
        _said(peer, _MENTION, place=place)
    async with hosting(peer, stores) as world:
        await world.intake.idle()
        assert [member.workspace for member, _ in world.counter.asked] == ["slack:T1", "slack:T2"]
        assert [len(peer.said(place)) for place in homes.values()] == [1, 1]
