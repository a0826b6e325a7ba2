"""The parts of the Slack driver that need no app: what the composition root takes for posting."""

from dataclasses import dataclass

from bot.slack.farewells import Farewells
from bot.slack.homes import Homes
from bot.slack.messenger import SlackMessenger
from bot.slack.streams import Streams
from bot.slack.team import Defaults, Team
from bot.slack.web import SlackWeb
from pipeline.adapters.arrival_journal import ArrivalJournal
from pipeline.adapters.catalog import CatalogDb, ChannelSettings, Curators, Inbox, OpenThreads, Threads
from pipeline.ports import Clock


@dataclass(frozen=True, slots=True)
class SlackParts:
    """One Slack workspace, plugged together. `messenger` posts digests; the rest is for hearing."""

    web: SlackWeb
    messenger: SlackMessenger
    streams: Streams
    team: Team
    inbox: Inbox
    threads: Threads
    open_threads: OpenThreads
    channels: ChannelSettings
    homes: Homes
    clock: Clock
    journal: ArrivalJournal | None = None


def slack_parts(
    web: SlackWeb,
    db: CatalogDb,
    *,
    clock: Clock,
    defaults: Defaults,
    journal: ArrivalJournal | None = None,
    homes: Homes | None = None,
) -> SlackParts:
    """The parts on this catalogue; `journal` where it may keep Slack waiting, `homes` where workspaces share them."""
    homes = homes or Homes(clock=clock)
    channels = ChannelSettings(db, clock=clock)
    team = Team(web, channels=channels, curators=Curators(db, clock=clock), clock=clock, defaults=defaults)
    return SlackParts(
        web=web,
        messenger=SlackMessenger(web, clock=clock, on_gone=Farewells(web, team).say, on_posted=homes.changed),
        streams=Streams(web),
        team=team,
        inbox=Inbox(db, clock=clock),
        threads=Threads(db, clock=clock),
        open_threads=OpenThreads(db),
        channels=channels,
        homes=homes,
        clock=clock,
        journal=journal,
    )
