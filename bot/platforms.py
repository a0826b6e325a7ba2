"""The chat platforms that are set up: how each is posted to. How each is heard is in `hearing.py`.

Their libraries are imported only where a token is set: a question at the terminal does not wait for them.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.outbox import Messenger
from bot.settings import Settings
from pipeline.adapters.arrival_journal import ArrivalJournal, open_journal
from pipeline.adapters.catalog import CatalogDb, ChannelSettings, Curators, Inbox, OpenThreads, Threads
from pipeline.adapters.sealing import Seal
from pipeline.domain.channel import Channel
from pipeline.ports import Clock

if TYPE_CHECKING:
    from bot.discord.messenger import DiscordMessenger
    from bot.slack.hosted import HostedSlack
    from bot.slack.parts import SlackParts
    from bot.slack.team import Defaults


Lacking = Callable[[Channel], Awaitable[tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Platforms:
    """`messengers` by the first word of a channel's id; the rest is what hearing needs.

    `connections` says of each platform that is heard over a connection of ours whether that stands; `lacking` asks a
    platform for the names of the rights that a channel does not give us.
    """

    messengers: Mapping[str, Messenger]
    slack: "SlackParts | None"
    slack_hosted: "HostedSlack | None"
    discord: "DiscordMessenger | None"
    inbox: Inbox
    threads: Threads
    open_threads: OpenThreads
    curators: Curators
    lacking: Mapping[str, Lacking]
    connections: dict[str, Callable[[], Awaitable[bool]]] = field(default_factory=dict)


async def open_platforms(
    settings: Settings, stack: AsyncExitStack, *, db: CatalogDb, clock: Clock, seal: Seal
) -> Platforms:
    """Get ready to post. Nothing is sent and nobody signs in before the first post."""
    messengers: dict[str, Messenger] = {}
    lacking: dict[str, Lacking] = {}
    journal = _journal(settings, stack)
    slack = _slack(settings, db, clock=clock, journal=journal)
    if slack is not None:
        messengers["slack"], lacking["slack"] = slack.messenger, slack.messenger.lacking
    hosted = _slack_hosted(settings, db, clock=clock, seal=seal, journal=journal)
    if hosted is not None:
        messengers["slack"], lacking["slack"] = hosted.messenger, hosted.messenger.lacking
    discord: DiscordMessenger | None = None
    if settings.discord_token is not None:
        from bot.discord.farewells import ChannelStops
        from bot.discord.messenger import open_messenger

        token = settings.discord_token.get_secret_value()
        stops = ChannelStops(ChannelSettings(db, clock=clock), Curators(db, clock=clock))
        discord = await stack.enter_async_context(open_messenger(token, clock=clock, stops=stops))
        messengers["discord"], lacking["discord"] = discord, discord.lacking
    return Platforms(
        messengers=messengers,
        slack=slack,
        slack_hosted=hosted,
        discord=discord,
        inbox=Inbox(db, clock=clock),
        threads=Threads(db, clock=clock),
        open_threads=OpenThreads(db),
        curators=Curators(db, clock=clock),
        lacking=lacking,
    )


def _journal(settings: Settings, stack: AsyncExitStack) -> ArrivalJournal | None:
    """Where what Slack says is kept at once. PostgreSQL has many writers and may be shared, so it needs none."""
    is_slack_set_up = settings.slack_bot_token is not None or settings.slack_client_id
    if not is_slack_set_up or not settings.catalog_url.startswith("sqlite"):
        return None
    return stack.enter_context(open_journal(settings.data / "slack-arrivals.jsonl"))


def _slack(settings: Settings, db: CatalogDb, *, clock: Clock, journal: ArrivalJournal | None) -> "SlackParts | None":
    if settings.slack_bot_token is None:
        return None
    from bot.slack.parts import slack_parts
    from bot.slack.web import SlackWeb

    web = SlackWeb(settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api)
    return slack_parts(web, db, clock=clock, defaults=_slack_defaults(settings), journal=journal)


def _slack_hosted(
    settings: Settings, db: CatalogDb, *, clock: Clock, seal: Seal, journal: ArrivalJournal | None
) -> "HostedSlack | None":
    if not settings.slack_client_id:
        return None
    from bot.slack.hosted import hosted_slack

    defaults = _slack_defaults(settings)
    return hosted_slack(db, seal=seal, clock=clock, defaults=defaults, journal=journal, base_url=settings.slack_api)


def _slack_defaults(settings: Settings) -> "Defaults":
    from bot.slack.team import Defaults

    return Defaults(zone=settings.zone, at=settings.digest_at, curators=frozenset(settings.slack_curators))
