"""Each error code of Slack does what the table says: stop and tell, wait, look first, or send plain text."""

import logging
from collections.abc import AsyncIterator

import pytest

from bot.slack.faults import SlackGone
from bot.slack.web import SlackWeb
from bot.slack.workspaces import ManyMessengers
from bot.texts.message import Message, Paragraph, text
from pipeline.domain.channel import Channel
from pipeline.domain.conversation import Installed
from pipeline.domain.errors import DeliveryDelayed, DeliveryUnknown, DestinationGone
from tests.bot.slack.http_world import hosting
from tests.bot.slack.slack_world import World, running
from tests.peers.catalog import OURS, Stores
from tests.peers.slack_peer import BOT, SlackPeer

_JOINED = {"type": "member_joined_channel", "user": BOT, "channel": "C1", "channel_type": "C", "inviter": "U2"}
_POST = Message((Paragraph(text("Five insights")),), "Five insights", "digest:1")
_DEAD_PLACE = (
    "channel_not_found", "is_archived", "channel_is_limited_access", "not_in_channel", "restricted_action",
    "ekm_access_denied", "no_permission", "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel", "cannot_reply_to_message",
    "messages_tab_disabled", "missing_scope",
)  # fmt: skip
_DEAD_TOKEN = (
    "token_revoked", "token_expired", "account_inactive", "invalid_auth", "not_authed", "team_access_not_granted",
    "org_login_required",
)  # fmt: skip


@pytest.fixture
async def world(peer: SlackPeer, stores: Stores) -> AsyncIterator[World]:
    """Two channels with a daily post: C1, to which Bob invited us, and another one."""
    other = Channel("slack:T1/C5", OURS, "#other")
    await stores.settings.save(other, workspace=OURS)
    async with running(peer, stores) as process:
        await process.event(_JOINED)
        yield process


async def _send(world: World) -> None:
    channel = next(c for c in await world.stores.settings.of(workspace=OURS) if c.id.endswith("C1"))
    await world.messenger.send(channel, _POST)


async def _live(stores: Stores) -> list[str]:
    return [channel.name for channel in await stores.settings.of(workspace=OURS) if not channel.paused]


@pytest.mark.parametrize("code", _DEAD_PLACE)
async def test_a_dead_channel_stops_its_own_posts_and_one_owner_hears_why_once(world: World, code: str) -> None:
    for _ in range(2):
        world.peer.fail("chat.postMessage", "error", {"error": code, "needed": "chat:write", "provided": "commands"})
        with pytest.raises(DestinationGone):
            await _send(world)
    assert await _live(world.stores) == ["#other"]
    (told,) = world.peer.said("D2")
    assert told["text"] == "I cannot post to #c1 any more, so its daily post is paused."
    if code == "missing_scope":
        assert "chat:write" in str(told["blocks"])
    if code == "not_in_channel":
        assert "/invite" in str(told["blocks"])


@pytest.mark.parametrize("code", _DEAD_TOKEN)
async def test_a_dead_token_stops_every_post_of_its_workspace(
    world: World, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    world.peer.fail("chat.postMessage", "error", code)
    with caplog.at_level(logging.ERROR), pytest.raises(DestinationGone):
        await _send(world)
    assert await _live(world.stores) == []
    assert "D2" not in world.peer.places
    assert any("token" in record.message for record in caplog.records)


async def test_an_installation_whose_token_is_dead_is_forgotten(peer: SlackPeer, stores: Stores) -> None:
    channel = Channel("slack:T1/C1", OURS, "#c1")
    await stores.settings.save(channel, workspace=OURS)
    async with hosting(peer, stores) as world:
        assert world.hosted is not None
        await world.hosted.workspaces.install(Installed("slack", "", "T1", "xoxb-dead", bot=BOT))
        messenger: ManyMessengers = world.hosted.messenger
        with pytest.raises(SlackGone):
            await messenger.send(channel, _POST)
        assert await world.hosted.workspaces.installed("T1") is None
        assert await world.hosted.workspaces.teams() == ()
    assert await _live(stores) == []


@pytest.mark.parametrize(
    ("code", "seconds"),
    [("ratelimited", 30), ("rate_limited", 30), ("message_limit_exceeded", 300), ("team_added_to_org", 300)],
)
async def test_a_limit_is_waited_for(world: World, code: str, seconds: int) -> None:
    world.peer.fail("chat.postMessage", "error", code)
    with pytest.raises(DeliveryDelayed) as caught:
        await _send(world)
    assert caught.value.retry_after == seconds
    assert await _live(world.stores) == ["#c1", "#other"]


@pytest.mark.parametrize("code", ["internal_error", "fatal_error", "service_unavailable", "request_timeout"])
async def test_what_may_have_succeeded_is_not_sent_again_unseen(world: World, code: str) -> None:
    before = len(world.peer.made("chat.postMessage"))
    world.peer.fail("chat.postMessage", "error", code)
    with pytest.raises(DeliveryUnknown):
        await _send(world)
    assert len(world.peer.made("chat.postMessage")) == before + 1


@pytest.mark.parametrize(
    "code",
    [
        "invalid_blocks",
        "invalid_blocks_format",
        "markdown_text_conflict",
        "msg_blocks_too_long",
        "msg_blocks_too_many",
        "msg_too_long",
    ],
)
async def test_a_mistake_of_ours_is_logged_and_the_words_go_out_plainly_once(
    world: World, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    world.peer.fail("chat.postMessage", "error", code)
    with caplog.at_level(logging.ERROR):
        await _send(world)
    posted = world.peer.posted("C1")[-1]
    assert ("blocks" in posted, posted["text"]) == (False, "Five insights")
    assert [getattr(record, "code", "") for record in caplog.records] == [code]
    world.peer.fail("response_url", "body", code)
    await world.commands("list")
    assert ("blocks" in world.peer.responses[-1], world.peer.responses[-1]["text"]) == (False, "list: \n[1]")


async def test_a_private_reply_whose_address_is_used_up_comes_another_way(world: World) -> None:
    world.peer.fail("response_url", "body", "expired_url")
    await world.commands("list")
    assert world.peer.responses == []
    assert world.peer.ephemerals[-1]["user"] == "U1"


async def test_an_answer_whose_message_was_deleted_is_given_up(peer: SlackPeer) -> None:
    web = SlackWeb("xoxb-peer", base_url=peer.api_url)
    peer.fail("chat.update", "error", "message_not_found")
    with pytest.raises(Exception, match="message_not_found"):
        await web.write("chat.update", channel="C1", ts="1795414701.000001", text="x")
    assert len(peer.made("chat.update")) == 1
