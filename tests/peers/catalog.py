"""A real catalogue for tests: fresh, migrated, with every role on it, on SQLite or on PostgreSQL.

A fresh SQLite catalogue is a copy of one migrated file and opens in milliseconds, so there is no fake of it.
"""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
from sqlalchemy import make_url

from pipeline.adapters.catalog import (
    CatalogDb,
    ChannelRoster,
    ChannelSettings,
    Evidence,
    Library,
    LocalMessages,
    Operations,
    PostedDays,
    Reactions,
    SqlChannelBook,
    SqlDeliveryBook,
    SqlDigestBook,
    SqlEpisodeLedger,
    SqlFeedKeys,
    SqlFeedLedger,
    SqlInsightStore,
    SqlRejectionBook,
    SqlReplyStore,
    SqlSiblings,
    SqlTranscriptStore,
    Subscriptions,
    migrate,
    open_catalog,
)
from pipeline.adapters.sealing import Seal
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.channel import Channel
from pipeline.domain.feed import BUCKETS, DueFeed, Enclosure, Feed, FoundEpisode, TranscriptOffer
from pipeline.domain.insight import Author, Certainty, Insight, Kind, insight_id
from pipeline.domain.transcript import Basis, Segment, Transcript

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECRET = "k" * 42 + "k="
OURS = WorkspaceId("slack:T1")
STRANGER = WorkspaceId("discord:9")


@dataclass
class SetClock:
    """A clock that a test sets."""

    time: datetime = NOW

    def now(self) -> datetime:
        return self.time


@dataclass
class Stores:
    """Every role of the catalogue on one database."""

    db: CatalogDb
    clock: SetClock = field(default_factory=SetClock)

    def __post_init__(self) -> None:
        db, clock = self.db, self.clock
        self.feeds = SqlFeedLedger(db, clock=clock)
        self.keys = SqlFeedKeys(db, seal=Seal(SECRET))
        self.episodes = SqlEpisodeLedger(db)
        self.siblings = SqlSiblings(db)
        self.transcripts = SqlTranscriptStore(db, clock=clock)
        self.insights = SqlInsightStore(db, clock=clock)
        self.rejections = SqlRejectionBook(db)
        self.replies = SqlReplyStore(db, clock=clock)
        self.channels = SqlChannelBook(db)
        self.digests = SqlDigestBook(db, clock=clock)
        self.deliveries = SqlDeliveryBook(db, clock=clock)
        self.library = Library(db)
        self.evidence = Evidence(db)
        self.settings = ChannelSettings(db, clock=clock)
        self.roster = ChannelRoster(db)
        self.subscriptions = Subscriptions(db, clock=clock)
        self.operations = Operations(db)
        self.reactions = Reactions(db, clock=clock)
        self.posted_days = PostedDays(db)
        self.board = LocalMessages(db, clock=clock)

    async def due(self, now: datetime, *, limit: int = 100) -> tuple[DueFeed, ...]:
        """The due feeds of all buckets."""
        due = [await self.feeds.due(now, bucket=bucket, limit=limit) for bucket in range(BUCKETS)]
        assert {bucket for bucket in range(BUCKETS) if due[bucket]} == set(await self.feeds.due_buckets(now))
        return tuple(one for some in due for one in some)

    async def followed_feed(
        self,
        url: str = "https://pods.example/feed.xml",
        *,
        workspace: WorkspaceId = OURS,
        private: bool = False,
        title: str = "Ocean Hour",
    ) -> Feed:
        """A feed that the workspace's channel (see `channel`) follows."""
        await self.settings.save(channel(workspace), workspace=workspace)
        feed = await self.subscriptions.add(url, workspace=workspace, private=private, title=title)
        await self.subscriptions.follow(channel(workspace).id, feed.id, workspace=workspace, added_by="ann")
        return feed


def channel(workspace: WorkspaceId = OURS, name: str = "podcasts") -> Channel:
    """A channel of the workspace."""
    return Channel(f"{workspace}/{name}", workspace, name, zone="Europe/Berlin")


def found(n: int = 1, *, days_old: float = 0, offers: tuple[str, ...] = (), title: str | None = None) -> FoundEpisode:
    """The episode number `n` of some feed."""
    return FoundEpisode(
        guid=f"guid-{n}",
        title=title or f"Part {n}",
        published=NOW - timedelta(days=days_old, minutes=n),
        link=f"https://pods.example/{n}",
        summary="About tides.",
        enclosures=(Enclosure(f"https://cdn.example/{n}.mp3", "audio/mpeg", 1000 + n),),
        transcripts=tuple(TranscriptOffer(url, "text/vtt") for url in offers),
        duration=60.0 * n,
    )


def transcript(*texts: str, basis: Basis = Basis.PUBLISHED) -> Transcript:
    """Ten seconds for each text."""
    segments = (Segment(t, 10.0 * i, 10.0 * i + 9, "Ann") for i, t in enumerate(texts))
    return Transcript(tuple(segments), basis, language="en", format="vtt")


def insight(episode_id: str, quote: str = "The moon pulls the sea.") -> Insight:
    """An insight that rests on the quote."""
    return Insight(
        id=insight_id(episode_id, quote),
        episode_id=episode_id,
        headline=f"Headline of {quote}",
        body="Body",
        quote=quote,
        first_segment=0,
        last_segment=1,
        start=1.5,
        end=None,
        speaker="Ann",
        certainty=Certainty.INTRODUCED,
        kind=Kind.STORY,
        author=Author.EXTRACT,
        topics=("sea", "møøn"),
        evidence=0.97,
        specificity=0.25,
        worth=0.75,
    )


@asynccontextmanager
async def sqlite_stores(folder: Path, *, template: Path) -> AsyncIterator[Stores]:
    """A fresh catalogue in this folder; `template` is a file of `migrated_template`."""
    path = folder / "catalog.db"
    shutil.copy(template, path)
    async with open_catalog(f"sqlite:///{path}", seal=Seal(SECRET)) as db:
        yield Stores(db)


def migrated_template(folder: Path) -> Path:
    """An empty catalogue at the newest schema, to be copied."""
    path = folder / "template.db"
    migrate(f"sqlite:///{path}")
    return path


@asynccontextmanager
async def postgres_stores(url: str) -> AsyncIterator[Stores]:
    """A fresh catalogue in a schema of its own, which is dropped in the end."""
    schema = f"podsift_{uuid4().hex[:12]}"
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        connection.execute(f'CREATE SCHEMA "{schema}"'.encode())
        try:
            address = make_url(url).update_query_dict({"options": f"-csearch_path={schema}"})
            async with open_catalog(address.render_as_string(hide_password=False), seal=Seal(SECRET)) as db:
                yield Stores(db)
        finally:
            connection.execute(f'DROP SCHEMA "{schema}" CASCADE'.encode())
