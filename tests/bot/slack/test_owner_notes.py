"""Whoever looks after Podsift in Slack hears once a day that the model's credit is used up."""

from dataclasses import replace
from pathlib import Path

from bot.app import App
from bot.slack.parts import slack_parts
from bot.slack.team import Defaults
from bot.slack.web import SlackWeb
from bot.upkeep.owner_notes import tell_owner
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.channel import Channel
from tests.bot.slack.http_world import hosting
from tests.bot.slack.slack_world import Now
from tests.peers.catalog import Stores
from tests.peers.model_podsift import without_credit
from tests.peers.slack_http import install
from tests.peers.slack_peer import BOT_TOKEN, SlackPeer

_TEAM = WorkspaceId("slack:T1")
_CHANNEL = Channel("slack:T1/C1", _TEAM, "#podcasts")


def _in_one_workspace(app: App, peer: SlackPeer, stores: Stores, *curators: str) -> App:
    parts = slack_parts(SlackWeb(BOT_TOKEN, base_url=peer.api_url), stores.db, clock=Now(), defaults=Defaults())
    settings = app.settings.model_copy(update={"slack_curators": curators})
    return replace(app, settings=settings, platforms=replace(app.platforms, slack=parts))


def _told(peer: SlackPeer) -> list[str]:
    return [call["channel"] for call in peer.made("chat.postMessage") if "no credit left" in call["text"]]


async def test_curators_hear_of_it_once_and_one_who_is_gone_keeps_nobody_from_it(
    peer: SlackPeer, stores: Stores, tmp_path: Path
) -> None:
    async with without_credit(tmp_path) as app:
        ours = _in_one_workspace(app, peer, stores, "U7", "U8")
        peer.fail("chat.postMessage", "error", "user_not_found")
        assert await tell_owner(ours) == 1
        assert await tell_owner(ours) == 0
    assert _told(peer) == ["U7", "U8"]


async def test_where_no_curator_is_named_whoever_invited_us_hears_of_it(
    peer: SlackPeer, stores: Stores, tmp_path: Path
) -> None:
    async with without_credit(tmp_path) as app:
        await app.channels.save(_CHANNEL, workspace=_TEAM)
        await app.platforms.curators.add(_CHANNEL.id, "U3", workspace=_TEAM)
        assert await tell_owner(_in_one_workspace(app, peer, stores)) == 1
    assert _told(peer) == ["U3"]


async def test_in_hosted_workspaces_whoever_installed_the_app_hears_of_it(
    peer: SlackPeer, stores: Stores, tmp_path: Path
) -> None:
    async with without_credit(tmp_path) as app, hosting(peer, stores) as world:
        for team, person in (("T1", "U4"), ("T2", "U5")):
            await install(
                world.slack, peer, code=team, team={"id": team}, access_token=f"xoxb-{team}", authed_user={"id": person}
            )
        hosted = replace(app, platforms=replace(app.platforms, slack_hosted=world.hosted))
        assert await tell_owner(hosted) == 1
        assert await tell_owner(hosted) == 0
    assert _told(peer) == ["U4", "U5"]
    assert [token for method, token in peer.calls_by if method == "chat.postMessage"] == ["xoxb-T1", "xoxb-T2"]
    assert "podsift doctor" not in str(peer.made("chat.postMessage"))
