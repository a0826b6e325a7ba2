"""The socket: reconnects, refused handshakes, a dead address, and the manifests that go with it."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml  # type: ignore[import-untyped]  # it comes without types

import bot.slack
from bot.slack.hearing import ASK_ABOUT
from bot.slack.http import MOUNTED_AT
from bot.slack.installing import SCOPES
from tests.bot.slack.slack_world import running, until
from tests.peers.catalog import Stores
from tests.peers.slack_peer import BOT, SlackPeer

_FOLDER = Path(bot.slack.__file__).parent


@pytest.mark.parametrize("how", ["warning", "refresh_requested", "close", "abort", "mute"])
async def test_after_a_disconnect_we_hear_again(peer: SlackPeer, stores: Stores, how: str) -> None:
    async with running(peer, stores) as world:
        first = peer.sockets[-1]
        await peer.disconnect(how)
        await until(lambda: bool(peer.sockets) and peer.sockets[-1] is not first)
        await world.says(f"<@{BOT}> why?")
        assert world.answers() == ["ask: why?"]


async def test_a_refused_handshake_does_not_leave_us_deaf(peer: SlackPeer, stores: Stores) -> None:
    async with running(peer, stores) as world:
        peer.fail("link", "status", 503, times=3)
        # Tickets cannot be used after a refused handshake: only a new address helps.
        await peer.disconnect("abort")
        await until(lambda: not peer.sockets)
        peer.expire_tickets()
        await until(lambda: not peer._faults["link"])
        peer.expire_tickets()
        await until(lambda: bool(peer.sockets))
        await world.says(f"<@{BOT}> why?")
        assert world.answers() == ["ask: why?"]
        assert peer.tickets_given > 3


@pytest.mark.parametrize("name", ["manifest.yaml", "manifest_mention_only.yaml"])
def test_the_manifests_ask_for_what_their_events_need(name: str) -> None:
    manifest = yaml.safe_load((_FOLDER / name).read_text())
    scopes = set(manifest["oauth_config"]["scopes"]["bot"])
    needed = {
        "app_mention": "app_mentions:read",
        "message.im": "im:history",
        "message.channels": "channels:history",
        "message.groups": "groups:history",
        "member_joined_channel": "channels:read",
        "channel_left": "channels:read",
        "channel_archive": "channels:read",
        "channel_deleted": "channels:read",
        "group_left": "groups:read",
        "group_archive": "groups:read",
    }
    events = manifest["settings"]["event_subscriptions"]["bot_events"]
    assert {needed[event] for event in events if event in needed} <= scopes
    assert {"chat:write", "commands"} <= scopes
    assert manifest["settings"]["socket_mode_enabled"]
    assert manifest["features"]["slash_commands"][0]["should_escape"]


def test_the_manifests_agree_with_what_is_asked_for_and_mounted() -> None:
    socket, http = (yaml.safe_load((_FOLDER / f"manifest{name}.yaml").read_text()) for name in ("", "_http"))
    assert socket["oauth_config"]["scopes"]["bot"] == http["oauth_config"]["scopes"]["bot"] == list(SCOPES)
    events = [each["settings"]["event_subscriptions"]["bot_events"] for each in (socket, http)]
    assert events[0] == events[1] == sorted(events[0])
    addresses = (
        http["settings"]["event_subscriptions"]["request_url"],
        http["settings"]["interactivity"]["request_url"],
        http["features"]["slash_commands"][0]["url"],
    )
    assert {urlsplit(address).path for address in addresses} == {f"{MOUNTED_AT}/events"}
    assert [urlsplit(url).path for url in http["oauth_config"]["redirect_urls"]] == [f"{MOUNTED_AT}/oauth_redirect"]


def test_the_shortcut_has_the_name_that_we_listen_for() -> None:
    manifest = yaml.safe_load((_FOLDER / "manifest.yaml").read_text())
    assert [one["callback_id"] for one in manifest["features"]["shortcuts"]] == [ASK_ABOUT]
    assert len(manifest["features"]["agent_view"]["suggested_prompts"]) <= 4
