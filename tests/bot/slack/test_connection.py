"""The socket: reconnects, refused handshakes, a dead address, and the manifests that go with it."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml  # type: ignore[import-untyped]  # it comes without types

import bot.slack
from bot.slack.hearing import ASK_ABOUT, HEARD_EVENTS, heard_in
from bot.slack.http import MOUNTED_AT
from bot.slack.scopes import INDISPENSABLE, NEEDED, OPTIONAL
from tests.bot.slack.slack_world import World, until
from tests.peers.slack_peer import BOT, SlackPeer

_FOLDER = Path(bot.slack.__file__).parent


@pytest.mark.parametrize("how", ["warning", "refresh_requested", "close", "abort", "mute"])
async def test_after_a_disconnect_we_hear_again(world: World, peer: SlackPeer, how: str) -> None:
    first = peer.sockets[-1]
    await peer.disconnect(how)
    await until(lambda: bool(peer.sockets) and peer.sockets[-1] is not first)
    await world.says(f"<@{BOT}> why?")
    assert world.answers() == ["ask: why?"]


async def test_a_refused_handshake_does_not_leave_us_deaf(world: World, peer: SlackPeer) -> None:
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


def _manifest(name: str) -> dict[str, Any]:
    manifest: dict[str, Any] = yaml.safe_load((_FOLDER / f"manifest{name}.yaml").read_text())
    return manifest


def _events(name: str) -> set[str]:
    return set(_manifest(name)["settings"]["event_subscriptions"]["bot_events"])


_NEEDED = {
    "app_mention": "app_mentions:read",
    "message.im": "im:history",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "member_joined_channel": "channels:read",
    "channel_left": "channels:read",
    "channel_archive": "channels:read",
    "channel_deleted": "channels:read",
    "channel_rename": "channels:read",
    "group_left": "groups:read",
    "group_archive": "groups:read",
    "group_rename": "groups:read",
}
_EXAMPLES: dict[str, dict[str, Any]] = {
    "app_home_opened": {"user": "U1", "channel": "D1", "tab": "home"},
    "member_joined_channel": {"user": BOT, "channel": "C1"},
    "tokens_revoked": {"tokens": {"bot": [BOT]}},
    "channel_rename": {"channel": {"id": "C1", "name": "new"}},
    "group_rename": {"channel": {"id": "G1", "name": "new"}},
}


@pytest.mark.parametrize("name", ["", "_http", "_mention_only"])
def test_a_manifest_asks_for_what_its_events_need(name: str) -> None:
    manifest = _manifest(name)
    scopes = set(manifest["oauth_config"]["scopes"]["bot"])
    assert {_NEEDED[event] for event in _events(name) if event in _NEEDED} <= scopes
    assert {"chat:write", "commands"} <= scopes
    assert manifest["settings"]["interactivity"]["is_enabled"]
    assert manifest["settings"]["socket_mode_enabled"] == (name != "_http")
    (command,) = manifest["features"]["slash_commands"]
    assert (command["command"], command["should_escape"]) == ("/podcast", True)


def test_what_is_subscribed_to_is_heard_and_the_reverse() -> None:
    assert _events("") == _events("_http") == HEARD_EVENTS
    # What the least variant leaves out is the reading of channels, and nothing else.
    assert HEARD_EVENTS - _events("_mention_only") == {"message.channels", "message.groups"}


@pytest.mark.parametrize("event", sorted(HEARD_EVENTS))
def test_each_event_is_understood(event: str) -> None:
    said = {"user": "U1", "channel": "C1", "text": f"<@{BOT}> why?", "ts": "1795414701.000001"}
    inner = {**said, **_EXAMPLES.get(event, {}), "type": event.partition(".")[0]}
    body = {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": inner}
    assert heard_in(body, bot=BOT) is not None


def test_the_manifests_agree_with_what_is_asked_for_and_mounted() -> None:
    http = _manifest("_http")
    whole = {"bot": list(NEEDED), "bot_optional": list(OPTIONAL)}
    assert _manifest("")["oauth_config"]["scopes"] == http["oauth_config"]["scopes"] == whole
    assert set(_manifest("_mention_only")["oauth_config"]["scopes"]["bot"]) == INDISPENSABLE
    addresses = (
        http["settings"]["event_subscriptions"]["request_url"],
        http["settings"]["interactivity"]["request_url"],
        http["features"]["slash_commands"][0]["url"],
    )
    assert {urlsplit(address).path for address in addresses} == {f"{MOUNTED_AT}/events"}
    assert [urlsplit(url).path for url in http["oauth_config"]["redirect_urls"]] == [f"{MOUNTED_AT}/oauth_redirect"]


@pytest.mark.parametrize("name", ["", "_http", "_mention_only"])
def test_the_shortcut_has_the_name_that_we_listen_for(name: str) -> None:
    features = _manifest(name)["features"]
    assert [one["callback_id"] for one in features["shortcuts"]] == [ASK_ABOUT]
    assert len(features.get("agent_view", {}).get("suggested_prompts", [])) <= 4


async def test_a_first_event_that_slack_lets_nobody_judge_comes_again(world: World, peer: SlackPeer) -> None:
    # Bolt by itself acknowledges it, and it would be lost.
    peer.patience = 0.3
    peer.fail("auth.test", "error", "internal_error")
    stamp = peer.next_ts()
    event = {"type": "app_mention", "user": "U1", "channel": "C1", "text": f"<@{BOT}> why?", "ts": stamp}
    assert await world.event(event) is None
    assert await world.event(event) is not None
    assert world.counter.questions == ["why?"]
