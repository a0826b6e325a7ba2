"""Our Slack driver heard over HTTP: one workspace with a token, or many that installed the app."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.slack.hosted import HostedSlack, hosted_slack
from bot.slack.intake import Intake
from bot.slack.parts import slack_parts
from bot.slack.receiving import AppKeys, hosting_slack, receiving_slack
from bot.slack.team import Defaults
from bot.slack.web import SlackWeb
from pipeline.adapters.sealing import Seal
from tests.bot.slack.slack_world import Now, ScriptedCounter
from tests.peers.catalog import SECRET as SEAL_KEY
from tests.peers.catalog import Stores
from tests.peers.slack_http import SECRET, SlackCaller, calling
from tests.peers.slack_peer import BOT_TOKEN, SlackPeer


@dataclass
class HttpWorld:
    """One process of ours behind a web app, and Slack before it."""

    slack: SlackCaller
    intake: Intake
    counter: ScriptedCounter
    hosted: HostedSlack | None = None


async def _no_pause(_seconds: float) -> None:
    return


@asynccontextmanager
async def received(peer: SlackPeer, stores: Stores) -> AsyncIterator[HttpWorld]:
    """One workspace over HTTP."""
    counter, web = ScriptedCounter(), SlackWeb(BOT_TOKEN, base_url=peer.api_url, timeout=1, pause=_no_pause)
    parts = slack_parts(web, stores.db, clock=Now(), defaults=Defaults())
    async with (
        receiving_slack(parts, counter, AppKeys(SECRET), pause=_no_pause) as (intake, mount),
        calling(mount) as slack,
    ):
        yield HttpWorld(slack, intake, counter)


@asynccontextmanager
async def hosting(peer: SlackPeer, stores: Stores) -> AsyncIterator[HttpWorld]:
    """Many workspaces over HTTP; nobody has installed the app yet."""
    counter = ScriptedCounter()
    hosted = hosted_slack(stores.db, seal=Seal(SEAL_KEY), clock=Now(), defaults=Defaults(), base_url=peer.api_url)
    keys = AppKeys(SECRET, client_id="1.2", client_secret="shh")
    async with (
        hosting_slack(hosted, counter, keys, pause=_no_pause) as (intake, mount),
        calling(mount) as slack,
    ):
        yield HttpWorld(slack, intake, counter, hosted)
