"""Many workspaces: installed by a browser, kept apart, uninstalled and revoked."""

from datetime import UTC, datetime, time
from typing import Any

import pytest
from sqlalchemy import select

from bot.texts.message import Message, Paragraph, text
from pipeline.adapters.catalog.conversation_tables import install_state, installation
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.channel import Channel
from pipeline.domain.errors import DestinationGone
from tests.bot.slack.http_world import HttpWorld, hosting
from tests.peers.catalog import Stores
from tests.peers.slack_http import install
from tests.peers.slack_peer import BOT, SlackPeer

_POST = Message((Paragraph(text("Five insights")),), "Five insights", "digest:1")


def _channel(team: str) -> Channel:
    return Channel(f"slack:{team}/C1", WorkspaceId(f"slack:{team}"), "podcasts", zone="UTC", at=time(9))


async def _mentions(world: HttpWorld, stamp: str, *, team: str, **more: Any) -> None:
    event = {"type": "app_mention", "user": "U1", "text": f"<@{BOT}> why?", "ts": stamp, "channel": "C1"}
    await world.slack.event(event, team=team, **more)
    await world.intake.idle()


async def test_two_workspaces_install_the_app_and_each_is_served_with_its_own_token(
    peer: SlackPeer, stores: Stores
) -> None:
    async with hosting(peer, stores) as world:
        for team in ("T1", "T2"):
            done = await install(
                world.slack, peer, code=team, team={"id": team, "name": team}, access_token=f"xoxb-{team}"
            )
            assert done.status_code == 200
            await _mentions(world, f"179541470{team[1:]}.000005", team=team)
        by = [token for method, token in peer.calls_by if method == "chat.postMessage"]
        assert by == ["xoxb-T1", "xoxb-T2"]
        assert [member.workspace for member, _ in world.counter.asked] == ["slack:T1", "slack:T2"]
        assert world.hosted is not None
        await world.hosted.messenger.send(_channel("T2"), _POST)
        assert peer.calls_by[-1] == ("chat.postMessage", "xoxb-T2")
        assert await world.hosted.messenger.find(_channel("T2"), "digest:1") is not None


async def test_tokens_are_sealed_and_states_hashed(peer: SlackPeer, stores: Stores) -> None:
    async with hosting(peer, stores) as world:
        await world.slack.web.get("/slack/install")
        await install(world.slack, peer, code="x", team={"id": "T1"}, access_token="xoxb-in-clear")
        async with stores.db.reading() as connection:
            rows = [
                *(await connection.execute(select(installation))),
                *(await connection.execute(select(install_state))),
            ]
        assert len(rows) == 2
        assert "xoxb-in-clear" not in str(rows)


async def test_slack_is_not_asked_about_the_token_at_each_request(peer: SlackPeer, stores: Stores) -> None:
    async with hosting(peer, stores) as world:
        await install(world.slack, peer, code="x", team={"id": "T1"})
        before = len(peer.made("auth.test"))
        for number in range(5):
            await _mentions(world, f"179541470{number}.000007", team="T1")
        assert len(peer.made("auth.test")) == before


@pytest.mark.parametrize("wrong", ["browser", "state", "code", "twice", "cancelled"])
async def test_an_installation_ends_where_it_began_or_not_at_all(peer: SlackPeer, stores: Stores, wrong: str) -> None:
    async with hosting(peer, stores) as world:
        web = world.slack.web
        if wrong == "browser":
            begun = await web.get("/slack/install")
            state = begun.headers["location"].partition("state=")[2].partition("&")[0]
            web.cookies.clear()
            refused = await web.get("/slack/oauth_redirect", params={"code": "x", "state": state})
        elif wrong == "state":
            web.cookies.set("slack-app-oauth-state", "made-up")
            refused = await web.get("/slack/oauth_redirect", params={"code": "x", "state": "made-up"})
        elif wrong == "cancelled":
            refused = await web.get("/slack/oauth_redirect", params={"error": "access_denied"})
        else:
            refused = await install(world.slack, peer, code="right", team={"id": "T1"})
            assert refused.status_code == 200
            if wrong == "twice":
                refused = await web.get(refused.request.url)
            else:
                peer.methods["oauth.v2.access"] = lambda _: {"ok": False, "error": "invalid_code"}
                state = (await web.get("/slack/install")).headers["location"].partition("state=")[2].partition("&")[0]
                refused = await web.get("/slack/oauth_redirect", params={"code": "wrong", "state": state})
        assert refused.status_code in {200, 400, 401}
        assert (refused.status_code == 200) == (wrong == "cancelled")
        assert "Traceback" not in refused.text


