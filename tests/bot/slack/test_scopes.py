"""Permissions: each feature's is asked for, none is asked for in vain, and what is missing is named with its remedy."""

import json
import logging
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.app import open_app
from bot.settings import load_settings
from bot.shapes.commands import CheckShape
from bot.slack.hosted import hosted_slack
from bot.slack.installing import install_flow
from bot.slack.scopes import INDISPENSABLE, NEEDED, OPTIONAL, how_to_add
from bot.slack.team import Defaults
from bot.texts.message import Message, Paragraph, text
from bot.upkeep.examination import examine
from pipeline.adapters.sealing import Seal
from pipeline.domain.channel import Channel
from tests.bot.slack.http_world import hosting
from tests.bot.slack.slack_world import Now, World, running
from tests.peers.catalog import OURS, SECRET, Stores
from tests.peers.slack_peer import APP_TOKEN, BOT, BOT_TOKEN, Place, SlackPeer
from tests.peers.slack_scopes import granted_by

_POST = Message((Paragraph(text("Five insights")),), "Five insights", "digest:1")
_JOINED = {"type": "member_joined_channel", "user": BOT, "channel": "C1", "inviter": "U1"}


async def _whole_round(world: World, peer: SlackPeer) -> None:
    """What a team does: invite, ask in each way, change, look at the tab, get a post."""
    await world.event(_JOINED)
    await world.says(f"<@{BOT}> why?")
    await world.says("and why is that?", place="D1")
    await world.commands("add https://pods.example/f.xml")
    await world.interacts(
        "message_action", callback_id="ask_about_this", message={"ts": "1795414702.000001", "text": "x"}
    )
    await world.event({"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home"})
    await world.event({"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "messages"})
    (channel,) = [one for one in await world.stores.settings.of(workspace=OURS) if one.id.endswith("C1")]
    await world.messenger.send(channel, _POST)
    answers = [one["text"] for one in peer.said("C1")]
    assert answers[0].startswith("Hello!")
    assert [one for one in answers if one.startswith("ask:")] == ["ask: why?", "ask: x"]
    assert peer.said("D1")[-1]["text"] == "ask: and why is that?"
    assert "Next post" in json.dumps(peer.views["U1"])
    assert peer.posted("C1")[-1]["text"] == "Five insights"


@pytest.mark.parametrize("manifest", ["manifest.yaml", "manifest_http.yaml", "manifest_mention_only.yaml"])
async def test_every_manifest_carries_a_team_through_a_day(peer: SlackPeer, stores: Stores, manifest: str) -> None:
    peer.scopes = granted_by(manifest, with_optional=False)
    async with running(peer, stores) as world:
        await _whole_round(world, peer)


async def test_the_whole_app_lacks_no_permission_and_has_none_in_vain(
    peer: SlackPeer, stores: Stores, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with running(peer, stores) as world:
        await _whole_round(world, peer)
    assert "missing_scope" not in caplog.text
    # Those that no method wants bring events: mentions, messages, and what happens to channels.
    by_method = {"chat:write", "im:write", "users:read", "assistant:write", "files:read", "files:write"}
    by_event = {"app_mentions:read", "commands"}
    by_both = {f"{kind}:{what}" for kind in ("channels", "groups") for what in ("history", "read")} | {"im:history"}
    assert {*NEEDED, *OPTIONAL} == by_method | by_event | by_both


async def test_a_hosted_workspace_is_asked_for_the_same(peer: SlackPeer, stores: Stores) -> None:
    async with hosting(peer, stores) as world:
        begun = await world.slack.web.get("/slack/install")
    asked = parse_qs(urlsplit(begun.headers["location"]).query)
    assert set(asked["scope"][0].split(",")) == granted_by("manifest_http.yaml") == {*NEEDED, *OPTIONAL}
    assert asked.get("user_scope", [""]) == [""]


def test_another_slack_has_its_own_page_for_installing(stores: Stores) -> None:
    hosted = hosted_slack(
        stores.db, seal=Seal(SECRET), clock=Now(), defaults=Defaults(), base_url="https://slack-gov.com/api/"
    )
    flow = install_flow(hosted.client, hosted.workspaces, hosted.states, client_id="1.2", client_secret="shh")
    assert flow.settings.authorization_url == "https://slack-gov.com/oauth/v2/authorize"


@pytest.mark.parametrize("scope", ["files:read", "chat:write", "", "made:up"])
def test_what_is_missing_is_named_with_where_to_add_it(scope: str) -> None:
    told = how_to_add(scope)
    assert scope in told
    assert "OAuth & Permissions" in told
    assert told.endswith("then install the app again.")
    assert "()" not in told


async def test_a_file_that_may_not_be_read_says_which_permission_is_missing(peer: SlackPeer, stores: Stores) -> None:
    peer.scopes.discard("files:read")
    async with running(peer, stores) as world:
        await world.says("import", place="D1", subtype="file_share", files=[{"id": "F1"}])
    said = json.dumps(peer.said("D1")[-1], ensure_ascii=False)
    assert "files:read (a list of shows sent along with “import”)" in said
    assert "install the app again" in said


async def test_what_is_left_out_is_logged_at_the_start(
    peer: SlackPeer, stores: Stores, caplog: pytest.LogCaptureFixture
) -> None:
    peer.scopes -= {"users:read", "files:read"}
    async with running(peer, stores):
        pass
    (told,) = [record for record in caplog.records if "leaves out permissions" in record.message]
    assert vars(told)["permissions"] == "users:read"


# What doctor says


async def _doctor(
    folder: Path, peer: SlackPeer, *channels: Channel, token: str = BOT_TOKEN, app_token: str = APP_TOKEN
) -> list[CheckShape]:
    """What it says of Slack, the whole app plugged together as in service."""
    slack = {"slack_api": peer.api_url, "slack_app_token": app_token, "slack_bot_token": token}
    settings = load_settings(data=folder, whisper_model="off", zone="UTC", _env_file=None, **slack)
    async with open_app(settings) as app:
        for channel in channels:
            await app.channels.save(channel, workspace=channel.workspace)
        return [check for check in await examine(app) if check.name.startswith("Slack")]


async def test_doctor_is_content_with_tokens_that_work_and_every_permission(tmp_path: Path, peer: SlackPeer) -> None:
    (check,) = await _doctor(tmp_path, peer)
    assert (check.state, check.detail) == ("ok", "in “Acme”, with every permission.")


@pytest.mark.parametrize(
    ("token", "app_token", "setting"), [("xoxb-no", APP_TOKEN, "BOT"), (BOT_TOKEN, "xapp-no", "APP")]
)
async def test_doctor_names_the_token_that_does_not_work(
    tmp_path: Path, peer: SlackPeer, token: str, app_token: str, setting: str
) -> None:
    (check,) = await _doctor(tmp_path, peer, token=token, app_token=app_token)
    assert check.state == "problem"
    assert check.detail.startswith(f"PODSIFT_SLACK_{setting}_TOKEN does not work: ")
    assert "bot/slack/README.md" in check.help


async def test_doctor_says_when_slack_cannot_be_asked(tmp_path: Path, peer: SlackPeer) -> None:
    peer.fail("auth.test", "status", 503)
    (check,) = await _doctor(tmp_path, peer)
    assert check.state == "problem"
    assert "503" in check.detail


async def test_doctor_tells_what_a_smaller_manifest_leaves_out_and_what_nothing_works_without(
    tmp_path: Path, peer: SlackPeer
) -> None:
    peer.scopes = granted_by("manifest_mention_only.yaml")
    (check,) = await _doctor(tmp_path, peer)
    assert check.state == "ok"
    assert "users:read (who is an admin" in check.detail
    peer.scopes = set(INDISPENSABLE) - {"chat:write"}
    (check,) = await _doctor(tmp_path, peer)
    assert check.state == "problem"
    assert "without chat:write" in check.detail
    assert check.help == how_to_add("chat:write")


async def test_doctor_finds_a_channel_that_we_are_not_in(tmp_path: Path, peer: SlackPeer) -> None:
    places = {"C1": "#in", "C2": "#out", "G404": "#private", "D1": "direct messages"}
    peer.places["G404"] = Place("group", members={"U1"})
    channels = [Channel(f"slack:T1/{place}", OURS, name) for place, name in places.items()]
    found = {check.name: check for check in (await _doctor(tmp_path, peer, *channels))[1:]}
    assert {name: check.state for name, check in found.items()} == {
        "Slack “#in”": "ok", "Slack “#out”": "problem", "Slack “#private”": "problem", "Slack “direct messages”": "ok",
    }  # fmt: skip
    assert found["Slack “#out”"].detail == "Podsift lacks membership of the channel."
    assert found["Slack “#out”"].help == "Say “/invite @Podsift” in the channel."
