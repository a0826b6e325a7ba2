"""The composition root: the only file that names concrete classes and plugs them together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from bot.clock import SystemClock
from bot.engine_slot import EngineSlot
from bot.index_care import keep_level
from bot.local_board import LocalBoard
from bot.platforms import Platforms, open_platforms
from bot.settings import Settings
from bot.worker import Worker
from pipeline.adapters.catalog import (
    CatalogDb,
    ChannelRoster,
    ChannelSettings,
    Evidence,
    Library,
    LocalMessages,
    Operations,
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
    SqlSpendingLedger,
    SqlTranscriptStore,
    Subscriptions,
    open_catalog,
)
from pipeline.adapters.chapters import PublishedChapters
from pipeline.adapters.chunk_files import ChunkFiles
from pipeline.adapters.directory import Directories, ITunes, PodcastIndex
from pipeline.adapters.extractive import ExtractivePicks
from pipeline.adapters.extractive_answers import PassageAnswers
from pipeline.adapters.feeds import FeedReader
from pipeline.adapters.http import GuardedHttp
from pipeline.adapters.openai_model import LanguageModel, ModelAnswers, ModelProposer, ModelServer, open_model
from pipeline.adapters.sealing import Seal, key_in
from pipeline.adapters.transcripts import PublishedTranscripts
from pipeline.adapters.whisper import WhisperSettings, WhisperTranscriber
from pipeline.domain.audience import LOCAL
from pipeline.domain.channel import Channel
from pipeline.domain.errors import UnknownChannel
from pipeline.domain.insight import Author
from pipeline.domain.spending import Caps, Prices
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
    board: LocalMessages
    desk: Operations
    directory: ShowDirectory
    platforms: Platforms
    model: LanguageModel | None
    spending: SpendingLedger
    worker: Worker
    engine: EngineSlot

    async def level_index(self, report: OnEpisode) -> int:
        """Bring the index level with the catalogue; returns how many episodes were added. Raises IndexUnavailable."""
        return await level_index(report, **self._indexing())

    async def rebuild_index(self, report: OnEpisode) -> int:
        """Build the index anew from the catalogue, beside the one in use. Raises IndexUnavailable."""
        return await rebuild_index(report, **self._indexing())

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
    """Podsift on its data. The caller owns the data folder.

    Raises CatalogUnavailable, DataFolderBusy or SettingsError.
    """
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        db = await stack.enter_async_context(open_catalog(settings.catalog_url))
        embedder = StaticEmbedder()
        stack.callback(embedder.close)
        index = await stack.enter_async_context(_index(settings, embedder))
        model = await _model(settings, stack, db=db, clock=clock)
        allowed = tuple(str(network) for network in settings.allow_networks)
        http = await stack.enter_async_context(GuardedHttp(allow=allowed))
        pipeline = await _pipeline(
            settings, stack, db=db, clock=clock, http=http, embedder=embedder, index=index, model=model
        )
        seal = await asyncio.to_thread(_seal, settings)
        platforms = await open_platforms(settings, stack, db=db, clock=clock, seal=seal)
        app = _app(
            settings,
            stack,
            db=db,
            clock=clock,
            pipeline=pipeline,
            index=index,
            model=model,
            directory=_directory(settings, http, clock=clock),
            platforms=platforms,
        )
        await keep_level(app)
        await _ensure_local_channel(app)
        yield app


def _index(settings: Settings, embedder: StaticEmbedder) -> AbstractAsyncContextManager[EpisodeIndex]:
    token = settings.chroma_token
    return open_index(
        settings.index_folder,
        embedder=embedder,
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
    model: LanguageModel | None,
) -> Pipeline:
    passages, picks = PassageAnswers(embedder), ExtractivePicks(embedder)
    keys = SqlFeedKeys(db, seal=await asyncio.to_thread(_seal, settings))
    return Pipeline(
        clock=clock,
        fetcher=http,
        parser=FeedReader(),
        reader=PublishedTranscripts(http, keys=keys),
        transcriber=await _transcriber(settings, stack, http),
        proposer=picks if model is None else ModelProposer(model, chapters=PublishedChapters(http)),
        author=Author.EXTRACT if model is None else Author.MODEL,
        fallback=None if model is None else picks,
        writer=passages if model is None else ModelAnswers(model, passages),
        embedder=embedder,
        index=index,
        keys=keys,
        feeds=SqlFeedLedger(db, clock=clock),
        history=SqlFeedLedger(db, clock=clock),
        episodes=SqlEpisodeLedger(db),
        retries=SqlEpisodeLedger(db),
        transcripts=SqlTranscriptStore(db, clock=clock),
        insights=SqlInsightStore(db, clock=clock),
        rejections=SqlRejectionBook(db),
        channels=SqlChannelBook(db),
        digests=SqlDigestBook(db, clock=clock),
        votes=Reactions(db, clock=clock),
    )


async def _model(settings: Settings, stack: AsyncExitStack, *, db: CatalogDb, clock: Clock) -> LanguageModel | None:
    if not settings.openai_model:
        return None
    key = settings.openai_api_key
    server = ModelServer(
        model=settings.openai_model,
        judge=settings.openai_judge_model,
        base_url=settings.openai_base_url,
        api_key="" if key is None else key.get_secret_value(),
        window_tokens=settings.openai_window_tokens,
        prices=Prices(settings.openai_price_in, settings.openai_price_out),
        judge_prices=Prices(settings.openai_judge_price_in, settings.openai_judge_price_out),
        caps=Caps(settings.openai_daily_cap, settings.openai_monthly_cap),
    )
    ledger, replies = SqlSpendingLedger(db), SqlReplyStore(db, clock=clock)
    return await stack.enter_async_context(open_model(server, ledger=ledger, replies=replies, clock=clock))


async def _transcriber(settings: Settings, stack: AsyncExitStack, http: GuardedHttp) -> WhisperTranscriber | None:
    if settings.whisper_model == "off":
        return None
    return await stack.enter_async_context(
        WhisperTranscriber(
            WhisperSettings(model=settings.whisper_model),
            downloader=http,
            chunks=ChunkFiles(settings.data / "chunks"),
            folder=settings.data / "audio",
        )
    )


def _directory(settings: Settings, http: GuardedHttp, *, clock: Clock) -> ShowDirectory:
    key, secret = settings.podcast_index_key, settings.podcast_index_secret
    if key is None or secret is None:
        return ITunes(http)
    index = PodcastIndex(http, key=key.get_secret_value(), secret=secret.get_secret_value(), clock=clock)
    return Directories(index, ITunes(http))


def _seal(settings: Settings) -> Seal:
    key = settings.secret_key
    return Seal(key_in(settings.data / "secret.key") if key is None else key.get_secret_value())


def _app(
    settings: Settings,
    stack: AsyncExitStack,
    *,
    db: CatalogDb,
    clock: Clock,
    pipeline: Pipeline,
    index: EpisodeIndex,
    model: LanguageModel | None,
    directory: ShowDirectory,
    platforms: Platforms,
) -> App:
    deliveries = SqlDeliveryBook(db, clock=clock)
    board = LocalMessages(db, clock=clock)
    messengers = {"local": LocalBoard(board), **platforms.messengers}
    roster = ChannelRoster(db)
    worker = Worker(pipeline, roster=roster, deliveries=deliveries, messengers=messengers, hold_after=settings.backfill)
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
        roster=roster,
        deliveries=deliveries,
        board=board,
        desk=Operations(db),
        directory=directory,
        platforms=platforms,
        model=model,
        spending=SqlSpendingLedger(db),
        worker=worker,
        engine=EngineSlot(settings, worker, stack),
    )


async def _ensure_local_channel(app: App) -> None:
    try:
        await app.pipeline.channels.get(LOCAL_CHANNEL, workspace=LOCAL)
    except UnknownChannel:
        channel = Channel(LOCAL_CHANNEL, LOCAL, "this machine", zone=app.settings.zone, at=app.settings.digest_at)
        await app.channels.save(channel, workspace=LOCAL)