async def test_a_workspace_that_did_not_install_the_app_is_not_served(peer: SlackPeer, stores: Stores) -> None:
    async with hosting(peer, stores) as world:
        await _mentions(world, "1795414701.000005", team="T9")
        assert world.counter.asked == []
        assert world.hosted is not None
        with pytest.raises(DestinationGone):
            await world.hosted.messenger.send(_channel("T9"), _POST)


@pytest.mark.parametrize("event", [{"type": "app_uninstalled"}, {"type": "tokens_revoked", "tokens": {"bot": ["UB"]}}])
async def test_who_removes_the_app_is_forgotten_and_their_posts_stop(
    peer: SlackPeer, stores: Stores, event: dict[str, Any]
) -> None:
    async with hosting(peer, stores) as world:
        await install(world.slack, peer, code="x", team={"id": "T1"})
        await install(world.slack, peer, code="y", team={"id": "T2"})
        for team in ("T1", "T2"):
            await _mentions(world, f"179541470{team[1:]}.000005", team=team)
        await world.slack.event(event, team="T1")
        await world.intake.idle()
        paused = [(await stores.settings.of(workspace=WorkspaceId(f"slack:{t}")))[0].paused for t in ("T1", "T2")]
        assert paused == [True, False]
        await _mentions(world, "1795414703.000005", team="T1")
        await _mentions(world, "1795414704.000005", team="T2")
        assert [member.workspace for member, _ in world.counter.asked] == ["slack:T1", "slack:T2", "slack:T2"]


async def test_news_of_a_removal_that_is_older_than_the_installation_changes_nothing(
    peer: SlackPeer, stores: Stores
) -> None:
    async with hosting(peer, stores) as world:
        await install(world.slack, peer, code="x", team={"id": "T1"})
        long_ago = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp())
        await world.slack.event({"type": "app_uninstalled"}, team="T1", event_time=long_ago)
        await world.slack.event({"type": "tokens_revoked", "tokens": {"oauth": ["U2"]}}, team="T1")
        await world.intake.idle()
        await _mentions(world, "1795414701.000005", team="T1")
        assert len(world.counter.asked) == 1


async def test_an_organisation_installs_once_for_all_its_workspaces(peer: SlackPeer, stores: Stores) -> None:
    grid = {"enterprise_id": "E1", "is_enterprise_install": True}

    def of(team: str) -> dict[str, Any]:
        return {"authorizations": [{"team_id": team, "user_id": BOT, **grid}], **grid}

    async with hosting(peer, stores) as world:
        await install(
            world.slack, peer, code="x", team=None, enterprise={"id": "E1", "name": "Org"},
            is_enterprise_install=True, access_token="xoxb-E1",
        )  # fmt: skip
        await _mentions(world, "1795414701.000005", team="T1", **of("T1"))
        await _mentions(world, "1795414702.000005", team="T2", **of("T2"))
        await world.slack.command(
            "list", team="T3", enterprise_id="E1", is_enterprise_install="true", response_url=f"{peer.url}/response/1"
        )
        await world.intake.idle()
        assert [member.workspace for member, _ in world.counter.asked] == ["slack:T1", "slack:T2", "slack:T3"]
    # A digest knows its team only, and another process never heard from it.
    async with hosting(peer, stores) as world:
        assert world.hosted is not None
        await world.hosted.messenger.send(_channel("T2"), _POST)
        assert peer.calls_by[-1] == ("chat.postMessage", "xoxb-E1")
        await world.slack.event({"type": "app_uninstalled"}, team="", authorizations=[], **grid)
        await world.intake.idle()
        with pytest.raises(DestinationGone):
            await world.hosted.messenger.send(_channel("T2"), _POST)
        for team in ("T1", "T2"):
            channels = await stores.settings.of(workspace=WorkspaceId(f"slack:{team}"))
            assert [channel.paused for channel in channels] == [True]
