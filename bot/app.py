"""The composition root: the only file that names concrete classes and plugs them together."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from bot.clock import SystemClock
from bot.ears import open_transcriber
from bot.engine.apart import Apart
from bot.engine.slot import EngineSlot
from bot.engine.worker import Worker
from bot.hosted import Hosted, open_hosted
from bot.local_board import LocalBoard
from bot.platforms import Platforms, open_platforms
from bot.secret_key import open_with_key
from bot.settings import Settings
from bot.upkeep.disk_room import DiskRoom
from bot.upkeep.growth import Upkeep
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
    SqlKeptWords,
    SqlRejectionBook,
    SqlSiblings,
    SqlSpendingLedger,
    SqlTranscriptStore,
    Subscriptions,
)
from pipeline.adapters.chapters import PublishedChapters
from pipeline.adapters.directory import Directories, ITunes, PodcastIndex
from pipeline.adapters.extractive.answers import PassageAnswers
from pipeline.adapters.extractive.picks import ExtractivePicks
from pipeline.adapters.feeds import FeedReader
from pipeline.adapters.http.client import GuardedHttp
from pipeline.adapters.openai_model import ModelAnswers, ModelEmbedder, ModelProposer
from pipeline.adapters.sealing import Seal
from pipeline.adapters.transcripts import PublishedTranscripts
from pipeline.domain.audience import LOCAL
from pipeline.domain.channel import Channel
from pipeline.domain.errors import UnknownChannel
from pipeline.domain.insight import Author
from pipeline.flows import Pipeline
from pipeline.ports import Clock, DeliveryBook, ReadyEpisodes, ShowDirectory, SpendingLedger
from pipeline.steps.rebuild import OnEpisode, level_index, rebuild_index
from vectorstore.embedding import StaticEmbedder
from vectorstore.index import EpisodeIndex
from vectorstore.opening import open_index

LOCAL_CHANNEL: Final = "local:main"


@dataclass(frozen=True, slots=True)
class App:
    """Everything, plugged together. Reading for members goes through `library` and `evidence` alone."""

    settings: Settings
    clock: Clock
    pipeline: Pipeline
    index: EpisodeIndex
    ready: ReadyEpisodes
    library: Library
    evidence: Evidence
    reactions: Reactions
    subscriptions: Subscriptions
    channels: ChannelSettings
    roster: ChannelRoster
    deliveries: DeliveryBook
    posted_days: PostedDays
    board: LocalMessages
    desk: Operations
    directory: ShowDirectory
    platforms: Platforms
    hosted: Hosted
    upkeep: Upkeep
    spending: SpendingLedger
    worker: Worker
    engine: EngineSlot

    async def level_index(self, report: OnEpisode) -> int:
        """Bring the index level with the catalogue; returns how many were added.

        Raises IndexUnavailable or DiskNearlyFull.
        """
        return await level_index(self.upkeep.room.watched(report), **self._indexing())

    async def rebuild_index(self, report: OnEpisode) -> int:
        """Build the index anew from the catalogue, beside the one in use.

        Raises IndexUnavailable or DiskNearlyFull.
        """
        self.upkeep.room.expect()
        return await rebuild_index(self.upkeep.room.watched(report), **self._indexing())

    def _indexing(self) -> dict[str, Any]:
        stores = self.pipeline
        return {
            "ready": self.ready,
            "episodes": stores.episodes,
            "transcripts": stores.transcripts,
            "insights": stores.insights,
            "index": self.index,
        }


@asynccontextmanager
async def open_app(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[App]:
    """Podsift on its data, its index as it is: see `level_index`. The caller owns the data folder.

    Raises CatalogUnavailable, DataFolderBusy or SettingsError.
    """
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        db, seal = await stack.enter_async_context(open_with_key(settings))
        embedder = StaticEmbedder()
        stack.callback(embedder.close)
        hosted = await stack.enter_async_context(open_hosted(settings, db=db, clock=clock))
        index = await stack.enter_async_context(_index(settings, embedder, hosted.embedder))
        allowed = tuple(str(network) for network in settings.allow_networks)
        http = await stack.enter_async_context(GuardedHttp(allow=allowed))
        pipeline = await _pipeline(
            settings, stack, db=db, clock=clock, http=http, embedder=embedder, index=index, hosted=hosted, seal=seal
        )
        platforms = await open_platforms(settings, stack, db=db, clock=clock, seal=seal)
        app = _app(
            settings,
            stack,
            db=db,
            clock=clock,
            pipeline=pipeline,
            index=index,
            hosted=hosted,
            directory=_directory(settings, http, clock=clock),
            platforms=platforms,
        )
        await _ensure_local_channel(app)
        yield app


def _index(
    settings: Settings, table: StaticEmbedder, hosted: ModelEmbedder | None
) -> AbstractAsyncContextManager[EpisodeIndex]:
    token = settings.chroma_token
    return open_index(
        settings.index_folder,
        embedder=hosted or table,
        grader=None if hosted is None else table,
        database_url=settings.index_database_url,
        chroma_url=settings.chroma_url,
        chroma_token="" if token is None else token.get_secret_value(),
    )


async def _pipeline(
    settings: Settings,
    stack: AsyncExitStack,
    *,
    db: CatalogDb,
    clock: Clock,
    http: GuardedHttp,
    embedder: StaticEmbedder,
    index: EpisodeIndex,
    hosted: Hosted,
    seal: Seal,
) -> Pipeline:
    model, keys = hosted.model, SqlFeedKeys(db, seal=seal)
    passages, picks, chapters = PassageAnswers(embedder), ExtractivePicks(embedder), PublishedChapters(http)
    return Pipeline(
        clock=clock,
        fetcher=http,
        parser=FeedReader(),
        reader=PublishedTranscripts(http, keys=keys),
        transcriber=await open_transcriber(settings, stack, downloader=http, hosted=hosted.ear),
        proposer=picks if model is None else ModelProposer(model, chapters=chapters),
        author=Author.EXTRACT if model is None else Author.MODEL,
        fallback=None if model is None else picks,
        writer=passages if model is None else ModelAnswers(model, passages),
        embedder=embedder,
        index=index,
        keys=keys,
        chapters=chapters,
        **_stores(db, clock=clock),
    )


def _stores(db: CatalogDb, *, clock: Clock) -> dict[str, Any]:
    """The catalogue in the roles it plays for the pipeline."""
    feeds, episodes = SqlFeedLedger(db, clock=clock), SqlEpisodeLedger(db)
    return {
        "feeds": feeds,
        "feed_line": feeds,
        "history": feeds,
        "episodes": episodes,
        "episode_line": episodes,
        "siblings": SqlSiblings(db),
        "retries": episodes,
        "transcripts": SqlTranscriptStore(db, clock=clock),
        "insights": SqlInsightStore(db, clock=clock),
        "rejections": SqlRejectionBook(db),
        "channels": SqlChannelBook(db),
        "digests": SqlDigestBook(db, clock=clock),
        "votes": Reactions(db, clock=clock),
    }


def _room(settings: Settings) -> DiskRoom:
    """With catalogue and index elsewhere only audio comes to this disk, and that is looked after where it comes."""
    return DiskRoom(settings.data, 0 if settings.index_database_url else settings.disk_reserve)


def _directory(settings: Settings, http: GuardedHttp, *, clock: Clock) -> ShowDirectory:
    key, secret = settings.podcast_index_key, settings.podcast_index_secret
    if key is None or secret is None:
        return ITunes(http)
    index = PodcastIndex(http, key=key.get_secret_value(), secret=secret.get_secret_value(), clock=clock)
    return Directories(index, ITunes(http))


def _app(
    settings: Settings,
    stack: AsyncExitStack,
    *,
    db: CatalogDb,
    clock: Clock,
    pipeline: Pipeline,
    index: EpisodeIndex,
    hosted: Hosted,
    directory: ShowDirectory,
    platforms: Platforms,
) -> App:
    upkeep = Upkeep(_room(settings), SqlKeptWords(db), index, clock, settings.keep_days)
    worker = _worker(settings, pipeline, db=db, clock=clock, platforms=platforms, upkeep=upkeep)
    return App(
        settings=settings,
        clock=clock,
        pipeline=pipeline,
        index=index,
        ready=SqlEpisodeLedger(db),
        library=Library(db),
        evidence=Evidence(db),
        reactions=Reactions(db, clock=clock),
        subscriptions=Subscriptions(db, clock=clock),
        channels=ChannelSettings(db, clock=clock),
        roster=ChannelRoster(db),
        deliveries=SqlDeliveryBook(db, clock=clock),
        posted_days=PostedDays(db),
        board=LocalMessages(db, clock=clock),
        desk=Operations(db),
        directory=directory,
        platforms=platforms,
        hosted=hosted,
        upkeep=upkeep,
        spending=SqlSpendingLedger(db),
        worker=worker,
        engine=EngineSlot(settings, worker, stack),
    )


def _worker(
    settings: Settings, pipeline: Pipeline, *, db: CatalogDb, clock: Clock, platforms: Platforms, upkeep: Upkeep
) -> Worker:
    return Worker(
        pipeline,
        roster=ChannelRoster(db),
        deliveries=SqlDeliveryBook(db, clock=clock),
        messengers={"local": LocalBoard(LocalMessages(db, clock=clock)), **platforms.messengers},
        hold_after=settings.backfill,
        upkeep=upkeep,
        apart=Apart(settings),
    )


async def _ensure_local_channel(app: App) -> None:
    try:
        await app.pipeline.channels.get(LOCAL_CHANNEL, workspace=LOCAL)
    except UnknownChannel:
        channel = Channel(LOCAL_CHANNEL, LOCAL, "this machine", zone=app.settings.zone, at=app.settings.digest_at)
        await app.channels.save(channel, workspace=LOCAL)
