"""Slack for every workspace that installs the app: the parts that need no running service."""

from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.homes import Homes
from bot.slack.parts import SlackParts, slack_parts
from bot.slack.team import Defaults
from bot.slack.web import SLACK, SlackWeb
from bot.slack.workspaces import ManyMessengers, Workspaces
from pipeline.adapters.arrival_journal import ArrivalJournal
from pipeline.adapters.catalog import CatalogDb, Inbox, Installations, InstallStates, Threads
from pipeline.adapters.sealing import Seal
from pipeline.ports import Clock


@dataclass(frozen=True, slots=True)
class HostedSlack:
    """Many workspaces, plugged together. `messenger` posts digests; `client` has no token."""

    client: AsyncWebClient
    workspaces: Workspaces
    messenger: ManyMessengers
    states: InstallStates
    inbox: Inbox
    threads: Threads
    homes: Homes
    clock: Clock
    journal: ArrivalJournal | None = None


def hosted_slack(
    db: CatalogDb,
    *,
    seal: Seal,
    clock: Clock,
    defaults: Defaults,
    journal: ArrivalJournal | None = None,
    base_url: str = SLACK,
) -> HostedSlack:
    """The parts on this catalogue; `seal` keeps the tokens, `journal` is as for `slack_parts`."""
    homes = Homes(clock=clock)

    def parts_of(token: str) -> SlackParts:
        return slack_parts(SlackWeb(token, base_url=base_url), db, clock=clock, defaults=defaults, homes=homes)

    workspaces = Workspaces(Installations(db, seal=seal, clock=clock), parts_of=parts_of, clock=clock)
    return HostedSlack(
        client=AsyncWebClient(base_url=base_url, retry_handlers=[]),
        workspaces=workspaces,
        messenger=ManyMessengers(workspaces),
        states=InstallStates(db, clock=clock),
        inbox=Inbox(db, clock=clock),
        threads=Threads(db, clock=clock),
        homes=homes,
        clock=clock,
        journal=journal,
    )
